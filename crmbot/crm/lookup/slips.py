"""Names with the very word that somebody meant who let two letters change places or typed one too many."""

from collections.abc import Sequence
from itertools import chain, zip_longest
from typing import Any

from crmbot.crm.lookup.naming import Named, called_between
from crmbot.crm.lookup.words import MOST_RANGES, ranges
from crmbot.crm.work import Work

_SHORTEST = 5
"""Fewer letters are too much like other words to be sure what was meant."""
_OF_A_WORD = 10
_BEHIND_A_WORD = "!"
"""Comes right after the space that ends a word."""


def corrected(work: Work, kinds: tuple[Named, ...], key: str) -> list[tuple[Any, ...]]:
    """Return `called` of some names that have one of the words put right, and words that begin with the others."""
    words = key.split()
    likeliest_first = chain.from_iterable(zip_longest(*map(corrections, words)))
    right = list(dict.fromkeys(filter(None, likeliest_first)))[:MOST_RANGES]
    if not right:
        return []
    values = ranges(right, _BEHIND_A_WORD, MOST_RANGES)
    found = called_between(work, kinds, MOST_RANGES, _OF_A_WORD, values)
    return [row for row in found if _lacks_one(row[2], words)]


def corrections(word: str) -> list[str]:
    """Return the words that this one may be a slip of: those without a doubled letter, turned ones, shorter ones."""
    if len(word) < _SHORTEST:
        return []
    swapped = [word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)]
    shorter = [word[:at] + word[at + 1 :] for at in range(len(word))]
    single = [one for at, one in enumerate(shorter[1:]) if word[at] == word[at + 1]]
    return [one for one in dict.fromkeys((*single, *swapped, *shorter)) if one != word]


def _lacks_one(name: str, words: Sequence[str]) -> bool:
    """Say whether all of the words but one, that with the slip, begin one of the name's."""
    return sum(f" {word}" not in f" {name}" for word in words) <= 1
