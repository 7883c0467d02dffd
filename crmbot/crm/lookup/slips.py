"""Names with the very word that somebody meant who let two letters change places or typed one too many."""

from collections.abc import Sequence
from functools import cache
from itertools import chain, zip_longest
from typing import Any

from sqlalchemy import and_, bindparam, select, union_all

from crmbot.crm.lookup.naming import Named, called
from crmbot.crm.work import Work
from crmbot.models import NameWord
from crmbot.store.prepared import Prepared

_MOST = 24
"""So many words are tried."""
_SHORTEST = 5
"""Fewer letters are too much like other words to be sure what was meant."""
_OF_A_KIND = 30
_BEHIND_A_WORD = "!"
"""Comes right after the space that ends a word."""
_NONE = {f"{end}_{place}": "" for place in range(_MOST) for end in ("start", "stop")}


def corrected(work: Work, kinds: tuple[Named, ...], key: str) -> list[tuple[Any, ...]]:
    """Return `called` of some names that have one of the words put right, and begin a word with each of the others."""
    words = key.split()
    right = list(dict.fromkeys(filter(None, chain.from_iterable(zip_longest(*map(corrections, words))))))[:_MOST]
    if not right:
        return []
    ranges = {f"start_{place}": word for place, word in enumerate(right)}
    ranges |= {f"stop_{place}": word + _BEHIND_A_WORD for place, word in enumerate(right)}
    found = work.values(_with_words(kinds), **{**_NONE, **ranges})
    return [row for row in found if _lacks_one(row[2], words)]


def corrections(word: str) -> list[str]:
    """Return the words that this one may be a slip of: first those of the same letters, then those of one less."""
    if len(word) < _SHORTEST:
        return []
    swapped = [word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)]
    shorter = [word[:at] + word[at + 1 :] for at in range(len(word))]
    return [one for one in dict.fromkeys((*swapped, *shorter)) if one != word]


def _lacks_one(name: str, words: Sequence[str]) -> bool:
    """Say whether all of the words but one, that with the slip, begin one of the name's."""
    return sum(f" {word}" not in f" {name}" for word in words) <= 1


@cache
def _with_words(kinds: tuple[Named, ...]) -> Prepared:
    """Return what gives `called` of some names with a word in one of the ranges.

    Joined from the outside, so that a database begins with the ranges.
    """
    ranges = union_all(
        *(select(_bound("start", place).label("start"), _bound("stop", place).label("stop")) for place in range(_MOST))
    ).subquery("ranges")
    start, stop = ranges.c.start, ranges.c.stop
    found = []
    for place, named in enumerate(kinds):
        model = named.model
        mine = model.workspace_id == bindparam("workspace")
        begun = and_(mine, named.key >= start, named.key < stop)
        indexed = and_(
            NameWord.workspace_id == bindparam("workspace"),
            NameWord.kind == named.kind,
            NameWord.word >= start,
            NameWord.word < stop,
        )
        own = and_(mine, model.id == NameWord.record_id)
        for source in (
            ranges.outerjoin(model, begun),
            ranges.outerjoin(NameWord, indexed).outerjoin(model, own),
        ):
            # Told from nothing behind the limit only: before it, SQLite would begin with the names.
            some = select(*called(place, named)).select_from(source).limit(_MOST + _OF_A_KIND).subquery()
            found.append(select(some).where(some.c[named.key.key].is_not(None)))
    return Prepared(union_all(*found))


def _bound(end: str, place: int) -> Any:
    return bindparam(f"{end}_{place}")
