"""What stands around every chart: title, period and currency, headline, legend, notes, and the kind word when empty."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

from crmbot.domain.windows import last_day_before
from crmbot.reports.charts.lettering import clean, ellipsise, measure
from crmbot.reports.charts.palette import ASLEEP, CONTENT, DETAIL, HEADLINE, KIND, MARGIN, SUBTITLE, TITLE, WIDTH
from crmbot.reports.charts.shapes import Chart, Label, Paint, Panel, Rect, Shape
from crmbot.reports.charts.wording import counted, days_between, long_day
from crmbot.reports.values import Meta

_SWATCH = 10.0
_TALLEST_EMPTY = 120.0
_LONGEST_DESCRIPTION = 2000
"""Slack's limit of an image's alternative text."""


class Body(Protocol):
    """The part of a chart that shows the figures."""

    def draw(self, top: float) -> Panel:
        """Lay it out below `top`."""

    def describe(self) -> str:
        """Say it in words."""


@dataclass(frozen=True, slots=True)
class Key:
    """An entry of the legend."""

    name: str
    paint: Paint


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be drawn of a report; without a body the sentence `empty` is."""

    title: str
    empty: str
    body: Body | None
    headline: str = ""
    legend: tuple[Key, ...] = ()
    notes: tuple[str, ...] = ()
    spans: bool = True
    """Whether the figures are of a period; else they are of its end."""
    money: bool = True


def lay_out(plan: Plan, meta: Meta) -> Chart:
    """Return the chart of a plan, every shape and label at its place."""
    title = ellipsise(plan.title, TITLE, CONTENT)
    labels = [
        Label(MARGIN, 33, title, TITLE),
        Label(MARGIN, 51, ellipsise(_circumstances(plan, meta), SUBTITLE, CONTENT), SUBTITLE),
    ]
    shapes: list[Shape] = []
    y = 59.0
    if plan.body is None:
        panel = _draw_empty(plan.empty, y + 12)
    else:
        if plan.headline:
            y += 19
            labels.append(Label(MARGIN, y, ellipsise(plan.headline, HEADLINE, CONTENT), HEADLINE))
        legend = _draw_legend(plan.legend, y + 8)
        shapes += legend.shapes
        labels += legend.labels
        panel = plan.body.draw(legend.bottom + 14)
    notes = _draw_notes((*plan.notes, *_unconverted(meta)), panel.bottom + 8)
    return Chart(
        width=WIDTH,
        height=round(notes.bottom + MARGIN),
        title=title,
        description=_describe(plan, meta),
        shapes=(*shapes, *panel.shapes),
        labels=(*labels, *panel.labels, *notes.labels),
    )


def _circumstances(plan: Plan, meta: Meta) -> str:
    day = last_day_before(meta.as_of, ZoneInfo(meta.timezone))
    when = days_between(meta.period.from_on, meta.period.to_on) if plan.spans else f"As of {long_day(day)}"
    whose = "" if meta.scope == "all" and meta.owner_id is None else "one owner's records"
    return " · ".join(part for part in (when, meta.currency if plan.money else "", whose) if part)


def _describe(plan: Plan, meta: Meta) -> str:
    said = plan.empty if plan.body is None else f"{plan.headline}. {plan.body.describe()}".removeprefix(". ")
    parts = (plan.title, _circumstances(plan, meta), said, *plan.notes, *_unconverted(meta))
    return clean(" ".join(f"{part}." for part in parts if part), _LONGEST_DESCRIPTION)


def _draw_legend(keys: tuple[Key, ...], top: float) -> Panel:
    shapes: list[Shape] = []
    labels: list[Label] = []
    x, y = MARGIN, top + 12
    for key in keys:
        width = _SWATCH + 5 + measure(key.name, DETAIL)
        if x > MARGIN and x + width > WIDTH - MARGIN:
            x, y = MARGIN, y + 17
        shapes.append(Rect(x, y - 9, _SWATCH, _SWATCH, key.paint))
        labels.append(Label(x + _SWATCH + 5, y, key.name, DETAIL))
        x += width + 16
    return Panel(tuple(shapes), tuple(labels), y + 2 if keys else top)


def _draw_empty(sentence: str, top: float) -> Panel:
    """Draw three pale bars, as if asleep, and the sentence below them."""
    middle, floor = WIDTH / 2, top + 58
    shapes = tuple(
        Rect(middle - 33 + 24 * n, floor - height, 18, height, ASLEEP) for n, height in enumerate((16.0, 30.0, 22.0))
    )
    label = Label(middle, floor + 32, ellipsise(sentence, KIND, CONTENT), KIND, "middle")
    return Panel(shapes, (label,), top + _TALLEST_EMPTY)


def _unconverted(meta: Meta) -> Iterator[str]:
    if meta.unconverted:
        yield f"{counted(len(meta.unconverted), 'deal')} without an exchange rate left out of the sums"


def _draw_notes(notes: tuple[str, ...], top: float) -> Panel:
    labels = tuple(
        Label(MARGIN, top + 17 * n + 15, ellipsise(note, DETAIL, CONTENT), DETAIL) for n, note in enumerate(notes)
    )
    return Panel((), labels, top + 17 * len(notes))
