"""Which record a word means: exactly one, a choice, or nothing with the nearest names. Never a guess."""

from collections.abc import Collection

from crmbot.crm.lookup.beginnings import first_words
from crmbot.crm.lookup.candidates import Row, found_by, only_one
from crmbot.crm.lookup.likeness import nearest_to, same_people
from crmbot.crm.lookup.naming import (
    ANY_OUTCOME,
    BY_DOMAIN,
    CONTACT_BY_EMAIL,
    CONTACT_BY_PHONE,
    LEAD_BY_EMAIL,
    MATCHES,
    NAMED,
    OUTCOMES,
    OWN_WORD,
    WRITES,
    Named,
    by_name,
    by_number,
    compared_with,
    taken_since,
)
from crmbot.crm.lookup.ways import PARTIES, found_in_ways, rows_in_way
from crmbot.crm.lookup.words import phone_values
from crmbot.crm.work import Work
from crmbot.domain.identity import fold_name
from crmbot.domain.ids import Kind, is_id, parse_reference, reference
from crmbot.domain.phones import typed_phone
from crmbot.errors import NotFound
from crmbot.models import Company, Contact, Deal, Lead

_PEOPLE = (Kind.CONTACT, Kind.LEAD)
_LONGEST_NEW = 60
"""Longer words are hardly a name that is new."""


def find_deal(work: Work, word: str, *, field: str = "deal", outcome: str | None = None, writes: bool = False) -> Deal:
    """Return the one deal a word means.

    `outcome` is open or closed: such deals are tried first, as only those can be meant. A name that is no deal's own
    may be its company's or contact's. With `writes`, the word at the beginning of a title is as good as one inside.

    Raises:
        Ambiguous: several could be meant.
        NotFound: none is; the nearest names are told.
    """
    named = NAMED[Kind.DEAL]
    direct = _direct(work, named, word, outcome)
    if direct is not None:
        return _as_deal(direct)
    ways = (*(WRITES if writes else MATCHES), *PARTIES)
    for narrowed in OUTCOMES[outcome]:
        found = _by_name(work, named, fold_name(word), narrowed, ways)
        if found:
            return _as_deal(only_one(work, word, field, found))
    raise _nothing(work, (named,), word, field)


def find_record(work: Work, kind: Kind, word: str, *, field: str) -> Row:
    """Return the one lead, contact or company a word means; raises as `find_deal` does."""
    named = NAMED[kind]
    direct = _direct(work, named, word)
    if direct is not None:
        return direct
    if kind in _PEOPLE and "@" in word:
        found = _by_email(work, kind, word)
    else:
        key = fold_name(word)
        found = _by_name(work, named, key) or (same_people(work, named, key) if kind in _PEOPLE else [])
        if not found and kind is Kind.CONTACT:
            found = _by_phone(work, word)
        if not found and kind is Kind.COMPANY and "." in word:
            found = found_by(work, BY_DOMAIN, Company, domain=word.strip().lower())
    if found:
        return only_one(work, word, field, found)
    raise _nothing(work, (named,), word, field)


def exactly_named(work: Work, kind: Kind, word: str, *, field: str) -> Row | None:
    """Return the record of that number or whole name, none when there is none; Ambiguous when several bear it."""
    named = NAMED[kind]
    direct = _direct(work, named, word)
    if direct is not None:
        return direct
    found = _exactly(work, named, word)
    return only_one(work, word, field, found) if found else None


def find_target(work: Work, word: str, *, field: str = "target", whole_words: bool = False) -> Row:
    """Return the deal, contact, lead or company that something is about.

    Names are tried over all four kinds: exact ones first, then beginnings and, unless only `whole_words` count, words
    in them.
    """
    known = _known_target(work, word, field)
    if known is not None:
        return known
    if "@" in word:
        people = [*_by_email(work, Kind.CONTACT, word), *_by_email(work, Kind.LEAD, word)]
        if people:
            return only_one(work, word, field, _without_converted(people))
    key = fold_name(word)
    matches = MATCHES[:2] if whole_words else MATCHES
    kinds = tuple(NAMED.values())
    meant = found_in_ways(work, kinds, key, "open")
    for match in matches:
        found_rows = rows_in_way(work, kinds, meant, match)
        if match != "exactly" and len(found_rows) == 1 and isinstance(found_rows[0], Deal):
            found_rows = [row for row in rows_in_way(work, kinds, meant, "has_word") if isinstance(row, Deal)]
        if found_rows:
            return only_one(work, word, field, _without_parts(_without_converted(found_rows)))
    people = [] if whole_words else [row for kind in _PEOPLE for row in same_people(work, NAMED[kind], key)]
    if people:
        return only_one(work, word, field, _without_converted(people))
    called = _by_phone(work, word)
    if called:
        return only_one(work, word, field, called)
    closed = _by_name(work, NAMED[Kind.DEAL], key, "closed", matches)
    if closed:
        return only_one(work, word, field, closed)
    raise _nothing(work, tuple(NAMED.values()), word, field)


def _known_target(work: Work, word: str, field: str) -> Row | None:
    """Find by number, id or the actor's own word; refuse a number without its letter."""
    for named in NAMED.values():
        found = _numbered(work, named, word)
        if found is not None:
            return found
    own = _own_word(work, word, NAMED, "open")
    if own is None and _is_bare_number(word) and not _by_phone(work, word):
        meant = ", ".join(f"{named.kind.letter}-{word.strip()}" for named in NAMED.values())
        raise NotFound(f"“{word.strip()}” could be anything. Say which: {meant}.", field=field)
    return own


