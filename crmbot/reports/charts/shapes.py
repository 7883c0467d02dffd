"""What a chart is made of: frozen shapes and labels at their places; y grows downwards."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

from crmbot.reports.charts.lettering import Style, measure

PAPER = "#ffffff"
Anchor = Literal["start", "middle", "end"]
_BEFORE = {"start": 0.0, "middle": 0.5, "end": 1.0}
_ASCENT, _DESCENT = 0.93, 0.25
"""How far capitals with accents and tails of letters reach from the base line, in sizes."""


@dataclass(frozen=True, slots=True)
class Paint:
    """A fill with its outline; pale fills need one to be seen."""

    fill: str
    stroke: str


@dataclass(frozen=True, slots=True)
class Box:
    """The rectangle that something takes up."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Box", gap: float = 0) -> bool:
        """Say whether the two share any ground, or come nearer to each other sideways than `gap`."""
        beside = self.left >= other.right + gap or other.left >= self.right + gap
        return not beside and self.top < other.bottom and other.top < self.bottom


@dataclass(frozen=True, slots=True)
class Rect:
    """A bar."""

    kind: ClassVar[str] = "rect"
    x: float
    y: float
    width: float
    height: float
    paint: Paint


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line."""

    kind: ClassVar[str] = "line"
    x1: float
    y1: float
    x2: float
    y2: float
    stroke: str


@dataclass(frozen=True, slots=True)
class Polygon:
    """A filled shape of straight sides."""

    kind: ClassVar[str] = "polygon"
    points: tuple[tuple[float, float], ...]
    fill: str


@dataclass(frozen=True, slots=True)
class Label:
    """A cleaned text; x is its start, middle or end, y its base line."""

    x: float
    y: float
    text: str
    style: Style
    anchor: Anchor = "start"

    @property
    def box(self) -> Box:
        """The room the text takes up."""
        width, size = measure(self.text, self.style), self.style.size
        left = self.x - width * _BEFORE[self.anchor]
        return Box(left, self.y - size * _ASCENT, left + width, self.y + size * _DESCENT)


Shape = Rect | Line | Polygon


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of a chart, drawn from some height downwards; `bottom` is where it ends."""

    shapes: tuple[Shape, ...]
    labels: tuple[Label, ...]
    bottom: float


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart ready to be written; `description` says it in words for those who can't see it."""

    width: float
    height: float
    title: str
    description: str
    shapes: tuple[Shape, ...]
    labels: tuple[Label, ...]


def cut(x: float, y: float, height: float) -> Iterator[Polygon]:
    """Yield the two slashes across a lying bar which say that it is longer than drawn."""
    below, above = y + height + 1, y - 1
    for at in (x, x + 6):
        yield Polygon(((at, below), (at + 3, below), (at + 7, above), (at + 4, above)), PAPER)


def keep_apart(labels: Iterable[Label], gap: float) -> tuple[Label, ...]:
    """Return the labels that have room beside those before them; the first come first."""
    kept: list[Label] = []
    for label in labels:
        if not any(label.box.overlaps(other.box, gap) for other in kept):
            kept.append(label)
    return tuple(kept)
