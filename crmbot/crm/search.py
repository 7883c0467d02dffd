"""Search over all records by the words of their names, by address and by number; then by the words of texts."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Integer, bindparam, case, func, select

from crmbot.crm import requests as ask
from crmbot.crm.answers import CompanyView, ContactView, DealView, Found, Hit, LeadView, Link
from crmbot.crm.lookup import NAMED, nearest_to
from crmbot.crm.lookup.naming import ANY_OUTCOME, CONTACT_BY_EMAIL, LEAD_BY_EMAIL, Named, by_name, by_number
from crmbot.crm.lookup.words import among_latest, literal, named_with, word_starts, word_values
from crmbot.crm.mentions import LATEST, mentions, numbered
from crmbot.crm.name_words import LEAD_COMPANY
from crmbot.crm.prepared import Prepared
from crmbot.crm.views import load_names, record_view
from crmbot.crm.work import Work
from crmbot.domain.identity import fold_name
from crmbot.domain.ids import Kind, parse_reference, reference
from crmbot.domain.words import is_unspaced
from crmbot.errors import BadInput
from crmbot.models import Contact, Lead, NameWord

_MOST_HITS = 15
_COMMON = 500
"""A word of so many names is found faster by looking through the latest records than by its rows of the index."""
_SEARCHED = tuple(NAMED[kind] for kind in (Kind.DEAL, Kind.COMPANY, Kind.CONTACT, Kind.LEAD))
_BY_EMAIL: Mapping[Kind, tuple[Prepared, Any]] = {
    Kind.CONTACT: (CONTACT_BY_EMAIL, Contact),
    Kind.LEAD: (LEAD_BY_EMAIL, Lead),
}


def find(work: Work, request: ask.Find) -> Found:
    """Search records by words: every word begins one of the name's; an address or a number finds its own.

    What is called exactly so comes first, then what begins so, then the latest. A part inside a word is enough only
    when no name has the words otherwise, and is looked for in the latest records.
    """
    words = list(dict.fromkeys(fold_name(request.words).split()))
    if not words:
        raise BadInput("What should be found? Type a word.", field="words", example="/crm find acme")
    kinds = [named for named in _SEARCHED if request.kind in (None, "", named.kind)]
    rows = [(named, row) for named in kinds for row in (*_called(work, named, words), *_with_words(work, named, words))]
    said, is_cut = ([], False) if request.only_names else mentions(work, request.kind, words, _MOST_HITS)
    if not rows and not said:
        rows = [(named, row) for named in kinds for row in _with_parts(work, named, words)]
    direct = [*_by_number(work, kinds, request.words), *_by_address(work, kinds, request.words)]
    named_hits = [_hit(work, named.kind, row) for named, row in [*direct, *rows]]
    if not request.only_names:
        named_hits = [*numbered(work, request.kind, request.words), *named_hits]
    hits = _first_of_each([*named_hits, *said])
    note = f" Of proposals, activities and notes the latest {LATEST:,} were looked through." if is_cut else ""
    if hits:
        return Found(f"{len(hits)} found for “{request.words}”.{note}", hits=hits)
    nearest = tuple(_hit(work, kind, row) for kind, row in nearest_to(work, kinds, request.words))
    lead = " The nearest:" if nearest else ""
    return Found(f"Nothing found for “{request.words}”.{note}{lead}", hits=nearest)


def _first_of_each(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """Return the best, each record once."""
    best: dict[str, Hit] = {}
    for hit in hits:
        best.setdefault(hit.link.reference, hit)
    return tuple(best.values())[:_MOST_HITS]


def _with_words(work: Work, named: Named, words: Sequence[str]) -> list[Any]:
    """Find by the rarest of the words; when all are common, among the latest of all records."""
    counts = {word: work.values(_counting(named), most=_COMMON, **word_values(word))[0][0] for word in words}
    rarest = min(counts, key=lambda word: counts[word])
    if not counts[rarest]:
        return []
    patterns = {f"word_{place}": _pattern(word) for place, word in enumerate(words)}
    is_common = counts[rarest] >= _COMMON
    values = patterns | {"name": " ".join(words)} | ({} if is_common else word_values(rarest))
    return _loaded(work, work.all(_naming(named, len(words), "" if is_common else "words"), named.model, **values))


def _called(work: Work, named: Named, words: Sequence[str]) -> list[Any]:
    return work.all(by_name(named, "exactly", ANY_OUTCOME), named.model, key=" ".join(words))


def _with_parts(work: Work, named: Named, words: Sequence[str]) -> list[Any]:
    patterns = {f"word_{place}": f"%{literal(word)}%" for place, word in enumerate(words)}
    found = work.all(_naming(named, len(words), "parts"), named.model, name=" ".join(words), **patterns)
    return _loaded(work, found)


def _loaded(work: Work, rows: list[Any]) -> list[Any]:
    load_names(work, rows)
    return rows


def _pattern(word: str) -> str:
    """Return the pattern of names, a space before them, of which a word begins so."""
    return f"%{literal(word)}%" if is_unspaced(word[0]) else f"% {literal(word)}%"


def _indexed(named: Named) -> tuple[str, ...]:
    return (named.kind, LEAD_COMPANY) if named.kind is Kind.LEAD else (named.kind,)


@cache
def _counting(named: Named) -> Prepared:
    """Return what counts, up to a limit, the names with a word that begins with the bound one."""
    most = bindparam("most", type_=Integer)
    model = named.model
    mine = (model.workspace_id == bindparam("workspace"), named.key >= bindparam("start"))
    sources = [
        select(model.id).where(*mine, named.key < bindparam("stop")).limit(most).subquery(),
        *(select(NameWord.record_id).where(*word_starts(kind)).limit(most).subquery() for kind in _indexed(named)),
    ]
    counts = [select(func.count()).select_from(source).scalar_subquery() for source in sources]
    return Prepared(select(sum(counts[1:], start=counts[0])))


@cache
def _naming(named: Named, words: int, among: str) -> Prepared:
    """Return what finds the records with so many words in their name, the best first.

    `among` is words: those whose name has the word that is bound; parts: the latest; empty: all, the latest first.
    """
    model, key = named.model, named.key
    text = " " + key + " " + func.coalesce(Lead.company_key, "") if model is Lead else " " + key
    where = [model.workspace_id == bindparam("workspace")]
    where += [text.like(bindparam(f"word_{place}"), escape="/") for place in range(words)]
    if among == "words":
        where.append(named_with(model, key, *_indexed(named)))
    if among == "parts":
        where.append(among_latest(model))
    name: Any = bindparam("name")
    rank = case((key == name, 0), (func.substr(key, 1, func.length(name)) == name, 1), else_=2)
    order = [model.number.desc()] if among == "" else [rank, model.number.desc()]
    return Prepared(select(model).where(*where).order_by(*order).limit(_MOST_HITS))


def _by_number(work: Work, kinds: Sequence[Named], words: str) -> list[tuple[Named, Any]]:
    parsed = parse_reference(words)
    if parsed is None:
        return []
    rows = [
        (named, work.first(by_number(named), named.model, number=parsed[1]))
        for named in kinds
        if named.kind is parsed[0]
    ]
    return [(named, row) for named, row in rows if row is not None]


def _by_address(work: Work, kinds: Sequence[Named], words: str) -> list[tuple[Named, Any]]:
    if "@" not in words:
        return []
    return [
        (named, row)
        for named in kinds
        if named.kind in _BY_EMAIL
        for row in work.all(*_BY_EMAIL[named.kind], email=words.strip().lower())
    ]


def _hit(work: Work, kind: Kind, row: Any) -> Hit:
    view = record_view(work, row)
    facts: tuple[str | None, ...] = ()
    match view:
        case DealView():
            facts = (view.stage, str(view.value or ""), view.owner.name if view.owner else None)
        case LeadView():
            facts = (view.status, view.company_name)
        case ContactView():
            facts = (view.role, view.company.title if view.company else None)
        case CompanyView():
            facts = (view.domain,)
    return Hit(Link(reference(kind, row.number), view.title), kind, tuple(fact for fact in facts if fact))
