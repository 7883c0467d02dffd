"""Bars that lie, one below the other, each under its own line of words."""

from collections.abc import Iterator
from dataclasses import dataclass

from crmbot.reports.charts.lettering import clean, ellipsise, measure
from crmbot.reports.charts.palette import AMOUNT, CONTENT, DETAIL, GRID, MARGIN, NAME, WIDTH
from crmbot.reports.charts.scale import share
from crmbot.reports.charts.shapes import Label, Line, Paint, Panel, Rect, Shape, cut

_LINE, _BAR, _GAP = 16.0, 13.0, 15.0
_SPACE = 8.0
_NAME_AT_LEAST = 120.0
_SEEN = 2.0
"""The least width of a bar that stands for something."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar; `size` is at least 0."""

    size: int
    paint: Paint


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar with its name on the left, and its amount and a detail on the right."""

    name: str
    amount: str
    detail: str
    segments: tuple[Segment, ...]

    @property
    def size(self) -> int:
        """What the segments add up to."""
        return sum(segment.size for segment in self.segments)


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars of one scale, and one that stands for all the rest: it is cut when it is longer than all of them."""

    bars: tuple[Bar, ...]
    rest: Bar | None = None

    def draw(self, top: float) -> Panel:
        """Lay the bars out below `top`."""
        longest = max((bar.size for bar in self.bars), default=0)
        shapes: list[Shape] = []
        labels: list[Label] = []
        y = top
        for bar in self._all():
            labels += _words(bar, y + NAME.size)
            shapes += _draw_bar(bar, y + _LINE + 3, longest)
            y += _LINE + 3 + _BAR + _GAP
        return Panel(tuple(shapes), tuple(labels), y - _GAP if self.bars else top)

    def describe(self) -> str:
        """Say the bars in words."""
        return "; ".join(f"{clean(bar.name)} {bar.amount} ({bar.detail})" for bar in self._all())

    def _all(self) -> tuple[Bar, ...]:
        return self.bars if self.rest is None else (*self.bars, self.rest)


def _words(bar: Bar, y: float) -> Iterator[Label]:
    amount = ellipsise(bar.amount, AMOUNT, CONTENT - _NAME_AT_LEAST)
    right = WIDTH - MARGIN
    yield Label(right, y, amount, AMOUNT, "end")
    right -= measure(amount, AMOUNT) + _SPACE
    detail = ellipsise(bar.detail, DETAIL, right - MARGIN - _NAME_AT_LEAST)
    yield Label(right, y, detail, DETAIL, "end")
    right -= measure(detail, DETAIL) + _SPACE
    yield Label(MARGIN, y, ellipsise(bar.name, NAME, right - MARGIN), NAME)


def _draw_bar(bar: Bar, y: float, longest: int) -> Iterator[Shape]:
    x = MARGIN
    room = CONTENT * bar.size / max(longest, bar.size, 1)
    widths = share(room, [segment.size for segment in bar.segments], _SEEN)
    for segment, width in zip(bar.segments, widths, strict=True):
        if segment.size:
            yield Rect(x, y, width, _BAR, segment.paint)
            x += width
    if bar.size > longest:
        yield from cut(WIDTH - MARGIN - 22, y, _BAR)
    if x == MARGIN:
        yield Line(x, y + _BAR / 2, x + CONTENT, y + _BAR / 2, GRID)
