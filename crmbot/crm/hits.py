"""The statements of a search by names, each over several kinds at once, with just the columns that a hit shows."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import (
    BigInteger,
    Integer,
    Select,
    String,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.sql.selectable import FromClause, Subquery

from crmbot.crm.answers import Hit, Link
from crmbot.crm.lookup.candidates import NEAREST
from crmbot.crm.lookup.naming import Named
from crmbot.crm.lookup.words import among_latest, holding, name_starts, pattern, phoned, word_starts
from crmbot.crm.name_words import LEAD_COMPANY
from crmbot.crm.work import Work
from crmbot.domain.ids import Kind, reference
from crmbot.domain.money import Money
from crmbot.models import Company, ContactEmail, Lead, NameWord, Stage, User
from crmbot.store.prepared import Prepared

MOST_HITS = 15
COMMON = 500
"""A word of so many names is found faster by looking through the latest records than by its rows of the index."""
_AT_BEGINNINGS = ("first", "later")
"""The patterns of a word with which a name begins, and of one further on."""
_TEXT: Any = cast(null(), String)
_AMOUNT: Any = cast(null(), BigInteger)
_KINDS = {kind.value: kind for kind in Kind}
_FACTS: Mapping[Kind, tuple[str, ...]] = {
    Kind.DEAL: ("title", "stage_id", "owner_id", "value_minor", "currency"),
    Kind.COMPANY: ("name", "domain"),
    Kind.CONTACT: ("name", "role", "company_id"),
    Kind.LEAD: ("name", "status", "company_name"),
}
"""The title and what else a hit shows of a record."""
_PLACED: Mapping[Kind, Sequence[str]] = {kind: [f"{kind}_{place}" for place in range(NEAREST)] for kind in _FACTS}
_NO_IDS = dict.fromkeys(chain.from_iterable(_PLACED.values()), "")


def hits_of(work: Work, statement: Prepared, **values: Any) -> list[Hit]:
    """Return what a statement of this module finds: the kinds in order, of each the best first."""
    return [_hit(*row) for row in sorted(work.values(statement, **values))]


def _hit(
    _place: int, _rank: int, _latest: int, kind: str, number: int, title: str,
    one: str | None, two: str | None, minor: int | None, currency: str | None,
) -> Hit:  # fmt: skip
    value = None if minor is None else str(Money(minor, currency or ""))
    known = _KINDS[kind]
    return Hit(Link(reference(known, number), title), known, tuple(filter(None, (one, value, two))))


@cache
def counting(kinds: tuple[Named, ...]) -> Prepared:
    """Return what counts, up to a limit, the names of each kind with a word that begins with the bound one."""
    most = bindparam("most", type_=Integer)
    counts: list[Any] = []
    for named in kinds:
        mine = (named.model.workspace_id == bindparam("workspace"), name_starts(named.key))
        sources = [
            select(named.model.id).where(*mine).limit(most),
            *(select(NameWord.record_id).where(*word_starts(kind)).limit(most) for kind in _indexed(named.kind)),
        ]
        first, *others = [
            select(func.count()).select_from(source.subquery()).scalar_subquery() for source in sources
        ]  # fmt: skip
        counts.append(sum(others, start=first).label(named.kind))
    return Prepared(select(*counts))


@cache
def rarely_named(kinds: tuple[Named, ...], words: int) -> Prepared:
    """Return what finds the records with so many words in their name, one of which is rare.

    That one is bound for each kind: `start_deal`, `stop_deal`, `word_deal` and `word_stop_deal`.
    """

    def among(named: Named) -> Any:
        own = {name: bindparam(f"{name}_{named.kind}", type_=String) for name in ("start", "stop", "word", "word_stop")}
        first = select(named.model.id).where(
            named.model.workspace_id == bindparam("workspace"), named.key >= own["start"], named.key < own["stop"]
        )
        later = [
            select(NameWord.record_id).where(
                NameWord.workspace_id == bindparam("workspace"),
                NameWord.kind == kind,
                NameWord.word >= own["word"],
                NameWord.word < own["word_stop"],
            )
            for kind in _indexed(named.kind)
        ]
        return named.model.id.in_(union_all(first, *later))

    return _best(kinds, lambda named: _ranked(named, (*_like(named, words), among(named))))


@cache
def commonly_named(named: Named, words: int) -> Prepared:
    """Return what finds the records with so many words in their name, all common: those called so, and the latest."""
    exactly = _ranked(named, (named.key == bindparam("name"),))
    latest = _base(named, literal(3), _like(named, words)).order_by(named.model.number.desc()).limit(MOST_HITS)
    return Prepared(union_all(_shown(named, exactly.subquery(), 0), _shown(named, latest.subquery(), 0)))


@cache
def partly_named(kinds: tuple[Named, ...], words: int) -> Prepared:
    """Return what finds the latest records with so many words inside those of their name."""

    def within(named: Named) -> tuple[Any, ...]:
        held = (holding(*_keys(named), key=f"part_{place}") for place in range(words))
        return (*held, among_latest(named.model))

    return _best(kinds, lambda named: _ranked(named, within(named)))


@cache
def only(named: Named, column: str) -> Prepared:
    """Return what finds the record of a number or an id."""
    return _best((named,), lambda one: _ranked(one, (getattr(one.model, column) == bindparam(column),), ranks=False))


def hits_near(work: Work, kinds: tuple[Named, ...], near: Sequence[tuple[Kind, str]]) -> list[Hit]:
    """Return what a search shows of a few records by their ids, in this order."""
    ids = {_PLACED[kind][place]: record_id for place, (kind, record_id) in enumerate(near)}
    return hits_of(work, _of_ids(kinds), **{**_NO_IDS, **ids})


@cache
def _of_ids(kinds: tuple[Named, ...]) -> Prepared:
    def chosen(named: Named) -> Select[Any]:
        ids: list[Any] = [bindparam(name) for name in _PLACED[named.kind]]
        rank = case(*((named.model.id == one, place) for place, one in enumerate(ids)))
        return _base(named, rank, (named.model.id.in_(ids),))

    return Prepared(union_all(*(_shown(named, chosen(named).subquery(), 0) for named in kinds)))


@cache
def addressed(kinds: tuple[Named, ...]) -> Prepared:
    """Return what finds the contacts and leads of an address."""
    email: Any = bindparam("email")
    owned = select(ContactEmail.contact_id).where(
        ContactEmail.workspace_id == bindparam("workspace"), ContactEmail.email == email
    )
    conditions = {Kind.CONTACT: lambda model: model.id.in_(owned), Kind.LEAD: lambda model: model.email == email}
    meant = tuple(named for named in kinds if named.kind in conditions)
    return _best(meant, lambda named: _ranked(named, (conditions[named.kind](named.model),), ranks=False))


@cache
def called_at(contacts: Named) -> Prepared:
    """Return what finds the contacts of a phone number."""
    return _best((contacts,), lambda named: _ranked(named, (named.model.id.in_(phoned()),), ranks=False))


def _indexed(kind: Kind) -> tuple[str, ...]:
    return (kind, LEAD_COMPANY) if kind is Kind.LEAD else (kind,)


def _keys(named: Named) -> tuple[Any, ...]:
    return (named.key, Lead.company_key) if named.model is Lead else (named.key,)


def _like(named: Named, words: int) -> tuple[Any, ...]:
    """Return the conditions that the name has each of the words, as one of its bound patterns says."""
    return tuple(
        or_(*(column.like(pattern(f"{how}_{place}"), escape="/") for column in _keys(named) for how in _AT_BEGINNINGS))
        for place in range(words)
    )


def _base(named: Named, rank: Any, where: Sequence[Any]) -> Select[Any]:
    facts = [getattr(named.model, name) for name in _FACTS[named.kind]]
    mine = named.model.workspace_id == bindparam("workspace")
    return select(named.model.workspace_id, rank.label("rank"), named.model.number, *facts).where(mine, *where)


def _ranked(named: Named, where: Sequence[Any], *, ranks: bool = True) -> Select[Any]:
    """Return the records that are called exactly as is bound, then those whose name begins so, then the latest."""
    name: Any = bindparam("name")
    starts = func.substr(named.key, 1, func.length(name)) == name
    rank = case((named.key == name, 0), (starts, 1), else_=2) if ranks else literal(0)
    return _base(named, rank, where).order_by(rank, named.model.number.desc()).limit(MOST_HITS)


def _best(kinds: Sequence[Named], of: Callable[[Named], Select[Any]]) -> Prepared:
    return Prepared(union_all(*(_shown(named, of(named).subquery(), place) for place, named in enumerate(kinds))))


def _shown(named: Named, found: Subquery, place: int) -> Select[Any]:
    """Return the columns of `_hit`; what others tell of a record is looked up for the best only."""
    known = found.c
    source: FromClause = found
    title, one, two, value = known[_FACTS[named.kind][0]], _TEXT, _TEXT, (_AMOUNT, _TEXT)
    if named.kind is Kind.DEAL:
        stage = (Stage.workspace_id == known.workspace_id) & (Stage.id == known.stage_id)
        owner = (User.workspace_id == known.workspace_id) & (User.id == known.owner_id)
        source = found.join(Stage, stage).outerjoin(User, owner)
        one, two, value = Stage.name, User.name, (known.value_minor, known.currency)
    elif named.kind is Kind.CONTACT:
        company = (Company.workspace_id == known.workspace_id) & (Company.id == known.company_id)
        one, two, source = known.role, Company.name, found.outerjoin(Company, company)
    elif named.kind is Kind.LEAD:
        one, two = known.status, known.company_name
    else:
        one = known.domain
    order = (literal(place), known.rank, -known.number)
    return select(*order, literal(str(named.kind)), known.number, title, one, two, *value).select_from(source)
