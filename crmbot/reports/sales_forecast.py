"""sales-forecast: open deals by month of expected close and by forecast category, beside what was won."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import case

from crmbot.domain.money import Money
from crmbot.domain.stages import ForecastCategory
from crmbot.domain.windows import day_start
from crmbot.models import DealVersion
from crmbot.reports.closings import closed
from crmbot.reports.deal_sums import Addends, DealSum, sum_deals
from crmbot.reports.elapsed import month_of
from crmbot.reports.snapshot import Snapshot
from crmbot.reports.statements import DAY, KEPT, instant, word


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
    for row, found in sum_deals(snapshot, _open_by_place()):
        category = row.forecast_category or of_stage[row.stage_id]
        categories[category].add(found)
        if category != ForecastCategory.OMITTED:
            months[row.place].add(found)
    won: defaultdict[str, int] = defaultdict(int)
    turns, values = _months(snapshot)
    for row, found in sum_deals(snapshot, _won_by_month(turns), **values):
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


@lru_cache
def _open_by_place() -> Addends:
    close = DealVersion.expected_close
    place = case((close.is_(None), _NO_DATE), (close < DAY, _PAST_DUE), else_=month_of(close)).label("place")
    keys = (DealVersion.stage_id, DealVersion.forecast_category, place)
    return Addends(keys, (DealVersion.outcome == "open",))


@lru_cache(KEPT)
def _won_by_month(turns: int) -> Addends:
    """Return what was won by the local month of closing, in a window in which that many months begin after its own."""
    bounds = [(DealVersion.outcome_since < instant(f"turn_{turn}"), word(f"month_{turn}")) for turn in range(turns)]
    last = word("last_month")
    return closed("won", (case(*bounds, else_=last) if bounds else last).label("month"))


def _months(snapshot: Snapshot) -> tuple[int, dict[str, Any]]:
    """Return how many months begin inside the window, and the values by which deals are told to lie in one."""
    turns, values, zone = 0, dict[str, Any](), snapshot.scope.zone
    day = snapshot.window.from_on
    while (after := _next_month(day)) <= snapshot.window.to_on:
        values |= {f"turn_{turns}": day_start(after, zone), f"month_{turns}": _month(day)}
        turns, day = turns + 1, after
    return turns, {**values, "last_month": _month(day)}


def _next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _month(day: date) -> str:
    return f"{day.year:04d}-{day.month:02d}"


def _row(snapshot: Snapshot, found: DealSum) -> ForecastRow:
    return ForecastRow(found.deals, snapshot.money(found.value), snapshot.money(found.weighted))


def _month_row(snapshot: Snapshot, month: str, found: DealSum, won: int) -> MonthRow:
    money = snapshot.money
    return MonthRow(month, found.deals, money(found.value), money(found.weighted), money(won))
