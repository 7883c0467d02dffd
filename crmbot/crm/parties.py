"""Whom a new deal is for, told at the end of its title: “Renewal with Paul for Globex”."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from crmbot.crm.lookup import NAMED, NEW, candidate, exactly_named, find_record, nearest_to
from crmbot.crm.lookup.candidates import found_by, only_one
from crmbot.crm.lookup.naming import by_name, compared_with
from crmbot.crm.people import company_for, contact_for, usable_email
from crmbot.crm.requests import CreateDeal
from crmbot.crm.work import Work
from crmbot.domain.identity import Address, fold_name, person_name_from
from crmbot.domain.ids import Kind
from crmbot.errors import Ambiguous, Candidate
from crmbot.models import Company, Contact, kind_of

_FIRST = {"with": (Kind.CONTACT, Kind.COMPANY)}
_ELSE = (Kind.COMPANY, Kind.CONTACT)
_FIELDS = {Kind.CONTACT: "contact", Kind.COMPANY: "company"}
_KINDS = {Contact: Kind.CONTACT, Company: Kind.COMPANY}


@dataclass(frozen=True, slots=True)
class _Phrase:
    """The end of a title: the word that leads to a name, and the name."""

    lead: str
    name: str

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What the name may be, the likelier first."""
        return _FIRST.get(self.lead.lower(), _ELSE)

    @property
    def is_new(self) -> bool:
        """Whether a plus before the name says that it is a new one."""
        return self.name.startswith(NEW)

    def __str__(self) -> str:
        return f"{self.lead} {self.name}"


def with_parties(work: Work, request: CreateDeal) -> CreateDeal:
    """Return the request with the contact and company that its title's ends name; an end that names none stays in it.

    Raises:
        Ambiguous: several are called so; or nobody is, but it looks like a name, so that it may be a new one.
    """
    for phrase in _phrases(request.parties):
        if f" {phrase}" in request.title or _is_told(work, request, phrase):
            continue
        kind, row = (phrase.kinds[0], None) if phrase.is_new else _named(work, phrase)
        if phrase.is_new and kind is not None:
            new: dict[str, Any] = {_FIELDS[kind]: phrase.name}
            request = replace(request, **new)
        elif row is not None and kind is not None:
            fact: dict[str, Any] = {_FIELDS[kind]: row.id}
            request = replace(request, **fact)
        elif _looks_like_a_name(phrase.name):
            raise _who(work, request, phrase)
        else:
            request = replace(request, title=f"{request.title} {phrase}")
    return request


def contact_of(work: Work, word: str) -> Contact:
    """Return the contact that a word means; a name or address after a plus makes a new one."""
    if not word.startswith(NEW):
        found: Contact = find_record(work, Kind.CONTACT, word, field="contact")
        return found
    said = word.removeprefix(NEW).strip()
    email = usable_email(said) if "@" in said else None
    name = person_name_from(Address("", email)) if email else said
    return contact_for(work, name or said, email, company_for(work, None, email))


def _phrases(parties: Iterable[str]) -> Iterable[_Phrase]:
    for party in parties:
        lead, _, name = party.partition(" ")
        new = NEW if name.strip().startswith(NEW) else ""
        yield _Phrase(lead, new + name.strip().removeprefix(NEW).strip('"\u201c\u201d\u201e'))


def _is_told(work: Work, request: CreateDeal, phrase: _Phrase) -> bool:
    """Say whether what a phrase names was chosen already."""
    for kind in phrase.kinds:
        word = getattr(request, _FIELDS[kind])
        if word is None:
            continue
        if fold_name(word.removeprefix(NEW)) == fold_name(phrase.name):
            return True
        row = exactly_named(work, kind, word, field=_FIELDS[kind])
        if row is not None and f" {fold_name(row.name)} ".startswith(f" {fold_name(phrase.name)}"):
            return True
    return False


def _named(work: Work, phrase: _Phrase) -> tuple[Kind | None, Any]:
    """Return the only record that a phrase names: a whole name before one that begins so."""
    for kind in phrase.kinds:
        row = exactly_named(work, kind, phrase.name, field=_FIELDS[kind])
        if row is not None:
            return kind, row
    key = compared_with(fold_name(phrase.name))
    rows = [
        row
        for kind in phrase.kinds
        for row in found_by(work, by_name(NAMED[kind], "begins", ""), NAMED[kind].model, **key)
    ]
    kinds = {_KINDS[kind_of(row)] for row in rows}
    if len(kinds) > 1:
        choices = [replace(candidate(work, row), field=_FIELDS[_KINDS[kind_of(row)]]) for row in rows]
        raise Ambiguous(phrase.name, "contact", choices)
    if not kinds:
        return None, None
    only = kinds.pop()
    return only, only_one(work, phrase.name, _FIELDS[only], rows)


def _looks_like_a_name(name: str) -> bool:
    """Say whether words in a title look like somebody: “Globex”, “Paul Ferris”, but not “Q3” or “managers”."""
    words = name.split()
    return words[0][:1].isupper() and not any(c.isdigit() for c in name) and len(words) <= 4  # noqa: PLR2004


def _who(work: Work, request: CreateDeal, phrase: _Phrase) -> Ambiguous:
    """Ask about a name that nobody has: the nearest ones, a new one, or none at all."""
    near = [
        replace(one, field=_FIELDS[kind])
        for kind, one in nearest_to(work, [NAMED[kind] for kind in phrase.kinds], phrase.name)
    ]
    kind = phrase.kinds[0]
    typed = f'{NEW}"{phrase.name}"' if " " in phrase.name else f"{NEW}{phrase.name}"
    facts = ("added with the deal", f"as {phrase.lead} {typed}")
    new = Candidate(f"{NEW}{phrase.name}", f"New {kind} “{phrase.name}”", facts, field=_FIELDS[kind])
    title = f"{request.title} {phrase}"
    plain = Candidate(title, f"Neither: the deal is called “{title}”", (f'as "{title}"',), field="title")
    return Ambiguous(
        phrase.name,
        _FIELDS[kind],
        [*near, new, plain],
        sentence=f"No contact or company is called “{phrase.name}” yet. Who is meant by “{phrase}”?",
    )
