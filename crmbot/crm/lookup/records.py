"""Which record a word means: exactly one, a choice, or nothing with the nearest names. Never a guess."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz, process
from sqlalchemy import ColumnElement, or_, select

from crmbot.crm.lookup.candidates import NEAREST, SCANNED, Row, candidate, only_one, rows_of
from crmbot.crm.work import Work
from crmbot.domain.identity import fold_name
from crmbot.domain.ids import Kind, is_id, parse_reference, reference
from crmbot.errors import NotFound
from crmbot.models import Alias, Company, Contact, ContactEmail, Deal, Lead

_ALIKE = 66.0


@dataclass(frozen=True, slots=True)
class _Named:
    """How records of a kind are found by name."""

    kind: Kind
    model: type[Any]
    key: Any
    label: Callable[[Row], str]


_NAMED = {
    Kind.DEAL: _Named(Kind.DEAL, Deal, Deal.title_key, lambda row: row.title),
    Kind.LEAD: _Named(Kind.LEAD, Lead, Lead.name_key, lambda row: row.name),
    Kind.CONTACT: _Named(Kind.CONTACT, Contact, Contact.name_key, lambda row: row.name),
    Kind.COMPANY: _Named(Kind.COMPANY, Company, Company.name_key, lambda row: row.name),
}
_KIND_OF = {named.model: kind for kind, named in _NAMED.items()}


def find_deal(work: Work, word: str, *, field: str = "deal", outcome: str | None = None) -> Deal:
    """Return the one deal a word means.

    `outcome` is open or closed: such deals are tried first, as only those can be meant. A name that is no deal's own
    may be its company's or contact's.

    Raises:
        Ambiguous: several could be meant.
        NotFound: none is; the nearest names are told.
    """
    named = _NAMED[Kind.DEAL]
    direct = _direct(work, named, word, outcome)
    if direct is not None:
        return _as_deal(direct)
    key = fold_name(word)
    for narrowed in _OUTCOMES[outcome]:
        for rung in (_by_name, _by_party):
            found = rung(work, named, key, narrowed)
            if found:
                return _as_deal(only_one(work, word, field, found))
    raise _nothing(work, (named,), word, field)


def find_record(work: Work, kind: Kind, word: str, *, field: str) -> Row:
    """Return the one lead, contact or company a word means; raises as `find_deal` does."""
    named = _NAMED[kind]
    direct = _direct(work, named, word)
    if direct is not None:
        return direct
    if kind in (Kind.CONTACT, Kind.LEAD) and "@" in word:
        found = _by_email(work, kind, word)
    else:
        found = _by_name(work, named, fold_name(word), [])
        if not found and kind is Kind.COMPANY and "." in word:
            found = rows_of(work, Company, Company.domain == word.strip().lower())
    if found:
        return only_one(work, word, field, found)
    raise _nothing(work, (named,), word, field)


def exactly_named(work: Work, kind: Kind, word: str, *, field: str) -> Row | None:
    """Return the record of that number or whole name, none when there is none; Ambiguous when several bear it."""
    named = _NAMED[kind]
    direct = _direct(work, named, word)
    if direct is not None:
        return direct
    found = rows_of(work, named.model, named.key == fold_name(word))
    return only_one(work, word, field, found) if found else None


def find_target(work: Work, word: str, *, field: str = "target") -> Row:
    """Return the deal, contact, lead or company that something is about.

    Names are tried over all four kinds: exact ones first, then beginnings and words in them.
    """
    known = _known_target(work, word, field)
    if known is not None:
        return known
    if "@" in word:
        people = [*_by_email(work, Kind.CONTACT, word), *_by_email(work, Kind.LEAD, word)]
        if people:
            return only_one(work, word, field, _without_converted(people))
    key = fold_name(word)
    for match in _MATCHES if key else ():
        found_rows: list[Row] = []
        for named in _NAMED.values():
            narrowed = [Deal.outcome == "open"] if named.kind is Kind.DEAL else []
            found_rows += rows_of(work, named.model, match(named.key, key), *narrowed)
        if found_rows:
            return only_one(work, word, field, _without_parts(_without_converted(found_rows)))
    closed = _by_name(work, _NAMED[Kind.DEAL], key, [Deal.outcome != "open"])
    if closed:
        return only_one(work, word, field, closed)
    raise _nothing(work, tuple(_NAMED.values()), word, field)


def _known_target(work: Work, word: str, field: str) -> Row | None:
    """Find by number, id or the actor's own word; refuse a number without its letter."""
    for named in _NAMED.values():
        found = _numbered(work, named, word)
        if found is not None:
            return found
    own = _own_word(work, word, _NAMED, "open")
    if own is None and _is_bare_number(word):
        meant = ", ".join(f"{named.kind.letter}-{word.strip()}" for named in _NAMED.values())
        raise NotFound(f"“{word.strip()}” could be anything. Say which: {meant}.", field=field)
    return own


