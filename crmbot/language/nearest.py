"""The word a person probably meant."""

from collections.abc import Iterable

from rapidfuzz.distance import DamerauLevenshtein
from rapidfuzz.fuzz import ratio
from rapidfuzz.process import extractOne

_LIKELY = 60


def nearest(word: str, known: Iterable[str], *, likely: float = _LIKELY) -> str | None:
    """Return the known word closest to `word`; None when none is near."""
    lowered = word.lower()[:60]
    names = list(known)
    slips = [name for name in names if DamerauLevenshtein.distance(lowered, name.lower(), score_cutoff=1) <= 1]
    if slips:
        return slips[0]
    found = extractOne(lowered, names, scorer=ratio, processor=str.lower, score_cutoff=likely)
    return found[0] if found else None


def listed(words: Iterable[str], join: str = "and") -> str:
    """Return the words as people list them: a, b and c."""
    *first, last = words
    return f"{', '.join(first)} {join} {last}" if first else last


def meant(
    word: str, known: Iterable[str], shown: Iterable[str] = (), *, kind: str = "", likely: float = _LIKELY
) -> str:
    """Say that a word means nothing, and which one it probably was; else which ones there are, or the `shown` ones."""
    names = list(known)
    near = nearest(word, names, likely=likely)
    what = f"the {kind} “{shortened(word)}”" if kind else f"“{shortened(word)}”"
    hint = f"Did you mean “{near}”?" if near else f"It can be {listed(list(shown) or names, 'or')}."
    return f"I don't know {what}. {hint}"


def shortened(word: str, most: int = 60) -> str:
    """Return the word, cut when it is too long to quote."""
    return word if len(word) <= most else f"{word[: most - 1]}…"
