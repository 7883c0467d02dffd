"""The reports about deals in words: pipeline, sales pipeline, forecast, lost reasons, what changed."""

from datetime import date

from crmbot.domain.forecast import AGING_KEYS
from crmbot.domain.money import Money
from crmbot.reports.lost_reasons import LostReasons
from crmbot.reports.pipeline import Pipeline
from crmbot.reports.pipeline_changes import MOVEMENTS, MovedDeal, PipelineChanges
from crmbot.reports.sales_forecast import ForecastRow, SalesForecast
from crmbot.reports.sales_pipeline import SalesPipeline
from crmbot.reports.values import Report
from crmbot.slack.blocks.reports.telling import Breakdown, Lines, Telling, amount, deals, number, percent, said
from crmbot.slack.reader import Reader, count

_AGES = dict(zip(AGING_KEYS, ("Under 30 days", "30 to 60 days", "61 to 90 days", "Over 90 days"), strict=True))
_MOVED = {
    "created": "New",
    "increased": "Grew",
    "decreased": "Shrank",
    "pulled_in": "Expected earlier",
    "pushed_out": "Expected later",
    "reopened": "Reopened",
    "won": "Won",
    "lost": "Lost",
}
_MOST_DEALS = 8


def tell_pipeline(report: Report, _reader: Reader) -> Telling:
    """Return the open sums first, then every stage."""
    data: Pipeline = report.data
    going = [stage for stage in data.stages if stage.kind == "open"]
    money = report.meta.currency
    figures = (
        ("Open deals", number(sum(stage.count for stage in going))),
        ("Value", str(Money(sum(stage.value.minor for stage in going), money))),
        ("Weighted by probability", str(Money(sum(stage.weighted_value.minor for stage in going), money))),
    )
    rows = tuple(
        (stage.name, number(stage.count), amount(stage.value), amount(stage.weighted_value)) for stage in data.stages
    )
    stages = Breakdown("By stage", ("Stage", "Deals", "Value", "Weighted"), rows)
    return Telling(any(stage.count for stage in data.stages), figures, (stages,))


def tell_sales_pipeline(report: Report, _reader: Reader) -> Telling:
    """Return what is open, by stage, owner and age, and what it may come to."""
    data: SalesPipeline = report.data
    figures = (
        ("Open deals", number(data.total_opportunities)),
        ("Value", str(data.pipeline_value)),
        ("Weighted by probability", str(data.weighted_value)),
        ("Average deal", str(data.average_deal_size)),
        ("New in this period", deals(data.new_opportunities)),
        ("Over 90 days, no recent activity", deals(data.stale)),
        ("Best case", str(data.forecast.best_case)),
        ("Most likely", str(data.forecast.most_likely)),
        ("Worst case", str(data.forecast.worst_case)),
        ("Weighted, less for slow deals", str(data.age_adjusted)),
    )
    stages = tuple(
        (report.stage_names.get(key, said(key)), number(row.count), amount(row.value), amount(row.weighted_value))
        for key, row in data.by_stage.items()
    )
    owners = tuple(
        (
            row.user_name,
            number(row.opportunities),
            amount(row.pipeline_value),
            amount(row.weighted_value),
            number(row.over_90_days),
        )
        for row in data.by_user
    )
    ages = tuple((_AGES[key], number(data.aging[key]), amount(data.aging_value[key])) for key in data.aging)
    parts = (
        Breakdown("By stage", ("Stage", "Deals", "Value", "Weighted"), stages),
        Breakdown("By owner", ("Owner", "Deals", "Value", "Weighted", "Over 90 days old"), owners),
        Breakdown("By age", ("Open for", "Deals", "Value"), ages),
    )
    return Telling(bool(data.total_opportunities), figures, parts, [one.message for one in data.warnings])


