"""Columns that stand side by side, in an order that means something."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from crmbot.reports.charts.bars import Segment
from crmbot.reports.charts.lettering import Style, ellipsise, measure
from crmbot.reports.charts.palette import AMOUNT, CONTENT, DETAIL, GRID, MARGIN, NAME, RULE, TICK, WIDTH
from crmbot.reports.charts.scale import Scale, round_ticks, share
from crmbot.reports.charts.shapes import PAPER, Label, Line, Paint, Panel, Rect, Shape, keep_apart

_HEIGHT = 170.0
_ABOVE = 18.0
_NAMES, _LINE = 18.0, 15.0
_SHARE = 0.62
"""How much of its place a column fills."""
_WIDEST = 56.0
_APART = 6.0
_NAME_AT_LEAST = 60.0
_SEEN = 1.5


@dataclass(frozen=True, slots=True)
class Column:
    """A column; names with the lower `rank` come first where there isn't room for all."""

    name: str
    note: str
    amount: str
    segments: tuple[Segment, ...]
    rank: int = 0

    @property
    def size(self) -> int:
        """What the segments add up to."""
        return sum(segment.size for segment in self.segments)


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns of one scale; `tick` says an amount of the axis, without it there is none."""

    columns: tuple[Column, ...]
    tick: Callable[[int], str] | None = None

    def draw(self, top: float) -> Panel:
        """Lay the columns out below `top`."""
        floor = top + _ABOVE + _HEIGHT
        highest = max((column.size for column in self.columns), default=0)
        ticks = round_ticks(0, highest) if self.tick and highest else (0, max(highest, 1))
        scale = Scale(0, ticks[-1], floor, top + _ABOVE)
        left, shapes, labels = self._draw_axis(ticks if highest else (), scale)
        pitch = (WIDTH - MARGIN - left) / max(len(self.columns), 1)
        middles = [left + pitch * (n + 0.5) for n in range(len(self.columns))]
        for column, middle in zip(self.columns, middles, strict=True):
            shapes += _draw_column(column, middle, min(pitch * _SHARE, _WIDEST), scale)
        shapes.append(Line(left, floor, WIDTH - MARGIN, floor, RULE))
        amounts = _amounts(self.columns, middles, scale, pitch)
        shapes += [_behind(label) for label in amounts]
        labels += amounts
        labels += _names(self.columns, middles, floor, pitch)
        return Panel(tuple(shapes), tuple(labels), floor + _NAMES + _LINE + 4)

    def describe(self) -> str:
        """Say the columns in words."""
        return "; ".join(
            " ".join(part for part in (column.name, column.note, column.amount) if part)
            for column in self.columns
            if column.size or not self.tick
        )

    def _draw_axis(self, ticks: tuple[int, ...], scale: Scale) -> tuple[float, list[Shape], list[Label]]:
        if self.tick is None or not ticks:
            return MARGIN, [], []
        texts = [ellipsise(self.tick(tick), TICK, CONTENT / 4) for tick in ticks]
        left = MARGIN + max(measure(text, TICK) for text in texts) + 8
        places = [scale.place(tick) for tick in ticks]
        lines: list[Shape] = [Line(left, y, WIDTH - MARGIN, y, GRID) for y in places[1:]]
        return left, lines, [Label(left - 8, y + 3.7, text, TICK, "end") for y, text in zip(places, texts, strict=True)]


def _draw_column(column: Column, middle: float, width: float, scale: Scale) -> Iterator[Shape]:
    bottom = scale.start
    for segment, height in zip(column.segments, _heights(column, scale), strict=True):
        if segment.size:
            bottom -= height
            yield Rect(middle - width / 2, bottom, width, height, segment.paint)


def _heights(column: Column, scale: Scale) -> tuple[float, ...]:
    return share(scale.start - scale.place(column.size), [segment.size for segment in column.segments], _SEEN)


def _amounts(columns: tuple[Column, ...], middles: list[float], scale: Scale, pitch: float) -> list[Label]:
    """Return the amounts above the columns: all of them, or none where one hasn't room."""
    if any(measure(column.amount, AMOUNT) + _APART > pitch for column in columns):
        return []
    return [
        Label(
            x,
            scale.start - sum(_heights(column, scale)) - 5,
            column.amount,
            AMOUNT,
            "middle",
        )
        for column, x in zip(columns, middles, strict=True)
        if column.amount
    ]


def _behind(label: Label) -> Rect:
    """Return a patch of paper that keeps the axis' lines out of a text."""
    box = label.box
    return Rect(box.left - 1, box.top, box.right - box.left + 2, label.y + 2 - box.top, Paint(PAPER, PAPER))


def _names(columns: tuple[Column, ...], middles: list[float], floor: float, pitch: float) -> Iterator[Label]:
    """Yield the names that have room, those of lower rank first, and below each its note if that has room too."""
    ranked = sorted(zip(columns, middles, strict=True), key=lambda pair: pair[0].rank)
    room = max(pitch - _APART, _NAME_AT_LEAST)
    names = [_below(floor, 0, x, column.name, NAME, room) for column, x in ranked]
    kept = _evenly(names, [column.rank for column, _ in ranked])
    yield from sorted(kept, key=lambda label: label.x)
    notes = (
        _below(floor, 1, x, column.note, DETAIL, room)
        for (column, x), name in zip(ranked, names, strict=True)
        if column.note and name in kept
    )
    yield from keep_apart(notes, _APART)


def _evenly(names: list[Label], ranks: list[int]) -> tuple[Label, ...]:
    """Return the names that have room; of a rank that has not room for all of it none, so that they stand evenly."""
    kept = keep_apart(names, _APART)
    crowded = {
        rank for name, rank in zip(names, ranks, strict=True) if rank > min(ranks, default=0) and name not in kept
    }
    return keep_apart((name for name, rank in zip(names, ranks, strict=True) if rank not in crowded), _APART)


def _below(floor: float, line: int, middle: float, text: str, style: Style, room: float) -> Label:
    return _inside(Label(middle, floor + _NAMES + line * _LINE, ellipsise(text, style, room), style, "middle"))


def _inside(label: Label) -> Label:
    """Return the label moved so that it doesn't leave the chart."""
    box = label.box
    move = max(MARGIN - box.left, 0) - max(box.right - (WIDTH - MARGIN), 0)
    return Label(label.x + move, label.y, label.text, label.style, label.anchor)
