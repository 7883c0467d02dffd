"""lead-conversion: how many leads climbed the statuses in a window, and at what rates."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from crmbot.domain.money import ratio
from crmbot.domain.stages import LeadStatus
from crmbot.models import Lead, LeadStatusEntry, LeadVersion
from crmbot.reports.day_table import day_bounds, day_table
from crmbot.reports.elapsed import seconds_between
from crmbot.reports.lead_counts import Entered, count_entered, created, entered, lead_shape, owned_leads
from crmbot.reports.lead_facts import lead_facts
from crmbot.reports.snapshot import Snapshot
from crmbot.reports.statements import WORKSPACE, Shape, built_once, one_of, whole
from crmbot.reports.values import Period

_STEPS = (LeadStatus.NEW, LeadStatus.CONTACTED, LeadStatus.QUALIFIED, LeadStatus.CONVERTED)


@dataclass(frozen=True, slots=True)
class Funnel:
    """Leads that entered each status inside the window."""

    new: int
    contacted: int
    qualified: int
    converted: int


@dataclass(frozen=True, slots=True)
class Rates:
    """Ratios of a status's count to that of the status before; `overall` is converted / new."""

    new_to_contacted: float
    contacted_to_qualified: float
    qualified_to_converted: float
    overall: float


@dataclass(frozen=True, slots=True)
class Cohort:
    """The leads created in the window, and how far they got by `as_of`."""

    size: int
    contacted: int
    qualified: int
    converted: int
    rates: Rates


@dataclass(frozen=True, slots=True)
class SourceRow:
    """The leads of one source that entered new and converted inside the window."""

    source: str
    new: int
    converted: int
    conversion_rate: float


@dataclass(frozen=True, slots=True)
class DayRow:
    """The leads created, and those converted, on a local day."""

    date: date
    leads: int
    converted: int


@dataclass(frozen=True, slots=True)
class LeadConversion:
    """The report's data."""

    period: Period
    funnel: Funnel
    conversion_rates: Rates
    trends: tuple[DayRow, ...]
    cohort: Cohort
    by_source: tuple[SourceRow, ...]
    disqualified: int
    median_hours_to_contact: float | None


def compute_lead_conversion(snapshot: Snapshot) -> LeadConversion:
    """Compute the report (reports.md, lead-conversion and fine print).

    Rates are ratios of events in the window, so one above 1 is possible. median_hours_to_contact is the median, over
    the leads first contacted in the window, of the whole seconds from their creation, in hours of two decimals; None
    when there are none.
    """
    reached, days = count_entered(snapshot), _trends(snapshot)
    steps = Funnel(*(reached[status].leads for status in _STEPS))
    return LeadConversion(
        period=snapshot.period,
        funnel=steps,
        conversion_rates=_rates(steps.new, steps.contacted, steps.qualified, steps.converted),
        trends=days,
        cohort=_cohort(sum(day.leads for day in days), reached),
        by_source=_by_source(snapshot),
        disqualified=reached[LeadStatus.DISQUALIFIED].leads,
        median_hours_to_contact=_median_hours(snapshot, reached[LeadStatus.CONTACTED].first),
    )


def _rates(new: int, contacted: int, qualified: int, converted: int) -> Rates:
    return Rates(
        new_to_contacted=ratio(contacted, new),
        contacted_to_qualified=ratio(qualified, contacted),
        qualified_to_converted=ratio(converted, qualified),
        overall=ratio(converted, new),
    )


def _cohort(size: int, reached: Mapping[str, Entered]) -> Cohort:
    contacted, qualified, converted = (reached[status].born for status in _STEPS[1:])
    return Cohort(size, contacted, qualified, converted, _rates(size, contacted, qualified, converted))


def _by_source(snapshot: Snapshot) -> tuple[SourceRow, ...]:
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for status, source, leads in snapshot.rows(_count_by_source(snapshot.shape(LeadVersion))):
        found[source or "unknown"][status] += leads
    rows = [
        SourceRow(source, leads[LeadStatus.NEW], leads[LeadStatus.CONVERTED], _share(leads))
        for source, leads in found.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.new, -row.converted, row.source)))


@built_once
def _count_by_source(shape: Shape) -> Select[Any]:
    facts, status = lead_facts(shape), LeadStatusEntry.status
    counted = entered(shape, status, facts.source.label("source"), func.count().label("leads"), facts=facts)
    return counted.where(one_of(status, (LeadStatus.NEW, LeadStatus.CONVERTED))).group_by(status, facts.source)


def _share(leads: Counter[str]) -> float:
    return ratio(leads[LeadStatus.CONVERTED], leads[LeadStatus.NEW])


def _trends(snapshot: Snapshot) -> tuple[DayRow, ...]:
    """Count by day: the days' bounds are a table, as no database knows every zone's days as Python does."""
    window = snapshot.window
    bounds = ((max(start, window.starts_at), min(end, snapshot.as_of)) for start, end in pairwise(window.day_starts()))
    rows = snapshot.rows(_count_by_day(lead_shape(snapshot), window.days), **day_bounds(bounds))
    found = {day: DayRow(window.from_on + timedelta(days=day), leads, converted) for day, leads, converted in rows}
    return tuple(found[day] for day in range(window.days))


@built_once
def _count_by_day(shape: Shape, length: int) -> Select[Any]:
    days, facts = day_table(length), lead_facts(shape) if shape.owned else None
    leads = (
        select(func.count())
        .select_from(facts.table if facts else Lead)
        .where(*created(shape, facts), Lead.created_at >= days.c.starts, Lead.created_at < days.c.ends)
    )
    converted = select(func.count(LeadStatusEntry.lead_id)).where(
        LeadStatusEntry.workspace_id == WORKSPACE,
        LeadStatusEntry.status == LeadStatus.CONVERTED.value,
        LeadStatusEntry.entered_at >= days.c.starts,
        LeadStatusEntry.entered_at < days.c.ends,
        or_(LeadStatusEntry.previous_at.is_(None), LeadStatusEntry.previous_at < days.c.starts),
    )
    if facts is not None:
        of_lead = and_(Lead.workspace_id == WORKSPACE, Lead.id == LeadStatusEntry.lead_id)
        converted = converted.join(facts.table, and_(of_lead, *owned_leads(shape, facts)))
    return select(days.c.day, leads.scalar_subquery().label("leads"), converted.scalar_subquery().label("converted"))


def _median_hours(snapshot: Snapshot, leads: int) -> float | None:
    """Find the wait in the middle of all: the one or two that stand there when they are put in order."""
    if not leads:
        return None
    waits = snapshot.rows(_waits(lead_shape(snapshot)), skipped=(leads - 1) // 2, taken=2 - leads % 2)
    found = [max(0, int(seconds)) for (seconds,) in waits]
    # Hundredths of an hour, of which each has 36 seconds, rounded half-up.
    return (2 * sum(found) + 36 * len(found)) // (72 * len(found)) / 100


@built_once
def _waits(shape: Shape) -> Select[Any]:
    wait = seconds_between(LeadStatusEntry.lead_created_at, LeadStatusEntry.entered_at).label("wait")
    waits = entered(shape, wait).where(
        LeadStatusEntry.status == LeadStatus.CONTACTED.value, LeadStatusEntry.previous_at.is_(None)
    )
    return waits.order_by(wait).offset(whole("skipped")).limit(whole("taken"))
