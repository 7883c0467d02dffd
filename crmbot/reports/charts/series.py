"""The figures of each chart as plain series, for places that draw charts themselves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from crmbot.domain.money import Money
from crmbot.reports.charts.plans.folding import fold
from crmbot.reports.charts.plans.pipeline import AGES
from crmbot.reports.charts.wording import MONTHS, words
from crmbot.reports.digests.aging import AgingDigest
from crmbot.reports.digests.base import Digest
from crmbot.reports.digests.forecast import ForecastDigest
from crmbot.reports.digests.overdue import OverdueDigest
from crmbot.reports.pipeline_changes import MOVEMENTS, WITHOUT_SUM
from crmbot.reports.values import Report

_MONTHS = 12
_STATUSES = ("new", "contacted", "qualified", "converted")
Row = tuple[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Series:
    """Several figures for each label; money is in major units of `unit`, a currency."""

    title: str
    unit: str
    labels: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing above or below zero."""
        return not any(any(figures) for _, figures in self.rows)


def series_of(values: Report | Digest, view: str) -> Series | None:
    """Return the figures of a chart, or None when there is nothing to show, or no such chart."""
    name = values.name if isinstance(values, Report) else type(values).__name__
    make = _MAKERS.get((name, view))
    made = make(values) if make is not None else None
    return None if made is None or made.is_empty else made


def _lead_conversion(report: Report) -> Series:
    funnel = report.data.funnel
    counts = tuple(float(getattr(funnel, status)) for status in _STATUSES)
    return Series("Lead conversion", "leads", tuple(map(words, _STATUSES)), (("Leads", counts),))


def _customers(report: Report) -> Series:
    channels = sorted(report.data.channels, key=lambda row: (-row.customers, row.channel))
    counts = _folded([(words(row.channel), (float(row.customers),)) for row in channels], "other channels")
    return _made("New customers by channel", "customers", counts, ("Customers",))


def _activities(report: Report) -> Series:
    rows = [
        (row.user_name, (float(row.completed), float(row.pending), float(row.overdue))) for row in report.data.by_user
    ]
    names = ("Completed", "Pending", "Overdue")
    return _made("Activities by rep", "activities", _folded(rows, "others"), names)


def _sales_pipeline(report: Report) -> Series:
    names, stages = report.stage_names, report.data.by_stage.items()
    rows = [(names.get(key) or words(key), _amounts(row.value, row.weighted_value)) for key, row in stages]
    return _stages("Sales pipeline by stage", report, rows)


def _pipeline(report: Report) -> Series:
    rows = [(row.name, _amounts(row.value, row.weighted_value)) for row in report.data.stages if row.kind == "open"]
    return _stages("Pipeline by stage", report, rows)


def _stages(title: str, report: Report, rows: Sequence[Row]) -> Series:
    return _made(title, report.meta.currency, _folded(rows, "other stages"), ("Full value", "Weighted"))


def _aging(report: Report) -> Series:
    data = report.data
    rows = [(AGES[key], _amounts(value)) for key, value in data.aging_value.items()]
    return _made("Age of open deals", report.meta.currency, rows, ("Value",))


def _funnel(report: Report) -> Series:
    rows = [(words(step.step), (float(step.count),)) for step in report.data.steps]
    return _made("Conversion funnel", "records", rows, ("Records",))


def _forecast(values: Report | ForecastDigest) -> Series:
    meta = values.meta if isinstance(values, Report) else values
    months = values.data.by_month if isinstance(values, Report) else values.by_month
    today = meta.as_of.astimezone(ZoneInfo(meta.timezone)).date()
    # What lies behind by more than a quarter says little about what comes.
    first = f"{today.year - (today.month <= 3):04}-{(today.month - 4) % 12 + 1:02}"  # noqa: PLR2004 - a quarter
    sums = {row.month: _amounts(row.won_value, row.weighted_value, row.value) for row in months if row.month >= first}
    rows = [(_month(key, today), sums.get(key, (0.0, 0.0, 0.0))) for key in _in_a_row(list(sums))]
    return _made("Sales forecast by month", meta.currency, rows, ("Won", "Weighted", "Full value"))


def _reasons(report: Report) -> Series:
    rows = _folded([(words(row.reason), (float(row.count),)) for row in report.data.by_reason], "other reasons")
    return _made("Why deals were lost", "deals", rows, ("Deals",))


def _changes(report: Report) -> Series:
    rows = [(words(name), _amounts(getattr(report.data, name).value)) for name in MOVEMENTS if name not in WITHOUT_SUM]
    return _made("What moved in the pipeline", report.meta.currency, rows, ("Change",))


def _overdue(digest: OverdueDigest) -> Series:
    # One owner alone has nobody to be compared with.
    owners = sorted(digest.owners, key=lambda owner: -owner.overdue) if len(digest.owners) > 1 else []
    rows = _folded([(owner.user_name, (float(owner.overdue),)) for owner in owners], "others")
    return _made("Overdue activities by owner", "activities", rows, ("Overdue",))


def _digest_aging(digest: AgingDigest) -> Series:
    rows = [(AGES[one.key], _amounts(one.value, one.value_last_week)) for one in digest.buckets]
    return _made("Age of open deals", digest.currency, rows, ("Now", "A week ago"))


def _made(title: str, unit: str, rows: Sequence[Row], names: Sequence[str]) -> Series:
    labels = tuple(label for label, _ in rows)
    columns = tuple((name, tuple(figures[place] for _, figures in rows)) for place, name in enumerate(names))
    return Series(title, unit, labels, columns)


def _folded(rows: Sequence[Row], others: str) -> list[Row]:
    """Return as many rows as a chart has room for; the last one may stand for all the rest."""
    shown, rest = fold(rows)
    if not rest:
        return list(shown)
    sums = tuple(sum(column) for column in zip(*(figures for _, figures in rest), strict=True))
    return [*shown, (f"{len(rest)} {others}", sums)]


def _amounts(*sums: Money) -> tuple[float, ...]:
    return tuple(float(money.amount) for money in sums)


def _in_a_row(months: Sequence[str]) -> Sequence[str]:
    """Return months with those between them; where so many have no room, the first of them alone."""
    if not months:
        return ()
    first, last = (int(key[:4]) * 12 + int(key[5:]) - 1 for key in (months[0], months[-1]))
    if last - first >= _MONTHS:
        return months[:_MONTHS]
    return [f"{month // 12:04}-{month % 12 + 1:02}" for month in range(first, last + 1)]


def _month(key: str, today: date) -> str:
    year, place = key.split("-")
    return MONTHS[int(place) - 1] + (f" {year}" if int(year) != today.year else "")


_MAKERS: Mapping[tuple[str, str], Callable[[Any], Series]] = {
    ("lead-conversion", "funnel"): _lead_conversion,
    ("customer-acquisition", "channels"): _customers,
    ("activity-summary", "reps"): _activities,
    ("sales-pipeline", "stages"): _sales_pipeline,
    ("sales-pipeline", "aging"): _aging,
    ("pipeline", "stages"): _pipeline,
    ("conversion-funnel", "funnel"): _funnel,
    ("sales-forecast", "months"): _forecast,
    ("lost-reasons", "reasons"): _reasons,
    ("pipeline-changes", "waterfall"): _changes,
    ("OverdueDigest", "owners"): _overdue,
    ("AgingDigest", "aging"): _digest_aging,
    ("ForecastDigest", "months"): _forecast,
}
