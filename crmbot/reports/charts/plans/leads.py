"""Charts of conversion-funnel and lead-conversion."""

from itertools import pairwise

from crmbot.reports.charts.frame import Plan
from crmbot.reports.charts.funnel import Funnel, Step
from crmbot.reports.charts.wording import DASH, counted, percent, short_count, short_money
from crmbot.reports.conversion_funnel import ConversionFunnel
from crmbot.reports.lead_conversion import LeadConversion
from crmbot.reports.remarks import remark_of
from crmbot.reports.values import Report

_STEPS = {"leads": "Leads", "qualified": "Qualified", "deals": "Deals", "proposals_sent": "Proposals", "won": "Won"}
_STATUSES = ("new", "contacted", "qualified", "converted")
_NO_RATE = DASH


def plan_conversion_funnel(report: Report) -> Plan:
    """Plan the funnel from leads to won deals."""
    data: ConversionFunnel = report.data
    rates = ["", *(_rate(after.rate_from_previous, before.count) for before, after in pairwise(data.steps))]
    steps = tuple(
        Step(
            name=_STEPS.get(step.step, step.step.replace("_", " ").capitalize()),
            size=step.count,
            amount=short_count(step.count),
            detail=short_money(step.value) if step.value.minor else "",
            rate=rate,
        )
        for step, rate in zip(data.steps, rates, strict=True)
    )
    first, last = data.steps[0], data.steps[-1]
    return Plan(
        title="Conversion funnel",
        empty="No leads and no deals in this period",
        body=Funnel(steps) if any(step.size for step in steps) else None,
        headline=_headline(counted(last.count, "deal") + " won", counted(first.count, "lead"), last.rate_from_first),
        notes=_notes(remark_of(report)),
    )


def plan_lead_conversion(report: Report) -> Plan:
    """Plan the funnel of the leads' statuses."""
    data: LeadConversion = report.data
    funnel, rates = data.funnel, data.conversion_rates
    counts = tuple(getattr(funnel, status) for status in _STATUSES)
    between = (rates.new_to_contacted, rates.contacted_to_qualified, rates.qualified_to_converted)
    said = ["", *(_rate(rate, before) for rate, before in zip(between, counts, strict=False))]
    steps = tuple(
        Step(status.capitalize(), count, short_count(count), "", rate)
        for status, count, rate in zip(_STATUSES, counts, said, strict=True)
    )
    return Plan(
        title="Lead conversion",
        empty="No leads moved in this period",
        body=Funnel(steps) if any(counts) else None,
        headline=_headline(f"{short_count(counts[-1])} converted", f"{short_count(counts[0])} new", rates.overall),
        notes=_notes(f"Disqualified: {short_count(data.disqualified)}" if data.disqualified else "", remark_of(report)),
        money=False,
    )


def _notes(*notes: str) -> tuple[str, ...]:
    return tuple(note.removesuffix(".") for note in notes if note)


def _headline(reached: str, began: str, rate: float) -> str:
    return f"{reached} for {began} ({percent(rate)})" if rate else f"{reached} for {began}"


def _rate(rate: float, before: int) -> str:
    """Return the rate as percent, where there was anything to come from."""
    return percent(rate) if before else _NO_RATE
