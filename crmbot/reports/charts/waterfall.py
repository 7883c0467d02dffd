"""A waterfall: from an opening amount through what was added and taken to the closing one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from crmbot.reports.charts.lettering import ellipsise, measure
from crmbot.reports.charts.palette import (
    AMOUNT,
    CONTENT,
    DETAIL,
    GRID,
    MARGIN,
    NAME,
    RULE,
    TICK,
    WIDTH,
)
from crmbot.reports.charts.scale import Scale, round_ticks
from crmbot.reports.charts.shapes import Label, Line, Paint, Panel, Rect, Shape, cut, keep_apart

_ROW, _BAR = 29.0, 17.0
_GAP = 10.0
_SEEN = 2.0
_CUT_BELOW = 0.35
"""The axis begins above 0 where all that moves is a smaller part of the whole than this ..."""
_CUT_ABOVE = 0.002
"""... but not where it is so small that the axis would count in crumbs."""


@dataclass(frozen=True, slots=True)
class Move:
    """A row: a signed movement, or with `total` a level of its own."""

    name: str
    detail: str
    amount: str
    size: int
    paint: Paint
    total: bool = False


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Rows from the opening to the closing level; `tick` says an amount of the axis."""

    moves: tuple[Move, ...]
    tick: Callable[[int], str]

    def draw(self, top: float) -> Panel:
        """Lay the rows out below `top`, the axis below them."""
        spans = tuple(_spans(self.moves))
        left, right = self._bounds()
        ticks = _ticks(spans)
        scale = Scale(ticks[0], ticks[-1], left, right)
        bottom = top + len(self.moves) * _ROW
        shapes: list[Shape] = [Line(scale.place(tick), top, scale.place(tick), bottom, GRID) for tick in ticks]
        shapes += _connectors(spans, scale, top)
        labels: list[Label] = []
        for n, (move, span) in enumerate(zip(self.moves, spans, strict=True)):
            y = top + n * _ROW + (_ROW - _BAR) / 2
            shapes += _draw_move(move, span, scale, y)
            labels += _words(move, y + _BAR / 2 + 4.4, left, right)
        marks = (Label(scale.place(tick), bottom + 14, self.tick(tick), TICK, "middle") for tick in ticks)
        labels += keep_apart(marks, 8)
        return Panel(tuple(shapes), tuple(labels), bottom + 18)

    def describe(self) -> str:
        """Say the rows in words."""
        return "; ".join(f"{move.name} {move.amount} {move.detail}".strip() for move in self.moves)

    def _bounds(self) -> tuple[float, float]:
        names = max(measure(move.name, NAME) + 6 + measure(move.detail, DETAIL) for move in self.moves)
        amounts = max(measure(move.amount, AMOUNT) for move in self.moves)
        left = MARGIN + min(names, CONTENT * 0.35) + _GAP
        return left, WIDTH - MARGIN - min(amounts, CONTENT * 0.25) - _GAP


def _spans(moves: tuple[Move, ...]) -> Iterator[tuple[int, int]]:
    """Yield from where to where each row goes; totals begin at 0."""
    level = 0
    for move in moves:
        start = 0 if move.total else level
        level = start + move.size
        yield start, level


def _ticks(spans: tuple[tuple[int, int], ...]) -> tuple[int, ...]:
    levels = [level for _, level in spans]
    low, high = min(levels), max(levels)
    part = (high - low) / high if high > 0 else 1
    if low > 0 and _CUT_ABOVE < part < _CUT_BELOW:
        # Some of the opening level stays to be seen.
        return round_ticks(max(low - (high - low) // 2, 0), high)
    return round_ticks(min(low, 0), max(high, 0))


def _connectors(spans: tuple[tuple[int, int], ...], scale: Scale, top: float) -> Iterator[Shape]:
    for n, ((_, level), _) in enumerate(pairwise(spans)):
        x, y = scale.place(level), top + n * _ROW + (_ROW + _BAR) / 2
        yield Line(x, y, x, y + _ROW - _BAR, RULE)


def _draw_move(move: Move, span: tuple[int, int], scale: Scale, y: float) -> Iterator[Shape]:
    first, last = sorted((scale.place(span[0]), scale.place(span[1])))
    if not move.size:
        yield Line(first, y, first, y + _BAR, RULE)
        return
    width = max(last - first, _SEEN)
    yield Rect(min(first, scale.end - width), y, width, _BAR, move.paint)
    if move.total and scale.low > 0:
        yield from cut(first + 9, y, _BAR)


def _words(move: Move, y: float, left: float, right: float) -> Iterator[Label]:
    room = left - _GAP - MARGIN
    detail = ellipsise(move.detail, DETAIL, room / 2)
    taken = measure(detail, DETAIL) + 6 if detail else 0
    name = ellipsise(move.name, NAME, room - taken)
    yield Label(MARGIN, y, name, NAME)
    if detail:
        yield Label(MARGIN + measure(name, NAME) + 6, y, detail, DETAIL)
    amount = ellipsise(move.amount, AMOUNT, WIDTH - MARGIN - right - _GAP)
    yield Label(WIDTH - MARGIN, y, amount, AMOUNT, "end")
