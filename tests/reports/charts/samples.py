"""Reports made by hand for charts: an ordinary team's, and the hardest ones there may be."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from crmbot.domain.forecast import AGING_KEYS
from crmbot.domain.money import Money, ratio
from crmbot.reports.activity_summary import ActivitySummary
from crmbot.reports.activity_summary import UserRow as ActivityRow
from crmbot.reports.conversion_funnel import ConversionFunnel, Step
from crmbot.reports.customer_acquisition import ChannelRow, CustomerAcquisition
from crmbot.reports.lead_conversion import Cohort, Funnel, LeadConversion, Rates
from crmbot.reports.lost_reasons import LostReasons, ReasonRow
from crmbot.reports.pipeline import Pipeline
from crmbot.reports.pipeline import StageRow as PipelineStage
from crmbot.reports.pipeline_changes import MOVEMENTS, Movement, PipelineChanges
from crmbot.reports.registry import REGISTRY
from crmbot.reports.sales_forecast import ForecastRow, MonthRow, SalesForecast
from crmbot.reports.sales_pipeline import SalesPipeline, Scenarios, StageRow
from crmbot.reports.values import CountAndValue, Meta, Period, Report, Unconverted

STEPS = ("leads", "qualified", "deals", "proposals_sent", "won")
Figures = tuple[int, int]
"""How many, and their value in minor units."""


def report_of(
    name: str, data: Any = None, *, currency: str = "USD", unconverted: int = 0, scope: str = "all"
) -> Report:
    lost = tuple(Unconverted(str(n), n, "Acme", Money(100, "CHF"), "CHF") for n in range(unconverted))
    period = Period(date(2031, 5, 2), date(2031, 5, 31))
    as_of = datetime(2031, 5, 31, 9, 30, tzinfo=UTC)
    meta = Meta("w", "Europe/Berlin", currency, as_of, scope, None, period, lost)
    return Report(name, REGISTRY[name].title, data, meta)


def conversion_funnel(figures: Sequence[Figures], currency: str = "USD") -> Report:
    counts = [count for count, _ in figures]
    steps = tuple(
        Step(name, count, Money(value, currency), ratio(count, before), ratio(count, counts[0]))
        for name, (count, value), before in zip(STEPS, figures, [counts[0], *counts], strict=False)
    )
    return report_of("conversion-funnel", ConversionFunnel(30, steps), currency=currency)


def lead_conversion(counts: tuple[int, int, int, int], disqualified: int = 0) -> Report:
    new, contacted, qualified, converted = counts
    rates = Rates(
        ratio(contacted, new), ratio(qualified, contacted), ratio(converted, qualified), ratio(converted, new)
    )
    period = Period(date(2031, 5, 2), date(2031, 5, 31))
    cohort = Cohort(new, contacted, qualified, converted, rates)
    data = LeadConversion(period, Funnel(*counts), rates, (), cohort, (), disqualified, None)
    return report_of("lead-conversion", data)


def pipeline(stages: Sequence[tuple[str, str, int, int, int]], currency: str = "USD", unconverted: int = 0) -> Report:
    rows = tuple(
        PipelineStage(name.lower(), name, kind, count, Money(value, currency), Money(weighted, currency))
        for name, kind, count, value, weighted in stages
    )
    return report_of("pipeline", Pipeline(rows), currency=currency, unconverted=unconverted)


def sales_pipeline(
    stages: Sequence[tuple[str, int, int, int]],
    ages: Sequence[Figures] = ((0, 0),) * 4,
    currency: str = "USD",
    stale: Figures = (0, 0),
) -> Report:
    def money(minor: int) -> Money:
        return Money(minor, currency)

    count = sum(deals for _, deals, _, _ in stages)
    value = sum(full for _, _, full, _ in stages)
    weighted = sum(part for _, _, _, part in stages)
    data = SalesPipeline(
        period_days=30,
        total_opportunities=count,
        pipeline_value=money(value),
        weighted_value=money(weighted),
        average_deal_size=money(0),
        by_stage={key: StageRow(deals, money(full), money(part)) for key, deals, full, part in stages},
        by_user=(),
        aging={key: deals for key, (deals, _) in zip(AGING_KEYS, ages, strict=True)},
        aging_value={key: money(full) for key, (_, full) in zip(AGING_KEYS, ages, strict=True)},
        forecast=Scenarios(money(value), money(weighted), money(0)),
        new_opportunities=CountAndValue(0, money(0)),
        stale=CountAndValue(stale[0], money(stale[1])),
        age_adjusted=money(weighted),
        warnings=(),
    )
    return report_of("sales-pipeline", data, currency=currency)


def sales_forecast(
    months: Sequence[tuple[str, int, int, int, int]],
    past_due: tuple[int, int, int] = (0, 0, 0),
    no_date: tuple[int, int, int] = (0, 0, 0),
    currency: str = "USD",
) -> Report:
    def row(figures: tuple[int, int, int]) -> ForecastRow:
        return ForecastRow(figures[0], Money(figures[1], currency), Money(figures[2], currency))

    rows = tuple(
        MonthRow(month, deals, Money(value, currency), Money(weighted, currency), Money(won, currency))
        for month, deals, value, weighted, won in months
    )
    data = SalesForecast(30, rows, row(no_date), row(past_due), {})
    return report_of("sales-forecast", data, currency=currency)


def pipeline_changes(opening: int, moves: dict[str, Figures], currency: str = "USD") -> Report:
    found = {name: moves.get(name, (0, 0)) for name in MOVEMENTS}
    closing = opening + sum(value for name, (_, value) in found.items() if name not in {"pulled_in", "pushed_out"})
    data = PipelineChanges(
        opening_value=Money(opening, currency),
        closing_value=Money(closing, currency),
        **{name: Movement(count, Money(value, currency), ()) for name, (count, value) in found.items()},
    )
    return report_of("pipeline-changes", data, currency=currency)


def activity_summary(reps: Sequence[tuple[str, int, int, int]]) -> Report:
    completed = sum(done for _, done, _, _ in reps)
    pending = sum(waiting for _, _, waiting, _ in reps)
    overdue = sum(late for _, _, _, late in reps)
    total = completed + pending + overdue
    users = tuple(
        ActivityRow(str(n), name, done + waiting + late, done, waiting, late, ratio(done, done + waiting + late))
        for n, (name, done, waiting, late) in enumerate(reps)
    )
    data = ActivitySummary(
        period_days=30,
        total=total,
        completed=completed,
        pending=pending,
        overdue=overdue,
        completion_rate=ratio(completed, total),
        overdue_rate=ratio(overdue, total),
        billable_hours=0.0,
        by_type={},
        by_user=users,
        warnings=(),
    )
    return report_of("activity-summary", data)


def lost_reasons(reasons: Sequence[tuple[str, int, int]], currency: str = "USD") -> Report:
    total, value = sum(count for _, count, _ in reasons), sum(value for _, _, value in reasons)
    rows = tuple(ReasonRow(name, count, Money(minor, currency), ratio(count, total)) for name, count, minor in reasons)
    data = LostReasons(30, CountAndValue(total, Money(value, currency)), rows, (), ())
    return report_of("lost-reasons", data, currency=currency)


def customer_acquisition(channels: Sequence[tuple[str, int, int]], currency: str = "USD") -> Report:
    count, total = sum(number for _, number, _ in channels), sum(worth for _, _, worth in channels)
    rows = tuple(
        ChannelRow(name, number, Money(worth, currency), Money(worth // number if number else 0, currency))
        for name, number, worth in channels
    )
    data = CustomerAcquisition(
        period=Period(date(2031, 5, 2), date(2031, 5, 31)),
        total_new_customers=count,
        by_channel={name: number for name, number, _ in channels},
        high_value_customers=(),
        average_clv=Money(total // count if count else 0, currency),
        channels=rows,
    )
    return report_of("customer-acquisition", data, currency=currency)