def tell_sales_forecast(report: Report, _reader: Reader) -> Telling:
    """Return what is expected month by month, and the open deals that have no place in the months."""
    data: SalesForecast = report.data
    placed = [row for row in data.by_month if row.deals or row.won_value.minor]
    figures = (
        ("Expected in these months", count(sum(row.deals for row in placed), "deal")),
        ("Weighted by probability", str(_sum(report, [row.weighted_value for row in placed]))),
        ("Expected before today", _expected(data.past_due)),
        ("Without a date", _expected(data.no_date)),
    )
    months = tuple(
        (_month(row.month), number(row.deals), *map(amount, (row.value, row.weighted_value, row.won_value)))
        for row in data.by_month
    )
    categories = tuple(
        (said(key), number(row.deals), amount(row.value), amount(row.weighted_value))
        for key, row in data.by_category.items()
        if row.deals
    )
    parts = (
        Breakdown("By month", ("Month", "Deals", "Value", "Weighted", "Won"), months),
        Breakdown("By forecast category", ("Category", "Deals", "Value", "Weighted"), categories),
    )
    return Telling(bool(placed or data.past_due.deals or data.no_date.deals), figures, parts)


def tell_lost_reasons(report: Report, _reader: Reader) -> Telling:
    """Return why, from where and by whom deals were lost."""
    data: LostReasons = report.data
    parts = tuple(
        Breakdown(
            title,
            (head, "Deals", "Value", "Share"),
            tuple((name, number(row.count), amount(row.value), percent(row.share)) for name, row in rows),
        )
        for title, head, rows in (
            ("By reason", "Reason", [(said(row.reason, "No reason given"), row) for row in data.by_reason]),
            ("By stage they were lost from", "Stage", [(said(row.name), row) for row in data.by_stage]),
            ("By owner", "Owner", [(row.user_name, row) for row in data.by_user]),
        )
    )
    figures = (("Lost", deals(data.total)),)
    return Telling(bool(data.total.count), figures, parts)


def tell_pipeline_changes(report: Report, reader: Reader) -> Telling:
    """Return how the open value went from one moment to the other, and which deals moved it."""
    data: PipelineChanges = report.data
    figures = (
        ("At the start", str(data.opening_value)),
        ("At the end", str(data.closing_value)),
        ("Change", _signed(_sum(report, [data.closing_value, Money(-data.opening_value.minor, report.meta.currency)]))),
    )
    moved = [(name, getattr(data, name)) for name in MOVEMENTS]
    rows = tuple((_MOVED[name], number(one.count), _signed(one.value)) for name, one in moved if one.count)
    lists: list[Breakdown | Lines] = [
        Lines(_MOVED[name], tuple(_deal_line(name, deal, reader) for deal in _beginning(one.deals)) + _left(one.deals))
        for name, one in moved
        if one.deals
    ]
    parts = [Breakdown("What moved", ("Movement", "Deals", "Value"), rows), *lists]
    return Telling(bool(rows) or bool(data.opening_value.minor), figures, parts)


def _deal_line(name: str, deal: MovedDeal, reader: Reader) -> str:
    facts = [f"D-{deal.number} {deal.title}", deal.owner_name, _worth(name, deal)]
    if name in {"pulled_in", "pushed_out"}:
        facts.append(f"close {_day(deal.close_before, reader)} → {_day(deal.close_after, reader)}")
    return " · ".join(facts)


def _worth(name: str, deal: MovedDeal) -> str:
    if name in {"increased", "decreased"}:
        return f"{deal.value_before} → {deal.value_after}"
    return str(Money(abs(deal.value.minor), deal.value.currency)) if deal.value.minor else "no value"


def _beginning(found: tuple[MovedDeal, ...]) -> tuple[MovedDeal, ...]:
    return found[:_MOST_DEALS]


def _left(found: tuple[MovedDeal, ...]) -> tuple[str, ...]:
    left = len(found) - _MOST_DEALS
    return (f"… and {left} more",) if left > 0 else ()


def _day(day: date | None, reader: Reader) -> str:
    return reader.exact_day(day) if day else "no date"


def _signed(money: Money) -> str:
    return f"+{money}" if money.minor > 0 else str(money)


def _sum(report: Report, found: list[Money]) -> Money:
    return Money(sum(money.minor for money in found), report.meta.currency)


def _expected(row: ForecastRow) -> str:
    return f"{count(row.deals, 'deal')}, {row.value}" if row.deals else "none"


def _month(month: str) -> str:
    """Return 2026-12 as people say it: Dec 2026."""
    return f"{date.fromisoformat(f'{month}-01'):%b %Y}"
