"""The reports about leads, customers and activities in words."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby

from crmbot.reports.activity_summary import ActivitySummary
from crmbot.reports.conversion_funnel import ConversionFunnel
from crmbot.reports.customer_acquisition import CustomerAcquisition
from crmbot.reports.lead_conversion import DayRow, LeadConversion, Rates
from crmbot.reports.values import Report
from crmbot.slack.blocks.reports.telling import NOTHING, Breakdown, Telling, amount, number, percent, said
from crmbot.slack.reader import Reader, count

_STEPS = {"leads": "Leads", "qualified": "Qualified", "deals": "Deals", "proposals_sent": "Proposals", "won": "Won"}
_KINDS = {"call": "Calls", "email": "E-mails", "meeting": "Meetings", "task": "Tasks"}
_DAY = 24.0


def tell_conversion_funnel(report: Report, _reader: Reader) -> Telling:
    """Return the steps from leads to won deals."""
    data: ConversionFunnel = report.data
    rows = tuple(
        (
            _STEPS.get(step.step, said(step.step)),
            number(step.count),
            amount(step.value),
            percent(step.rate_from_previous) if place else NOTHING,
            percent(step.rate_from_first) if place else NOTHING,
        )
        for place, step in enumerate(data.steps)
    )
    first, last = data.steps[0], data.steps[-1]
    figures = (
        ("New leads", number(first.count)),
        ("Won deals", f"{number(last.count)} ({percent(last.rate_from_first)} of the leads)"),
    )
    steps = Breakdown("Step by step", ("Step", "How many", "Value", "Of the step before", "Of all leads"), rows)
    return Telling(any(step.count for step in data.steps), figures, (steps,))


def tell_lead_conversion(report: Report, reader: Reader) -> Telling:
    """Return how far leads got, where they came from, and when."""
    data: LeadConversion = report.data
    funnel, cohort = data.funnel, data.cohort
    counts = (funnel.new, funnel.contacted, funnel.qualified, funnel.converted)
    reached = (cohort.size, cohort.contacted, cohort.qualified, cohort.converted)
    figures = (
        ("New leads", number(funnel.new)),
        ("Converted", f"{number(funnel.converted)} ({percent(data.conversion_rates.overall)} of the new ones)"),
        ("Disqualified", number(data.disqualified)),
        ("Until first contacted", _hours(data.median_hours_to_contact)),
    )
    sources = tuple(
        (said(row.source), number(row.new), number(row.converted), percent(row.conversion_rate))
        for row in data.by_source
    )
    head = ("Status", "Leads", "Of the status before")
    parts = (
        Breakdown("Reached in this period", head, _statuses(counts, data.conversion_rates)),
        Breakdown("How far the new ones got", head, _statuses(reached, cohort.rates)),
        Breakdown("By source", ("Source", "New", "Converted", "Rate"), sources),
        Breakdown("Week by week", ("Week of", "New", "Converted"), tuple(_weeks(data.trends, reader))),
    )
    return Telling(any(counts) or bool(data.disqualified), figures, parts)


def tell_customer_acquisition(report: Report, reader: Reader) -> Telling:
    """Return the customers won, by channel, and those of high value."""
    data: CustomerAcquisition = report.data
    figures = (
        ("New customers", number(data.total_new_customers)),
        ("Average lifetime value", str(data.average_clv)),
    )
    channels = tuple(
        (said(row.channel), number(row.customers), amount(row.total_clv), amount(row.average_clv))
        for row in data.channels
    )
    best = tuple(
        (
            row.name,
            reader.exact_day(row.acquired_at.astimezone(reader.zone).date()),
            amount(row.estimated_lifetime_value),
        )
        for row in data.high_value_customers
    )
    parts = (
        Breakdown("By channel", ("Channel", "Customers", "Lifetime value", "Average"), channels),
        Breakdown("Of high value", ("Customer", "Since", "Lifetime value"), best, words=2),
    )
    return Telling(bool(data.total_new_customers), figures, parts)


def tell_activity_summary(report: Report, _reader: Reader) -> Telling:
    """Return what was done, what waits and what is late, by kind and owner."""
    data: ActivitySummary = report.data
    figures = (
        ("Activities", number(data.total)),
        ("Completed", f"{number(data.completed)} ({percent(data.completion_rate)})"),
        ("Overdue", f"{number(data.overdue)} ({percent(data.overdue_rate)})"),
        ("Pending", number(data.pending)),
        ("Billable", f"{number(data.billable_hours)} h"),
    )
    owners = tuple(
        (
            row.user_name,
            number(row.total),
            number(row.completed),
            number(row.pending),
            number(row.overdue),
            percent(row.completion_rate),
        )
        for row in data.by_user
    )
    kinds = tuple((_KINDS.get(key, said(key)), number(found)) for key, found in data.by_type.items() if found)
    parts = (
        Breakdown("By owner", ("Owner", "All", "Completed", "Pending", "Overdue", "Rate"), owners),
        Breakdown("By kind", ("Kind", "Activities"), kinds),
    )
    return Telling(bool(data.total), figures, parts, [one.message for one in data.warnings])


def _statuses(counts: tuple[int, int, int, int], rates: Rates) -> tuple[tuple[str, ...], ...]:
    before = (
        NOTHING,
        *map(percent, (rates.new_to_contacted, rates.contacted_to_qualified, rates.qualified_to_converted)),
    )
    names = ("New", "Contacted", "Qualified", "Converted")
    return tuple(zip(names, map(number, counts), before, strict=True))


def _weeks(days: tuple[DayRow, ...], reader: Reader) -> Iterator[tuple[str, ...]]:
    """Yield the weeks in which anything happened, the latest first."""
    for monday, week in reversed([(monday, list(week)) for monday, week in groupby(days, key=_monday)]):
        leads, converted = sum(day.leads for day in week), sum(day.converted for day in week)
        if leads or converted:
            yield reader.exact_day(monday), number(leads), number(converted)


def _monday(row: DayRow) -> date:
    return row.date - timedelta(days=row.date.weekday())


def _hours(hours: float | None) -> str:
    """Return a duration people can picture: 3.5 hours, 4 days."""
    if hours is None:
        return NOTHING
    if hours < 2 * _DAY:
        return f"{number(round(hours, 1))} hours"
    return f"{count(round(hours / _DAY), 'day')} (half of them sooner)"
