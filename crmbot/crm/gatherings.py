"""Who was there together: “Dana, Paul and the team” are two people who attended, and words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crmbot.crm.lookup import NAMED, find_target
from crmbot.crm.lookup.candidates import found_by
from crmbot.crm.lookup.naming import by_name, by_number, compared_with
from crmbot.crm.lookup.single_words import surnamed
from crmbot.crm.work import Work
from crmbot.domain.everyday import EVERYDAY, MONTHS
from crmbot.domain.identity import fold_name
from crmbot.domain.ids import Kind, parse_reference
from crmbot.errors import Ambiguous, Candidate, NotFound

_BETWEEN = re.compile(r",(?:\s+(?:and|&)\s)?|\s(?:and|&)\s")
_MOST = 12
"""How many names are looked up; more are a list, and words."""
_PEOPLE = {kind: NAMED[kind] for kind in (Kind.CONTACT, Kind.LEAD)}


@dataclass(frozen=True, slots=True)
class Gathering:
    """Several names: the `first`, whom it is about; who attended by name; and the `words` behind the last of them."""

    first: str
    people: tuple[str, ...]
    others: tuple[str, ...]
    words: str

    def with_choice(self, choice: Candidate) -> tuple[str, ...]:
        """Return who attended where the first name may be several records and this one is meant."""
        parsed = parse_reference(choice.reference)
        return (choice.title, *self.others) if parsed and parsed[0] in _PEOPLE else self.people


def gather(work: Work, words: str) -> Gathering | None:
    """Return who was there by words that begin with a known name and people's names; None when they don't.

    A name is all that stands between two commas or “and”s, so that of “Dana, Paul is away” only Dana was there.
    """
    parts = _parts(words)
    first, end = next(parts)
    others: list[str] = []
    for name, stop in parts:
        who = _attendee(work, name)
        if not who:
            break
        others.append(who)
        end = stop
    if not others or not _is_known(work, first):
        return None
    own = _attendee(work, first)
    return Gathering(first, (own, *others) if own else tuple(others), tuple(others), words[end:].lstrip(" ,"))


def _parts(words: str) -> Iterator[tuple[str, int]]:
    """Yield the names and where each ends."""
    begin = 0
    for between in [*_BETWEEN.finditer(words)][:_MOST]:
        yield words[begin : between.start()].strip(), between.start()
        begin = between.end()
    yield words[begin:].strip(), len(words)


def _is_known(work: Work, name: str) -> bool:
    try:
        find_target(work, name, whole_words=True)
    except NotFound:
        return False
    except Ambiguous:
        return True
    return True


def _attendee(work: Work, name: str) -> str:
    """Return the name of the contact or lead that words mean, as typed where several are called so; "" for nobody."""
    called = {row.name for row in _people_called(work, name)}
    return called.pop() if len(called) == 1 else name if called else ""


def _people_called(work: Work, name: str) -> list[Any]:
    """Return the contacts and leads of a number, a whole name, its beginning or its last word."""
    parsed = parse_reference(name)
    if parsed is not None:
        named = _PEOPLE.get(parsed[0])
        return work.all(by_number(named), named.model, number=parsed[1]) if named else []
    key = fold_name(name)
    if not key or (key in EVERYDAY | MONTHS and not name[:1].isupper()):
        return []
    for match in ("exactly", "begins"):
        rows = [
            row
            for named in _PEOPLE.values()
            for row in found_by(work, by_name(named, match, ""), named.model, **compared_with(key))
        ]
        if rows:
            return rows
    return surnamed(work, key) if " " not in key else []
