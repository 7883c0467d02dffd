"""A funnel: steps one below the other, each as wide as its count, and the rate from one to the next between them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from crmbot.reports.charts.lettering import ellipsise, measure
from crmbot.reports.charts.palette import AMOUNT, ASLEEP, BRIDGE, DETAIL, MARGIN, NAME, STRONG, WIDTH
from crmbot.reports.charts.shapes import Label, Paint, Panel, Polygon, Rect, Shape

_BAR, _BRIDGE = 26.0, 24.0
_LEFT, _RIGHT = 116.0, 300.0
"""Where the widest step begins and ends."""
_GAP = 10.0
_SEEN = 2.0


@dataclass(frozen=True, slots=True)
class Step:
    """A step; `rate` is that from the step before, as words."""

    name: str
    size: int
    amount: str
    detail: str
    rate: str


@dataclass(frozen=True, slots=True)
class Funnel:
    """Steps from the first to the last; a later one may be larger."""

    steps: tuple[Step, ...]

    def draw(self, top: float) -> Panel:
        """Lay the funnel out below `top`."""
        largest = max((step.size for step in self.steps), default=0)
        widths = [_width(step.size, largest) for step in self.steps]
        shapes: list[Shape] = [
            _bridge(upper, lower, top + n * (_BAR + _BRIDGE) + _BAR)
            for n, (upper, lower) in enumerate(pairwise(widths))
        ]
        labels: list[Label] = []
        for n, (step, width) in enumerate(zip(self.steps, widths, strict=True)):
            y = top + n * (_BAR + _BRIDGE)
            paint = STRONG if step.size else ASLEEP
            shapes.append(Rect(_MIDDLE - width / 2, y, width, _BAR, paint))
            labels += _words(step, y)
        for n, (upper, lower) in enumerate(pairwise(widths), 1):
            y = top + n * (_BAR + _BRIDGE) - _BRIDGE / 2 + 4
            rate = Label(_MIDDLE, y, self.steps[n].rate, DETAIL, "middle")
            shapes += _strip(rate, (upper + lower) / 2)
            labels.append(rate)
        return Panel(tuple(shapes), tuple(labels), top + len(self.steps) * (_BAR + _BRIDGE) - _BRIDGE)

    def describe(self) -> str:
        """Say the steps in words."""
        return "; ".join(
            ", ".join(part for part in (f"{step.name} {step.amount}", step.detail, step.rate) if part)
            for step in self.steps
        )


_MIDDLE = (_LEFT + _RIGHT) / 2


def _width(size: int, largest: int) -> float:
    return max((_RIGHT - _LEFT) * size / largest, _SEEN) if largest and size else _SEEN


def _bridge(upper: float, lower: float, y: float) -> Polygon:
    below = y + _BRIDGE
    return Polygon(
        (
            (_MIDDLE - upper / 2, y),
            (_MIDDLE + upper / 2, y),
            (_MIDDLE + lower / 2, below),
            (_MIDDLE - lower / 2, below),
        ),
        BRIDGE,
    )


def _strip(label: Label, bridge: float) -> Iterator[Rect]:
    """Yield the ground of a rate that is wider than the bridge it stands on."""
    box = label.box
    if box.right - box.left + 8 > bridge:
        middle = label.y - 4
        yield Rect(box.left - 6, middle - 8, box.right - box.left + 12, 16, Paint(BRIDGE, BRIDGE))


def _words(step: Step, y: float) -> Iterator[Label]:
    base = y + _BAR / 2 + 4.5
    yield Label(MARGIN, base, ellipsise(step.name, NAME, _LEFT - _GAP - MARGIN), NAME)
    room = WIDTH - MARGIN - _RIGHT - _GAP
    amount = ellipsise(step.amount, AMOUNT, room)
    yield Label(_RIGHT + _GAP, base, amount, AMOUNT)
    left = measure(amount, AMOUNT) + 6
    detail = ellipsise(step.detail, DETAIL, room - left)
    if detail:
        yield Label(_RIGHT + _GAP + left, base, detail, DETAIL)
