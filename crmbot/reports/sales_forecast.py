"""sales-forecast: open deals by month of expected close and by forecast category, beside what was won."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, case, func, null, select

from crmbot.domain.money import Money, weighted
from crmbot.domain.stages import ForecastCategory
from crmbot.models import DealVersion
from crmbot.reports.closings import closed_in_window
from crmbot.reports.snapshot import Snapshot, valid_at


@dataclass(frozen=True, slots=True)
class ForecastRow:
    """Deals of one category, or without a place in the months."""

    deals: int
    value: Money
    weighted_value: Money


@dataclass(frozen=True, slots=True)
class MonthRow:
    """Open deals that are expected to close in a month, and what was won in it."""

    month: str
    deals: int
    value: Money
    weighted_value: Money
    won_value: Money


@dataclass(frozen=True, slots=True)
class SalesForecast:
    """The report's data."""

    period_days: int
    by_month: tuple[MonthRow, ...]
    no_date: ForecastRow
    past_due: ForecastRow
    by_category: Mapping[str, ForecastRow]


@dataclass(slots=True)
class _Sum:
    deals: int = 0
    value: int = 0
    weighted: int = 0

    def add(self, deals: int, value: int, likely: int) -> None:
        self.deals += deals
        self.value += value
        self.weighted += likely


@dataclass(frozen=True, slots=True)
class _Group:
    month: str
    category: str
    deals: int
    value: int
    weighted: int


_NO_DATE, _PAST_DUE = "no_date", "past_due"


def compute_sales_forecast(snapshot: Snapshot) -> SalesForecast:
    """Compute the report (reports.md, sales-forecast and fine print).

    Months hold open deals; those whose date lies before the report's day stand under past_due, those without one under
    no_date. A deal's category is its own, else its stage's; omitted deals stand only in by_category. Won is what was
    won in the window and is still won: by the month of closing, and as the category closed.
    """
    months: defaultdict[str, _Sum] = defaultdict(_Sum)
    categories = {category.value: _Sum() for category in ForecastCategory}
    for group in _open_groups(snapshot):
        categories[group.category].add(group.deals, group.value, group.weighted)
        if group.category != ForecastCategory.OMITTED:
            months[group.month].add(group.deals, group.value, group.weighted)
    won: defaultdict[str, int] = defaultdict(int)
    for deal in closed_in_window(snapshot, "won"):
        won[_month(deal.closed_at.astimezone(snapshot.scope.zone))] += deal.value
        categories[ForecastCategory.CLOSED].add(1, deal.value, deal.value)
    no_date, past_due = months.pop(_NO_DATE, _Sum()), months.pop(_PAST_DUE, _Sum())
    return SalesForecast(
        period_days=snapshot.window.days,
        by_month=tuple(
            _month_row(snapshot, month, months[month], won[month]) for month in sorted(months.keys() | won.keys())
        ),
        no_date=_row(snapshot, no_date),
        past_due=_row(snapshot, past_due),
        by_category={name: _row(snapshot, found) for name, found in categories.items()},
    )


def _open_groups(snapshot: Snapshot) -> Iterator[_Group]:
    value = func.coalesce(DealVersion.value_minor, 0)
    likely = (value * DealVersion.probability + 50) // 100
    own = DealVersion.currency == snapshot.scope.currency
    facts = (
        select(
            DealVersion.stage_id,
            DealVersion.forecast_category,
            DealVersion.expected_close,
            case((own, null()), else_=DealVersion.currency).label("currency"),
            case((own, null()), else_=value).label("each"),
            case((own, null()), else_=DealVersion.probability).label("probability"),
            value.label("value"),
            likely.label("weighted"),
        )
        .where(and_(*valid_at(snapshot, snapshot.as_of)), DealVersion.outcome == "open")
        .subquery()
        .c
    )
    keys = [
        facts.stage_id,
        facts.forecast_category,
        facts.expected_close,
        facts.currency,
        facts.each,
        facts.probability,
    ]
    sums = (
        func.count().label("deals"),
        func.sum(facts.value).label("value"),
        func.sum(facts.weighted).label("weighted"),
    )
    of_stage = {stage.id: stage.forecast_category for stage in snapshot.stages}
    for row in snapshot.session.execute(select(*keys, *sums).group_by(*keys)):
        category = row.forecast_category or of_stage[row.stage_id]
        yield _Group(_place(snapshot, row.expected_close), category, row.deals, *_amounts(snapshot, row))
    snapshot.list_unconverted(DealVersion.outcome == "open")


def _amounts(snapshot: Snapshot, row: Any) -> tuple[int, int]:
    if row.currency is None:
        return int(row.value), int(row.weighted)
    each = snapshot.convert_or_note(row.each, row.currency)
    return row.deals * each, row.deals * weighted(each, row.probability)


def _place(snapshot: Snapshot, expected_close: Any) -> str:
    if expected_close is None:
        return _NO_DATE
    return _PAST_DUE if expected_close < snapshot.day else _month(expected_close)


def _month(day: Any) -> str:
    return f"{day.year:04d}-{day.month:02d}"


def _row(snapshot: Snapshot, found: _Sum) -> ForecastRow:
    return ForecastRow(found.deals, snapshot.money(found.value), snapshot.money(found.weighted))


def _month_row(snapshot: Snapshot, month: str, found: _Sum, won: int) -> MonthRow:
    money = snapshot.money
    return MonthRow(month, found.deals, money(found.value), money(found.weighted), money(won))
