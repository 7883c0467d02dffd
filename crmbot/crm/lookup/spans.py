"""Names with a word in one of several spans of the alphabet.

First it is asked which spans hold any name at all: hardly one does, and to look into all of them takes five times as
long.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Integer, String, bindparam, column, literal_column, or_, select, union_all, values

from crmbot.crm.lookup.naming import Named, called
from crmbot.crm.work import Work
from crmbot.models import NameWord
from crmbot.store.prepared import Prepared

MOST_SPANS = 28
_SIZES = (1, 2, 4, 8, 16, MOST_SPANS)
_STARTS, _STOPS, _MOST = ([f"{bound}_{place}" for place in range(MOST_SPANS)] for bound in ("start", "stop", "most"))


class Span(NamedTuple):
    """Words from a start on, up to a stop; of each kind so many names are enough."""

    start: str
    stop: str
    most: int


_NONE = Span("", "", 0)
Called = tuple[int, str, str]
"""The place of the kind, the record's id, and its folded name."""


def called_within(work: Work, kinds: tuple[Named, ...], spans: Sequence[Span]) -> list[tuple[int, Called]]:
    """Return some names of each kind in each of up to `MOST_SPANS` spans, every one with its span's place."""
    held = sorted(work.values(_holding(kinds), **_bound(spans, MOST_SPANS)))
    found: list[tuple[int, Called]] = []
    for place, named in enumerate(kinds):
        places = [span for span, *holds in held if holds[place]]
        if places:
            size = next(size for size in _SIZES if size >= len(places))
            rows = work.values(_called(place, named, size), **_bound([spans[one] for one in places], size))
            found += [(places[at], (of_kind, row_id, name)) for at, of_kind, row_id, name in rows]
    return found


def _bound(spans: Sequence[Span], size: int) -> dict[str, Any]:
    starts, stops, most = zip(*spans, *[_NONE] * (size - len(spans)), strict=True)
    return dict(zip((*_STARTS[:size], *_STOPS[:size], *_MOST[:size]), (*starts, *stops, *most), strict=True))


@cache
def _holding(kinds: tuple[Named, ...]) -> Prepared:
    """Return what tells of each span whether each kind has a name in it."""
    rows = [(place, _text(_STARTS[place]), _text(_STOPS[place])) for place in range(MOST_SPANS)]
    columns = column("place", Integer), column("start", String), column("stop", String)
    span = values(*columns, name="span").data(rows).cte("span")
    one = literal_column("1")
    holds = [
        or_(
            *(
                select(one).where(*where).correlate(span).exists()
                for where in (_begins(named, span.c.start, span.c.stop), _goes_on(named, span.c.start, span.c.stop))
            )
        )
        for named in kinds
    ]
    return Prepared(select(span.c.place, *holds))


@cache
def _called(place: int, named: Named, size: int) -> Prepared:
    """Return what gives the names of a kind in so many spans.

    Each span by itself: of a join of names with spans PostgreSQL makes a look at every name.
    """
    own = (named.model.workspace_id == NameWord.workspace_id) & (named.model.id == NameWord.record_id)
    found = []
    for at in range(size):
        start, stop, most = _text(_STARTS[at]), _text(_STOPS[at]), bindparam(_MOST[at], type_=Integer)
        columns = select(literal_column(str(at), Integer).label("span"), *called(place, named))
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