def _direct(work: Work, named: Named, word: str, outcome: str | None = None) -> Row | None:
    """Find by number, with or without its letter, by id, or the actor's own word for it."""
    found = _numbered(work, named, word)
    if found is None and _is_bare_number(word):
        found = _numbered(work, named, named.kind.letter + word.strip()) or _called(work, named, word)
        if found is None and not (named.kind is Kind.CONTACT and typed_phone(word)):
            raise NotFound(f"There is no {named.kind} {named.kind.letter}-{word.strip()}.")
    return found if found is not None else _own_word(work, word, (named.kind,), outcome)


def _is_bare_number(word: str) -> bool:
    """Say whether somebody typed 17 where D-17 may be meant; a part of a name it never is."""
    text = word.strip()
    return text.isascii() and text.isdigit()


def _called(work: Work, named: Named, word: str) -> Row | None:
    found = _exactly(work, named, word)
    return found[0] if len(found) == 1 else None


def _numbered(work: Work, named: Named, word: str) -> Row | None:
    parsed = parse_reference(word)
    if parsed is not None and parsed[0] is named.kind:
        found: Row | None = work.first(by_number(named), named.model, number=parsed[1])
        if found is not None:
            return found
    return work.get(named.model, word) if is_id(word) else None


def _own_word(work: Work, word: str, kinds: Collection[Kind], outcome: str | None = None) -> Row | None:
    """Find what the actor chose for a word before; nothing when it means several kinds of record.

    A choice gives way to a record that got this very name later, and a deal's to the other deals once it can't be meant
    any more: it was closed where an open one is wanted, or the other way round.
    """
    if work.actor.user_id is None:
        return None
    known = [one for one in work.values(OWN_WORD, user=work.actor.user_id, word=fold_name(word)) if one[1] in kinds]
    if len(known) != 1:
        return None
    alias_id, kind, record_id = known[0]
    named = NAMED[Kind(kind)]
    row = work.get(named.model, record_id)
    if isinstance(row, Deal) and outcome is not None and (row.outcome == "open") != (outcome == "open"):
        return None
    taken = work.values(taken_since(named), word=fold_name(word), chosen=alias_id, record=record_id)
    return None if taken else row


def _exactly(work: Work, named: Named, word: str) -> list[Row]:
    key = fold_name(word)
    return found_by(work, by_name(named, "exactly", ANY_OUTCOME), named.model, **compared_with(key))


def _by_name(
    work: Work, named: Named, key: str, outcome: str = ANY_OUTCOME, ways: tuple[str, ...] = MATCHES
) -> list[Row]:
    """Return what a name means in the first of these ways in which it means anything."""
    meant = found_in_ways(work, (named,), key, outcome)
    way = next((way for way in ways if way in meant), "")
    return rows_in_way(work, (named,), meant, way)


def _by_email(work: Work, kind: Kind, word: str) -> list[Row]:
    address = word.strip().lower()
    if kind is Kind.LEAD:
        return found_by(work, LEAD_BY_EMAIL, Lead, email=address)
    return found_by(work, CONTACT_BY_EMAIL, Contact, email=address)


def _by_phone(work: Work, word: str) -> list[Row]:
    digits = typed_phone(word)
    return found_by(work, CONTACT_BY_PHONE, Contact, **phone_values(digits)) if digits else []


def _without_converted(rows: list[Row]) -> list[Row]:
    """Leave out leads whose contact is among the rows: they are the same person."""
    contacts = {row.id for row in rows if isinstance(row, Contact)}
    return [row for row in rows if not (isinstance(row, Lead) and row.contact_id in contacts)]


def _without_parts(rows: list[Row]) -> list[Row]:
    """When a company is named, its deals and people that carry its name are not other meanings."""
    companies = {row.id for row in rows if isinstance(row, Company)}
    return [row for row in rows if isinstance(row, Company) or getattr(row, "company_id", None) not in companies]


def _nothing(work: Work, kinds: tuple[Named, ...], word: str, field: str) -> NotFound:
    """Return the refusal for a word that means no record of these kinds, with the nearest names."""
    nearest = [near for _, near in nearest_to(work, kinds, word)]
    hint = f" Did you mean “{nearest[0].title}” ({nearest[0].reference})?" if nearest else ""
    parsed = parse_reference(word)
    if parsed:
        return NotFound(f"There is no {parsed[0]} {reference(*parsed)}.{hint}", nearest=nearest, field=field)
    only = kinds[0].kind if len(kinds) == 1 else None
    if only is None:
        if not nearest and len(word) <= _LONGEST_NEW:
            hint = f" Add a new one first: /{first_words(Kind.CONTACT, word)[0]}"
        return NotFound(f"No deal, lead, contact or company is called “{word}”.{hint}", nearest=nearest, field=field)
    if nearest or only is Kind.DEAL:
        hint = hint or " See the open ones: /deal list"
        return NotFound(f"There is no {only} called “{word}”.{hint}", nearest=nearest, field=field)
    line, facts = first_words(only, word)
    sentence = f"There is no {only} called “{word}”. Add one: /{line}"
    return NotFound(sentence, field=field, request=f"{only}.new", known=facts)


def _as_deal(row: Row) -> Deal:
    deal: Deal = row
    return deal
