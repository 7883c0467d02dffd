"""Names with a word in one of several spans of the alphabet.

First it is asked which spans hold any name at all: hardly one does, and to look into all of them takes five times as
long.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import chain, repeat
from operator import add
from typing import Any, NamedTuple

from sqlalchemy import Integer, String, bindparam, column, literal_column, or_, select, union_all, values

from crmbot.crm.lookup.naming import Named, called
from crmbot.crm.work import Work
from crmbot.models import NameWord
from crmbot.store.prepared import Prepared

MOST_SPANS = 28
_SIZES = (1, 2, 4, 8, MOST_SPANS)
_STARTS, _STOPS = ([f"{bound}_{place}" for place in range(MOST_SPANS)] for bound in ("start", "stop"))
_NO_SPANS = dict.fromkeys((*_STARTS, *_STOPS), "")


class Spans(NamedTuple):
    """From each start on to the same with `last` behind; of each span and kind so many names are enough."""

    starts: Sequence[str]
    last: str
    most: int


Called = tuple[int, str, str]
"""A name as `naming.called` tells it."""


def called_within(work: Work, kinds: tuple[Named, ...], *groups: Spans) -> list[list[Called]]:
    """Return some names of each kind for each group of spans, of which there are up to `MOST_SPANS` in all."""
    starts = list(chain.from_iterable(spans.starts for spans in groups))
    stops = chain.from_iterable(map(add, spans.starts, repeat(spans.last)) for spans in groups)
    held = sorted(work.values(_holding(kinds), **_bound(starts, stops)))
    found, begin = [], 0
    for spans in groups:
        end = begin + len(spans.starts)
        meant = [(kind, starts[at]) for kind, at in held if begin <= at < end]
        found.append(_called_in(work, kinds, meant, spans) if meant else [])
        begin = end
    return found


def _called_in(work: Work, kinds: tuple[Named, ...], held: list[tuple[int, str]], spans: Spans) -> list[Called]:
    found: list[Called] = []
    for place in dict(held):
        starts = [start for kind, start in held if kind == place]
        size = next(size for size in _SIZES if size >= len(starts))
        bound = _bound(starts, map(add, starts, repeat(spans.last)))
        found += work.values(_called(place, kinds[place], size), most=spans.most, **bound)
    return found


def _bound(starts: Iterable[str], stops: Iterable[str]) -> dict[str, str]:
    return _NO_SPANS | dict(zip(_STARTS, starts, strict=False)) | dict(zip(_STOPS, stops, strict=False))


@cache
def _holding(kinds: tuple[Named, ...]) -> Prepared:
    """Return what tells the places of kinds and of the spans that hold any of their names."""
    columns = column("place", Integer), column("start", String), column("stop", String)
    rows = [(place, _text(_STARTS[place]), _text(_STOPS[place])) for place in range(MOST_SPANS)]
    span = values(*columns, name="span").data(rows).cte("span")
    one: Any = select(literal_column("1"))
    holding = []
    for place, named in enumerate(kinds):
        names = (_begins(named, span.c.start, span.c.stop), _goes_on(named, span.c.start, span.c.stop))
        holds = or_(*(one.where(*where).correlate(span).exists() for where in names))
        holding.append(select(literal_column(str(place), Integer), span.c.place).where(holds))
    return Prepared(union_all(*holding))


@cache
def _called(place: int, named: Named, size: int) -> Prepared:
    """Return what gives the names of a kind in so many spans.

    Each span by itself: of a join of names with spans PostgreSQL makes a look at every name.
    """
    columns = select(*called(place, named))
    own = (named.model.workspace_id == NameWord.workspace_id) & (named.model.id == NameWord.record_id)
    most = bindparam("most", type_=Integer)
    found = []
    for start, stop in zip(map(_text, _STARTS[:size]), map(_text, _STOPS[:size]), strict=True):
        first = columns.where(*_begins(named, start, stop))
        mine = named.model.workspace_id == bindparam("workspace")
        later = columns.join(NameWord, own).where(mine, *_goes_on(named, start, stop))
        found += [select(source.limit(most).subquery()) for source in (first, later)]
    return Prepared(union_all(*found))


def _begins(named: Named, start: Any, stop: Any) -> tuple[Any, ...]:
    return named.model.workspace_id == bindparam("workspace"), named.key >= start, named.key < stop


def _goes_on(named: Named, start: Any, stop: Any) -> tuple[Any, ...]:
    return (
        NameWord.workspace_id == bindparam("workspace"),
        NameWord.kind == named.kind,
        NameWord.word >= start,
        NameWord.word < stop,
    )


def _text(name: str) -> Any:
    return bindparam(name, type_=String)
