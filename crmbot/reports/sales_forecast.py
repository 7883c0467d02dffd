"""sales-forecast: open deals by month of expected close and by forecast category, beside what was won."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, case, literal

from crmbot.domain.money import Money
from crmbot.domain.stages import ForecastCategory
from crmbot.domain.windows import day_start
from crmbot.models import DealVersion
from crmbot.reports.closings import sum_closed
from crmbot.reports.deal_sums import DealSum, sum_deals
from crmbot.reports.elapsed import month_of
from crmbot.reports.snapshot import Snapshot


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


_NO_DATE, _PAST_DUE = "no_date", "past_due"


def compute_sales_forecast(snapshot: Snapshot) -> SalesForecast:
    """Compute the report (reports.md, sales-forecast and fine print).

    Months hold open deals; those whose date lies before the report's day stand under past_due, those without one under
    no_date. A deal's category is its own, else its stage's; omitted deals stand only in by_category. Won is what was
    won in the window and is still won: by the month of closing, and as the category closed.
    """
    months: defaultdict[str, DealSum] = defaultdict(DealSum)
    categories = {category.value: DealSum() for category in ForecastCategory}
    of_stage = {stage.id: stage.forecast_category for stage in snapshot.stages}
    keys = (DealVersion.stage_id, DealVersion.forecast_category, _place(snapshot))
    for row, found in sum_deals(snapshot, keys, DealVersion.outcome == "open"):
        category = row.forecast_category or of_stage[row.stage_id]
        categories[category].add(found)
        if category != ForecastCategory.OMITTED:
            months[row.place].add(found)
    won: defaultdict[str, int] = defaultdict(int)
    for row, found in sum_closed(snapshot, "won", _closed_in(snapshot)):
        won[row.month] += found.value
        categories[ForecastCategory.CLOSED].add(DealSum(found.deals, found.value, found.value))
    no_date, past_due = months.pop(_NO_DATE, DealSum()), months.pop(_PAST_DUE, DealSum())
    return SalesForecast(
        period_days=snapshot.window.days,
        by_month=tuple(
            _month_row(snapshot, month, months[month], won[month]) for month in sorted(months.keys() | won.keys())
        ),
        no_date=_row(snapshot, no_date),
        past_due=_row(snapshot, past_due),
        by_category={name: _row(snapshot, found) for name, found in categories.items()},
    )


def _place(snapshot: Snapshot) -> ColumnElement[str]:
    close = DealVersion.expected_close
    places = case((close.is_(None), _NO_DATE), (close < snapshot.day, _PAST_DUE), else_=month_of(close))
    return places.label("place")


def _closed_in(snapshot: Snapshot) -> ColumnElement[str]:
    """Return the local month in which a deal of the window was closed, by the bounds of its months."""
    last, zone = snapshot.window.to_on, snapshot.scope.zone
    day, bounds = snapshot.window.from_on, []
    while (after := _next_month(day)) <= last:
        bounds.append((DealVersion.outcome_since < day_start(after, zone), _month(day)))
        day = after
    return case(*bounds, else_=_month(day)).label("month") if bounds else literal(_month(day)).label("month")


def _next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _month(day: date) -> str:
    return f"{day.year:04d}-{day.month:02d}"


def _row(snapshot: Snapshot, found: DealSum) -> ForecastRow:
    return ForecastRow(found.deals, snapshot.money(found.value), snapshot.money(found.weighted))


def _month_row(snapshot: Snapshot, month: str, found: DealSum, won: int) -> MonthRow:
    money = snapshot.money
    return MonthRow(month, found.deals, money(found.value), money(found.weighted), money(won))
