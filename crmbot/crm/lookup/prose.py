"""Which records the words of a text name, of which none was asked for by itself."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

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

_Kinds = frozenset[str]
_NO_KINDS: _Kinds = frozenset()


class _Word(NamedTuple):
    """A word of a text: as it stands, without what surrounds it, folded, and the number of a record that it is."""

    text: str
    bare: str
    key: str
    number: tuple[Kind, int] | None


def mentioned(work: Work, text: str) -> list[Any]:
    """Return the records that the words of something to do name, of which none was asked for.

    A number, a whole name, a person's first name, or with a capital a person's last name or a company's first word;
    never an everyday word.
    """
    return named_in(work, text.split(), unasked=True)


def named_in(work: Work, words: list[str], *, unasked: bool = False) -> list[Any]:
    """Return the records that a text names somewhere, without the company of a person and the people of a deal."""
    searched = list(map(_read, words[:_MOST_SEARCHED]))
    meant = kinds_meant(work, dict.fromkeys(word.key for word in searched if word.key))
    begun = [at for at, word in enumerate(searched) if word.number or word.key in meant]
    found: dict[str, Any] = {}
    taken: set[int] = set()
    for start, end in _runs(begun, len(searched)):
        if taken.isdisjoint(range(start, end)):
            kinds = meant.get(searched[start].key, _NO_KINDS)
            if end - start > 1:
                rows = _called(work, searched[start:end], kinds, unasked=unasked)
            else:
                rows = _of_word(work, searched[start], kinds, first=start == 0, unasked=unasked)
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


def _read(text: str) -> _Word:
    bare = without_owner(text.strip(_AROUND))
    return _Word(text, bare, fold_name(bare), parse_reference(bare))


def _called(work: Work, words: list[_Word], known: _Kinds, *, unasked: bool) -> list[Any]:
    """Return the records of a whole name of several words, of kinds that have one with this first word."""
    kinds = [kind for kind in ((*_PARTIES, Kind.DEAL) if unasked else _PARTIES) if kind in known]
    if not kinds or any(mark in word.text for word in words[:-1] for mark in ".;:!?"):
        return []
    return _named(work, kinds, "exactly", fold_name(" ".join([word.bare for word in words])))


def _of_word(work: Work, word: _Word, known: _Kinds, *, first: bool, unasked: bool) -> list[Any]:
    """Return the records of a number or of a whole name that is one word, else those that the word begins.

    Titles of deals that are one word alone are too often just a word.
    """
    if word.number is not None:
        named = NAMED.get(word.number[0])
        row = work.first(by_number(named), named.model, number=word.number[1]) if named else None
        return [row] if row is not None else []
    if not _may_begin(word.bare, first=first):
        return []
    rows = _named(work, [kind for kind in _PARTIES if kind in known], "exactly", word.key)
    if rows:
        return rows
    capital = word.bare[:1].isupper()
    kinds = _PARTIES if capital or not unasked else (Kind.CONTACT,)
    rows = _named(work, [kind for kind in kinds if kind in known], "begins", word.key)
    return [*surnamed(work, word.key), *rows] if capital and SURNAMES in known else rows


def _named(work: Work, kinds: Iterable[Kind], match: str, key: str) -> list[Any]:
    values = compared_with(key)
    return [
        row for kind in kinds for row in found_by(work, by_name(NAMED[kind], match, ""), NAMED[kind].model, **values)
    ]


def _may_begin(word: str, *, first: bool) -> bool:
    """Say whether a word inside a text may be somebody's name."""
    low = word.lower()
    if low in MONTHS or (low in EVERYDAY and (first or not word[:1].isupper())):
        return False
    return len(word) >= _SHORTEST or (word[:1].isupper() and not first and len(word) > 1)
