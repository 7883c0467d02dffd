"""Whom the single words of a text may name: whose name begins with one, and which person's ends with it."""

from collections.abc import Collection, Mapping
from functools import cache
from itertools import compress, islice
from typing import Any

from sqlalchemy import ColumnElement, bindparam, literal_column, select

from crmbot.crm.lookup.candidates import MOST_CHOICES
from crmbot.crm.lookup.naming import NAMED, Named
from crmbot.crm.work import Work
from crmbot.domain.ids import Kind
from crmbot.models import NameWord
from crmbot.store.prepared import Prepared

_PEOPLE = (NAMED[Kind.CONTACT], NAMED[Kind.LEAD])
_SIZES = (3, 6, 12, 24)
"""Of so many words at once is asked; those left over are the last one again."""
_KEYS = tuple(f"key_{place}" for place in range(_SIZES[-1]))
_ENDS = tuple(f"end_{place}" for place in range(_SIZES[-1]))
SURNAMES = "surnames"
"""Stands among kinds for the people whose last name a word is."""
_MEANT = (*NAMED, *(SURNAMES for _ in _PEOPLE))


def _ends(named: Named, key: str) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of names of a kind from their last word on, which is the bound key."""
    return (
        NameWord.workspace_id == bindparam("workspace"),
        NameWord.kind == named.kind,
        NameWord.word == bindparam(key),
    )


def _begins(named: Named, key: str, end: str) -> tuple[ColumnElement[bool], ...]:
    return (
        named.model.workspace_id == bindparam("workspace"),
        named.key >= bindparam(key),
        named.key < bindparam(end),
    )


@cache
def _meant(size: int) -> Prepared:
    """Return what says in one row of each of so many words, `key_0` and on, in which ways of `_MEANT` it is known."""
    found: list[Any] = []
    for place in range(size):
        key, end = _KEYS[place], _ENDS[place]
        ways = [*(_begins(named, key, end) for named in NAMED.values()), *(_ends(named, key) for named in _PEOPLE)]
        found += [select(literal_column("1")).where(*where).exists() for where in ways]
    return Prepared(select(*found))


_SURNAMED = {
    named: Prepared(
        select(named.model)
        .where(
            named.model.workspace_id == bindparam("workspace"),
            named.model.id.in_(select(NameWord.record_id).where(*_ends(named, "key"))),
        )
        .limit(MOST_CHOICES + 1)
    )
    for named in _PEOPLE
}


def kinds_meant(work: Work, keys: Collection[str]) -> Mapping[str, frozenset[str]]:
    """Return by folded word the kinds of which a name begins with it, and `SURNAMES`; only words that mean somebody."""
    if not keys:
        return {}
    words = list(keys)[: _SIZES[-1]]
    size = next(size for size in _SIZES if size >= len(words))
    asked = words + words[-1:] * (size - len(words))
    ends = [f"{key}!" for key in asked]
    [found] = work.values(_meant(size), **dict(zip(_KEYS, asked, strict=False)), **dict(zip(_ENDS, ends, strict=False)))
    known = iter(found)
    meant = {key: frozenset(compress(_MEANT, islice(known, len(_MEANT)))) for key in words}
    return {key: kinds for key, kinds in meant.items() if kinds}


def surnamed(work: Work, key: str) -> list[Any]:
    """Return the contacts and leads of several words whose last one is this."""
    return [row for named in _PEOPLE for row in work.all(_SURNAMED[named], named.model, key=key)]
