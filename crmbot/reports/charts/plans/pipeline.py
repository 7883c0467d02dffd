"""Charts of pipeline and sales-pipeline: open deals by stage and by age."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crmbot.domain.forecast import AGING_KEYS, OVER_90
from crmbot.domain.money import Money
from crmbot.reports.charts.bars import Bar, Bars, Segment
from crmbot.reports.charts.columns import Column, Columns
from crmbot.reports.charts.frame import Key, Plan
from crmbot.reports.charts.palette import BAD, PALE, STRONG
from crmbot.reports.charts.plans.folding import fold
from crmbot.reports.charts.wording import DASH, counted, short_money, words
from crmbot.reports.pipeline import Pipeline
from crmbot.reports.sales_pipeline import SalesPipeline
from crmbot.reports.values import CountAndValue, Report

_EMPTY = "No open deals"
_LEGEND = (Key("Weighted by probability", STRONG), Key("Full value", PALE))
AGES = dict(zip(AGING_KEYS, (f"0{DASH}29 days", f"30{DASH}60 days", f"61{DASH}90 days", "Over 90 days"), strict=True))
"""What the ages are called."""
_MOST_CLOSED = 6
Stage = tuple[str, int, Money, Money]
"""Name, count, value, weighted value."""


@dataclass(frozen=True, slots=True)
class Age:
    """How many open deals are of an age, and what they are worth."""

    key: str
    count: int
    value: Money


def plan_pipeline(report: Report) -> Plan:
    """Plan the bars of the open stages; what is won and lost is told below, since it only ever grows."""
    data: Pipeline = report.data
    closed = [row for row in data.stages if row.kind != "open" and row.count]
    return _plan_stages(
        "Pipeline by stage",
        [(row.name, row.count, row.value, row.weighted_value) for row in data.stages if row.kind == "open"],
        report.meta.currency,
        tuple(f"{row.name}: {counted(row.count, 'deal')}, {short_money(row.value)}" for row in closed[:_MOST_CLOSED]),
    )


def plan_sales_pipeline(report: Report) -> Plan:
    """Plan the bars of the open stages, by the names that they have now."""
    data: SalesPipeline = report.data
    names = report.stage_names
    stages = [
        (names.get(key) or words(key), row.count, row.value, row.weighted_value) for key, row in data.by_stage.items()
    ]
    return _plan_stages("Sales pipeline by stage", stages, report.meta.currency, ())


def plan_aging(report: Report) -> Plan:
    """Plan the columns of the open deals' ages."""
    data: SalesPipeline = report.data
    return plan_ages([Age(key, data.aging[key], data.aging_value[key]) for key in AGING_KEYS], data.stale)


def plan_ages(ages: Sequence[Age], stale: CountAndValue) -> Plan:
    """Plan a column for each age, the youngest first; the last one is what should not be."""
    columns = tuple(
        Column(
            name=AGES[age.key],
            note=counted(age.count, "deal"),
            amount=short_money(age.value),
            segments=(Segment(max(age.value.minor, 0), BAD if age.key == AGING_KEYS[OVER_90] else STRONG),),
        )
        for age in ages
    )
    return Plan(
        title="Age of open deals",
        empty=_EMPTY,
        body=Columns(columns) if any(age.count for age in ages) else None,
        headline=_untouched(stale) if stale.count else "",
        spans=False,
    )


def _untouched(stale: CountAndValue) -> str:
    """Say how many old deals nobody does anything about; “stale” is a word for stages, not for these."""
    return f"{counted(stale.count, 'old deal')} without recent activity, worth {short_money(stale.value)}"


def _plan_stages(title: str, stages: Sequence[Stage], currency: str, notes: tuple[str, ...]) -> Plan:
    _, count, value, weighted = _total("", stages, currency)
    shown, others = fold(stages)
    bars, rest = tuple(_bar(*stage) for stage in shown), None
    if others:
        rest = _bar(*_total(f"{len(others)} other stages", others, currency))
    return Plan(
        title=title,
        empty=_EMPTY,
        body=Bars(bars, rest) if count else None,
        headline=f"{short_money(value)} in {counted(count, 'deal')}, {short_money(weighted)} weighted",
        legend=_LEGEND,
        notes=notes,
        spans=False,
    )


def _total(name: str, stages: Iterable[Stage], currency: str) -> Stage:
    count = value = weighted = 0
    for _, deals, full, part in stages:
        count, value, weighted = count + deals, value + full.minor, weighted + part.minor
    return name, count, Money(value, currency), Money(weighted, currency)


def _bar(name: str, count: int, value: Money, weighted: Money) -> Bar:
    likely = max(weighted.minor, 0)
    return Bar(
        name=name,
        amount=short_money(value),
        detail=f"{counted(count, 'deal')} · {short_money(weighted)} weighted" if count else "no deals",
        segments=(Segment(likely, STRONG), Segment(max(value.minor - likely, 0), PALE)),
    )
