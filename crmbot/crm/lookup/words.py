"""The conditions that find names by any of their words: ranges of two indexes, of whole names and of later words."""

from collections.abc import Sequence
from itertools import chain, zip_longest
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, bindparam, func, literal_column, or_, select, union_all

from crmbot.crm.lookup.texts import holds
from crmbot.crm.name_words import CONTACT_PHONE
from crmbot.domain.phones import FEWEST_DIGITS
from crmbot.domain.words import LONGEST
from crmbot.models import NameWord

LAST = "\U0010ffff"
"""Comes after every character that a name has."""
MOST_ALIKE = 12
"""In so many ways the words may begin that somebody meant."""
_INSIDE = 1_000
"""In how many of the latest records the inside of words is looked at, which no index finds."""


def literal(text: str) -> str:
    """Return a text as it stands in a pattern with `/` to escape."""
    return text.replace("/", "//").replace("%", "/%").replace("_", "/_")


def letters(word: str) -> str:
    """Return the pattern of texts that have a word's first letters in their order, whatever stands between them."""
    return f"%{'%'.join(map(literal, word[:LONGEST]))}%"


def pattern(name: str) -> ColumnElement[str]:
    """Return a bound pattern for `LIKE`.

    As an expression: for a bare value SQLite makes the statement anew at every run, as its plan may depend on it.
    """
    return literal_column("''", String).concat(bindparam(name, type_=String))


def word_values(key: str) -> dict[str, str]:
    """Return the values that the conditions of a folded name or word bind."""
    return {
        "start": key,
        "stop": key + LAST,
        "word": key[:LONGEST],
        "word_stop": key[:LONGEST] + LAST,
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


def phone_values(digits: str) -> dict[str, str]:
    """Return the values that `phoned` binds, of digits as `domain.phones` tells them."""
    few = digits[:FEWEST_DIGITS]
    return {"digits": digits, "few": few, "few_stop": few + LAST}


def phoned() -> Select[Any]:
    """Return the ids of the contacts with a phone number that ends as the bound one does, or it as theirs."""
    digits, word = bindparam("digits", type_=String), NameWord.word
    longer = func.substr(word, 1, func.length(digits)) == digits
    shorter = func.substr(digits, 1, func.length(word)) == word
    return select(NameWord.record_id).where(
        NameWord.workspace_id == bindparam("workspace"),
        NameWord.kind == CONTACT_PHONE,
        word >= bindparam("few"),
        word < bindparam("few_stop"),
        longer | shorter,
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


def holding(*columns: Any, key: str = "start") -> ColumnElement[bool]:
    """Return the condition that the bound key stands anywhere in one of the columns, which are folded."""
    return or_(*(holds(column, bindparam(key, type_=String)) for column in columns))


def among_latest(model: Any) -> ColumnElement[bool]:
    """Return the condition of the records made last."""
    newest = select(func.max(model.number)).where(model.workspace_id == bindparam("workspace")).scalar_subquery()
    latest: ColumnElement[bool] = model.number > newest - _INSIDE
    return latest


def alike(words: Sequence[str]) -> list[str]:
    """Return how words may begin that somebody meant who typed these with one slip in each, the likeliest first."""
    longest = sorted(dict.fromkeys(words), key=len, reverse=True)[:3]
    likeliest_first = chain.from_iterable(zip_longest(*map(beginnings, longest)))
    return list(dict.fromkeys(filter(None, likeliest_first)))[:MOST_ALIKE]


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