def _direct(work: Work, named: _Named, word: str, outcome: str | None = None) -> Row | None:
    """Find by number, with or without its letter, by id, or the actor's own word for it."""
    found = _numbered(work, named, word)
    if found is None and _is_bare_number(word):
        found = _numbered(work, named, named.kind.letter + word.strip()) or _called(work, named, word)
        if found is None:
            raise NotFound(f"There is no {named.kind} {named.kind.letter}-{word.strip()}.")
    return found if found is not None else _own_word(work, word, (named.kind,), outcome)


def _is_bare_number(word: str) -> bool:
    """Say whether somebody typed 17 where D-17 may be meant; a part of a name it never is."""
    text = word.strip()
    return text.isascii() and text.isdigit()


def _called(work: Work, named: _Named, word: str) -> Row | None:
    found = rows_of(work, named.model, named.key == fold_name(word))
    return found[0] if len(found) == 1 else None


def _numbered(work: Work, named: _Named, word: str) -> Row | None:
    parsed = parse_reference(word)
    if parsed is not None and parsed[0] is named.kind:
        found = rows_of(work, named.model, named.model.number == parsed[1])
        if found:
            return found[0]
    return work.get(named.model, word) if is_id(word) else None


def _own_word(work: Work, word: str, kinds: Collection[Kind], outcome: str | None = None) -> Row | None:
    """Find what the actor chose for a word before; nothing when it means several kinds of record.

    A choice gives way to a record that got this very name later, and a deal's to the other deals once it can't be meant
    any more: it was closed where an open one is wanted, or the other way round.
    """
    if work.actor.user_id is None:
        return None
    known = work.session.execute(
        select(Alias.id, Alias.kind, Alias.record_id).where(
            Alias.workspace_id == work.workspace_id,
            Alias.user_id == work.actor.user_id,
            Alias.kind.in_([kind.value for kind in kinds]),
            Alias.word == fold_name(word),
        )
    ).all()
    if len(known) != 1:
        return None
    chosen = known[0]
    named = _NAMED[Kind(chosen.kind)]
    row = work.get(named.model, chosen.record_id)
    if isinstance(row, Deal) and outcome is not None and (row.outcome == "open") != (outcome == "open"):
        return None
    newer = (named.key == fold_name(word), named.model.id > chosen.id, named.model.id != chosen.record_id)
    return None if rows_of(work, named.model, *newer) else row


def _exactly(column: Any, key: str) -> ColumnElement[bool]:
    equal: ColumnElement[bool] = column == key
    return equal


def _begins(column: Any, key: str) -> ColumnElement[bool]:
    between: ColumnElement[bool] = (column >= key + " ") & (column < key + "!")
    return between


def _has_word(column: Any, key: str) -> ColumnElement[bool]:
    return or_(column.startswith(key, autoescape=True), column.contains(" " + key, autoescape=True))


