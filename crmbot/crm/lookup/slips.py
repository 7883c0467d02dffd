"""Names with the very word that somebody meant who let two letters change places or typed one too many."""

from collections.abc import Sequence
from itertools import chain, islice, zip_longest

from crmbot.crm.lookup.spans import Spans

_SHORTEST = 5
"""Fewer letters are too much like other words to be sure what was meant."""
_MOST_SLIPS = 16
"""So many words are tried as what was meant."""
_OF_A_WORD = 10
_BEHIND_A_WORD = "!"
"""Comes right after the space that ends a word."""


def put_right(words: Sequence[str]) -> Spans:
    """Return the spans of the words that these may be slips of, the likeliest first."""
    likeliest_first = chain.from_iterable(zip_longest(*map(corrections, words)))
    right = dict.fromkeys(filter(None, likeliest_first))
    return Spans(list(islice(right, _MOST_SLIPS)), _BEHIND_A_WORD, _OF_A_WORD)


def corrections(word: str) -> list[str]:
    """Return the words that this one may be a slip of: those without a doubled letter, turned ones, shorter ones."""
    if len(word) < _SHORTEST:
        return []
    swapped = [word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)]
    shorter = [word[:at] + word[at + 1 :] for at in range(len(word))]
    single = [one for at, one in enumerate(shorter[1:]) if word[at] == word[at + 1]]
    return [one for one in dict.fromkeys((*single, *swapped, *shorter)) if one != word]


def lacks_one(name: str, words: Sequence[str]) -> bool:
    """Say whether all of the words but one, that with the slip, begin one of the name's."""
    return sum(f" {word}" not in f" {name}" for word in words) <= 1
