"""The conditions that find names by any of their words: ranges of two indexes, of whole names and of later words."""

from collections.abc import Sequence
from itertools import chain, zip_longest
from typing import Any

from sqlalchemy import ColumnElement, String, and_, bindparam, func, literal_column, or_, select, union_all

from crmbot.domain.words import LONGEST
from crmbot.models import NameWord

_LAST = "\U0010ffff"
"""Comes after every character that a name has."""
SLOTS = 12
"""In so many ways the words may begin that somebody meant."""
MOST_RANGES = 16
"""Of words that are bound to one statement."""
_STARTS = tuple(f"start_{place}" for place in range(MOST_RANGES))
_STOPS = tuple(f"stop_{place}" for place in range(MOST_RANGES))
_INSIDE = 1_000
"""In how many of the latest records the inside of words is looked at, which no index finds."""


def literal(text: str) -> str:
    """Return a text as it stands in a pattern with `/` to escape."""
    return text.replace("/", "//").replace("%", "/%").replace("_", "/_")


def pattern(name: str) -> ColumnElement[str]:
    """Return a bound pattern for `LIKE`.

    As an expression: for a bare value SQLite makes the statement anew at every run, as its plan may depend on it.
    """
    return literal_column("''", String).concat(bindparam(name, type_=String))


def word_values(key: str) -> dict[str, str]:
    """Return the values that the conditions of a folded name or word bind."""
    return {
        "start": key,
        "stop": key + _LAST,
        "word": key[:LONGEST],
        "word_stop": key[:LONGEST] + _LAST,
        "anywhere": f"%{literal(key)}%",
    }


def name_starts(column: Any) -> ColumnElement[bool]:
    """Return the condition of names that begin with the bound key, which ends within a word or with one."""
    return and_(column >= bindparam("start"), column < bindparam("stop"))


def word_starts(kind: str) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of the index's rows that begin with the bound key."""
    return (
        NameWord.workspace_id == bindparam("workspace"),
        NameWord.kind == kind,
        NameWord.word >= bindparam("word"),
        NameWord.word < bindparam("word_stop"),
    )


def named_with(model: Any, column: Any, *kinds: str) -> ColumnElement[bool]:
    """Return the condition of records with the bound key in their name, from the beginning of a word on.

    `kinds` are those of the index's rows that belong to the record; a key longer than a row keeps is one text, so
    `holding` has to be asked too.
    """
    first = select(model.id).where(model.workspace_id == bindparam("workspace"), name_starts(column))
    later = [select(NameWord.record_id).where(*word_starts(kind)) for kind in kinds]
    named: ColumnElement[bool] = model.id.in_(union_all(first, *later))
    return named


def holding(*columns: Any) -> ColumnElement[bool]:
    """Return the condition that the bound key stands anywhere in one of the columns."""
    return or_(*(column.like(pattern("anywhere"), escape="/") for column in columns))


def among_latest(model: Any) -> ColumnElement[bool]:
    """Return the condition of the records made last."""
    newest = select(func.max(model.number)).where(model.workspace_id == bindparam("workspace")).scalar_subquery()
    latest: ColumnElement[bool] = model.number > newest - _INSIDE
    return latest


def slots(key: str) -> dict[str, str]:
    """Return the values of the ranges of words as somebody meant them, with one slip in each."""
    words = sorted(dict.fromkeys(key.split()), key=len, reverse=True)[:3]
    likeliest_first = chain.from_iterable(zip_longest(*map(beginnings, words)))
    return ranges(list(dict.fromkeys(filter(None, likeliest_first)))[:SLOTS], _LAST, SLOTS)


def ranges(starts: Sequence[str], last: str, number: int) -> dict[str, str]:
    """Return the values of so many ranges, each from a start to it with `last` behind; those left over are empty."""
    filled = [*starts, *[""] * (number - len(starts))]
    stops = [start and start + last for start in filled]
    return dict(zip(_STARTS, filled, strict=False)) | dict(zip(_STOPS, stops, strict=False))


def beginnings(word: str) -> list[str]:
    """Return how the word may begin of which this one is a slip, the likeliest first.

    A slip in the second half leaves the first one; in the first half two letters change places, or one is too many.
    What a missing or a wrong letter there leaves are the letters before it.
    """
    half = max(2, (len(word) + 1) // 2)
    swapped = [word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(min(half, len(word) - 1))]
    shorter = [word[:at] + word[at + 1 :] for at in range(half)]
    ways = [word, word[:half], *[one[: half + 1] for one in (*swapped, *shorter)], word[:3], word[:2]]
    return [way for way in dict.fromkeys(ways) if len(way) > 1 or way == word]