_OUTCOMES: dict[str | None, tuple[tuple[Any, ...], ...]] = {
    None: ((),),
    "open": ((Deal.outcome == "open",), ()),
    "closed": ((Deal.outcome != "open",), ()),
}
_MATCHES = (_exactly, _begins, _has_word)
"""From the surest to the loosest. `_begins` is a range of whole words, which an index answers."""


def _by_name(work: Work, named: _Named, key: str, narrowed: Sequence[Any]) -> list[Row]:
    for match in _MATCHES if key else ():
        found = rows_of(work, named.model, match(named.key, key), *narrowed)
        if found:
            return found
    return []


def _by_party(work: Work, _named: _Named, key: str, narrowed: Sequence[Any]) -> list[Row]:
    """Find deals by the name of their company or contact."""
    if not key:
        return []
    for match in (_exactly, _begins):
        companies = select(Company.id).where(Company.workspace_id == work.workspace_id, match(Company.name_key, key))
        contacts = select(Contact.id).where(Contact.workspace_id == work.workspace_id, match(Contact.name_key, key))
        found = rows_of(work, Deal, or_(Deal.company_id.in_(companies), Deal.contact_id.in_(contacts)), *narrowed)
        if found:
            return found
    return []


def _by_email(work: Work, kind: Kind, word: str) -> list[Row]:
    address = word.strip().lower()
    if kind is Kind.LEAD:
        return rows_of(work, Lead, Lead.email == address)
    owner = select(ContactEmail.contact_id).where(
        ContactEmail.workspace_id == work.workspace_id, ContactEmail.email == address
    )
    return rows_of(work, Contact, Contact.id.in_(owner))


def _without_converted(rows: list[Row]) -> list[Row]:
    """Leave out leads whose contact is among the rows: they are the same person."""
    contacts = {row.id for row in rows if isinstance(row, Contact)}
    return [row for row in rows if not (isinstance(row, Lead) and row.contact_id in contacts)]


def _without_parts(rows: list[Row]) -> list[Row]:
    """When a company is named, its deals and people that carry its name are not other meanings."""
    companies = {row.id for row in rows if isinstance(row, Company)}
    return [row for row in rows if isinstance(row, Company) or getattr(row, "company_id", None) not in companies]


def _nothing(work: Work, kinds: tuple[_Named, ...], word: str, field: str) -> NotFound:
    """Return the refusal for a word that means no record of these kinds, with the nearest names."""
    rows = [row for named in kinds for row in _latest(work, named, SCANNED // len(kinds))]
    names = {index: fold_name(_NAMED[_KIND_OF[type(row)]].label(row)) for index, row in enumerate(rows)}
    near = process.extract(fold_name(word), names, scorer=fuzz.WRatio, limit=NEAREST, score_cutoff=_ALIKE)
    nearest = [candidate(work, rows[index]) for _, _, index in near]
    hint = f" Did you mean “{nearest[0].title}” ({nearest[0].reference})?" if nearest else ""
    parsed = parse_reference(word)
    if parsed:
        return NotFound(f"There is no {parsed[0]} {reference(*parsed)}.{hint}", nearest=nearest, field=field)
    only = kinds[0].kind if len(kinds) == 1 else None
    if only is None:
        return NotFound(f"No deal, lead, contact or company is called “{word}”.{hint}", nearest=nearest, field=field)
    add = "" if nearest or only is Kind.DEAL else f" Add one: /{only} new {word}"
    return NotFound(f"There is no {only} called “{word}”.{hint}{add}", nearest=nearest, field=field)


def _latest(work: Work, named: _Named, most: int) -> Sequence[Row]:
    statement = select(named.model).where(named.model.workspace_id == work.workspace_id)
    return work.session.scalars(statement.order_by(named.model.number.desc()).limit(most)).all()


def _as_deal(row: Row) -> Deal:
    deal: Deal = row
    return deal
