"""Which records the words of a text name, of which none was asked for by itself."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crmbot.crm.lookup.candidates import found_by
from crmbot.crm.lookup.naming import NAMED, by_name, by_number, compared_with
from crmbot.crm.lookup.single_words import SURNAMES, kinds_meant, surnamed
from crmbot.crm.work import Work
from crmbot.domain.everyday import EVERYDAY, MONTHS
from crmbot.domain.identity import fold_name
from crmbot.domain.ids import Kind, parse_reference
from crmbot.models import Contact, Deal, Lead

MOST_INSIDE = 3
"""Of how many words a name inside a text is."""
_PARTIES = (Kind.CONTACT, Kind.LEAD, Kind.COMPANY)
_MOST_SEARCHED = 24
"""How many words of a longer text are searched for a name."""
_SHORTEST = 4
"""Letters of a word without a capital that may begin a name inside a text."""
_AROUND = ".,;:!?()\"'\u201c\u201d"
_OWNERS = re.compile(r"['\u2019]s$")

_Meant = Mapping[str, frozenset[str]]


def mentioned(work: Work, text: str) -> list[Any]:
    """Return the records that the words of something to do name, of which none was asked for.

    A number, a whole name, a person's first name, or with a capital a person's last name or a company's first word;
    never an everyday word.
    """
    return named_in(work, text.split(), unasked=True)


def named_in(work: Work, words: list[str], *, unasked: bool = False) -> list[Any]:
    """Return the records that a text names somewhere, without the company of a person and the people of a deal."""
    searched = words[:_MOST_SEARCHED]
    bare = list(map(_bare, searched))
    keys = list(map(fold_name, bare))
    numbers = [at for at, word in enumerate(bare) if parse_reference(word) is not None]
    meant = kinds_meant(work, dict.fromkeys(filter(None, keys)))
    begun = [at for at, key in enumerate(keys) if key in meant or at in numbers]
    found: dict[str, Any] = {}
    taken: set[int] = set()
    for start, end in _runs(begun, len(searched)):
        if taken.isdisjoint(range(start, end)):
            rows = _called(work, searched[start:end], meant, first=start == 0, unasked=unasked)
            found |= {row.id: row for row in rows}
            taken |= set(range(start, end)) if rows else set()
    beside = {row.company_id for row in found.values() if isinstance(row, Contact | Deal)}
    beside |= {row.contact_id for row in found.values() if isinstance(row, Deal)}
    same = {row.id for row in found.values() if isinstance(row, Lead) and row.contact_id in found}
    return [row for row in found.values() if row.id not in beside | same]


def _runs(begun: Sequence[int], count: int) -> Iterator[tuple[int, int]]:
    """Yield the beginnings and ends of the runs of words that a name may be, the longest first."""
    for size in range(min(MOST_INSIDE, count), 0, -1):
        yield from ((start, start + size) for start in begun if start + size <= count)


def without_owner(word: str) -> str:
    """Return a name without what makes it an owner's: “Dana's” is Dana."""
    return _OWNERS.sub("", word)


def _bare(word: str) -> str:
    return without_owner(word.strip(_AROUND))


def _called(work: Work, words: list[str], meant: _Meant, *, first: bool, unasked: bool) -> list[Any]:
    """Return the records of a number or whole name, else those that a single word begins."""
    bare = [_bare(word) for word in words]
    parsed = parse_reference(bare[0]) if len(bare) == 1 else None
    if parsed is not None:
        named = NAMED.get(parsed[0])
        row = work.first(by_number(named), named.model, number=parsed[1]) if named else None
        return [row] if row is not None else []
    key = fold_name(" ".join(bare))
    if not key or any(mark in word for word in words[:-1] for mark in ".;:!?"):
        return []
    if len(bare) == 1 and not _may_begin(bare[0], first=first):
        return []
    # Only of a kind that has a name with this first word.
    known = meant.get(fold_name(bare[0]), ())
    for match in ("exactly", "begins") if len(bare) == 1 else ("exactly",):
        rows = [
            row
            for kind in _kinds(bare, match, unasked=unasked)
            if kind in known
            for row in found_by(work, by_name(NAMED[kind], match, ""), NAMED[kind].model, **compared_with(key))
        ]
        if match == "begins" and SURNAMES in known and bare[0][:1].isupper():
            rows = [*surnamed(work, key), *rows]
        if rows:
            return rows
    return []


def _kinds(bare: list[str], match: str, *, unasked: bool) -> tuple[Kind, ...]:
    """Return the kinds whose names words may be: titles of deals that are one word alone are too often just a word."""
    if match == "begins" and unasked and not bare[0][:1].isupper():
        return (Kind.CONTACT,)
    return (*_PARTIES, Kind.DEAL) if unasked and len(bare) > 1 else _PARTIES


def _may_begin(word: str, *, first: bool) -> bool:
    """Say whether a word inside a text may be somebody's name."""
    low = word.lower()
    if low in MONTHS or (low in EVERYDAY and (first or not word[:1].isupper())):
        return False
    return len(word) >= _SHORTEST or (word[:1].isupper() and not first and len(word) > 1)
