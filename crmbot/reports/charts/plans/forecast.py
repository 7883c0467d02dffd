"""Chart of sales-forecast: by month what is won, likely and possible."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from crmbot.domain.money import Money
from crmbot.reports.charts.bars import Segment
from crmbot.reports.charts.columns import Column, Columns
from crmbot.reports.charts.frame import Key, Plan
from crmbot.reports.charts.palette import GOOD, PALE, STRONG
from crmbot.reports.charts.wording import MONTHS, counted, exact_money, short_money
from crmbot.reports.sales_forecast import ForecastRow, MonthRow, SalesForecast
from crmbot.reports.values import Report

_LEGEND = (Key("Won", GOOD), Key("Weighted by probability", STRONG), Key("Full value", PALE))
_MOST_MONTHS = 60
_BACK, _AHEAD = 12, 35
"""The months around today's that stay single when there are too many; the others become Earlier and Later."""
_YEAR = 12


@dataclass(slots=True)
class _Sum:
    won: int = 0
    weighted: int = 0
    value: int = 0

    def add(self, row: MonthRow) -> None:
        self.won += max(row.won_value.minor, 0)
        self.weighted += max(row.weighted_value.minor, 0)
        self.value += max(row.value.minor, 0)


def plan_sales_forecast(report: Report) -> Plan:
    """Plan the columns of the months; what stands in none is told below."""
    data: SalesForecast = report.data
    currency = report.meta.currency
    anything = data.by_month or data.no_date.deals or data.past_due.deals
    weighted, won = (
        Money(sum(getattr(row, name).minor for row in data.by_month), currency)
        for name in ("weighted_value", "won_value")
    )
    return Plan(
        title="Sales forecast by month",
        empty="No open deals and none won in this period",
        body=Columns(_columns(report), lambda minor: exact_money(Money(minor, currency))) if anything else None,
        headline=f"{short_money(weighted)} weighted, {short_money(won)} won",
        legend=_LEGEND,
        notes=tuple(_notes(data)),
    )


def _notes(data: SalesForecast) -> Iterable[str]:
    for words, row in (("Past due", data.past_due), ("No date", data.no_date)):
        if row.deals:
            yield f"{words}: {_told(row)}"


def _told(row: ForecastRow) -> str:
    return f"{counted(row.deals, 'deal')}, {short_money(row.value)}, {short_money(row.weighted_value)} weighted"


def _columns(report: Report) -> tuple[Column, ...]:
    sums: dict[int, _Sum] = {}
    rows = {_number(row.month): row for row in report.data.by_month}
    first, last = _bounds(rows, _today(report))
    for month in range(first, last + 1):
        sums[month] = _Sum()
    for month, row in rows.items():
        # What lies outside the bounds goes to the places just outside them.
        sums.setdefault(min(max(month, first - 1), last + 1), _Sum()).add(row)
    return tuple(_column(sums[month], _label(month, first, last), report.meta.currency) for month in sorted(sums))


def _bounds(months: Mapping[int, MonthRow], today: int) -> tuple[int, int]:
    first, last = min(months, default=today), max(months, default=today)
    if last - first < _MOST_MONTHS:
        return first, last
    return max(first, today - _BACK), min(last, today + _AHEAD)


def _label(month: int, first: int, last: int) -> tuple[str, str, int]:
    """Return a month's name, its year where that is to be said, and the rank of the two: the lower is said first."""
    if not first <= month <= last:
        return ("Earlier" if month < first else "Later"), "", 0
    year, place = divmod(month, _YEAR)
    name = MONTHS[place]
    if place == 0:
        return name, str(year), 1
    # Where months have no room, quarters may have, or halves of years.
    rank = 2 if place % 6 == 0 else 3 if place % 3 == 0 else 4
    return name, str(year) if month == first else "", rank


def _column(found: _Sum, label: tuple[str, str, int], currency: str) -> Column:
    name, note, rank = label
    rest = max(found.value - found.weighted, 0)
    total = Money(found.won + found.weighted + rest, currency)
    segments = (Segment(found.won, GOOD), Segment(found.weighted, STRONG), Segment(rest, PALE))
    return Column(name, note, short_money(total) if total.minor else "", segments, rank)


def _number(month: str) -> int:
    """Return the number of a month written 2031-05, counted from the year 0."""
    year, place = month.split("-")
    return int(year) * _YEAR + int(place) - 1


def _today(report: Report) -> int:
    as_of: datetime = report.meta.as_of.astimezone(ZoneInfo(report.meta.timezone))
    return as_of.year * _YEAR + as_of.month - 1
