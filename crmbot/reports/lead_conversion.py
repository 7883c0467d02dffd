"""lead-conversion: how many leads climbed the statuses in a window, and at what rates."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from sqlalchemy import Integer, and_, column, func, or_, select, values

from crmbot.domain.money import ratio
from crmbot.models import Lead, LeadStatusEntry, UTCDateTime
from crmbot.reports.elapsed import seconds_between
from crmbot.reports.lead_counts import (
    OF_LEAD,
    count_created,
    count_entered,
    count_entered_by_source,
    count_first_entered,
    entered,
)
from crmbot.reports.snapshot import Snapshot
from crmbot.reports.values import Period


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
    reached = count_entered(snapshot)
    steps = _funnel(reached)
    return LeadConversion(
        period=snapshot.period,
        funnel=steps,
        conversion_rates=_rates(steps.new, steps.contacted, steps.qualified, steps.converted),
        trends=_trends(snapshot),
        cohort=_cohort(snapshot),
        by_source=_by_source(snapshot),
        disqualified=reached.get("disqualified", 0),
        median_hours_to_contact=_median_hours(snapshot),
    )


def _funnel(reached: Mapping[str, int]) -> Funnel:
    return Funnel(**{status: reached.get(status, 0) for status in ("new", "contacted", "qualified", "converted")})


def _rates(new: int, contacted: int, qualified: int, converted: int) -> Rates:
    return Rates(
        new_to_contacted=ratio(contacted, new),
        contacted_to_qualified=ratio(qualified, contacted),
        qualified_to_converted=ratio(converted, qualified),
        overall=ratio(converted, new),
    )


def _cohort(snapshot: Snapshot) -> Cohort:
    reached, size = _funnel(count_first_entered(snapshot)), count_created(snapshot)
    rates = _rates(size, reached.contacted, reached.qualified, reached.converted)
    return Cohort(size, reached.contacted, reached.qualified, reached.converted, rates)


def _by_source(snapshot: Snapshot) -> tuple[SourceRow, ...]:
    new, converted = (count_entered_by_source(snapshot, status) for status in ("new", "converted"))
    rows = [
        SourceRow(source, new[source], converted[source], ratio(converted[source], new[source]))
        for source in new.keys() | converted.keys()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.new, -row.converted, row.source)))


def _trends(snapshot: Snapshot) -> tuple[DayRow, ...]:
    """Count by day: the days' bounds are a table, as no database knows every zone's days as Python does."""
    starts = snapshot.window.day_starts()
    bounds = [
        (day, max(start, snapshot.window.starts_at), min(end, snapshot.as_of))
        for day, (start, end) in enumerate(pairwise(starts))
    ]
    days = (
        values(column("day", Integer), column("starts", UTCDateTime), column("ends", UTCDateTime), name="days")
        .data(bounds)
        .cte("days")
    )
    leads = (
        select(func.count())
        .select_from(Lead)
        .where(
            Lead.workspace_id == snapshot.workspace_id,
            Lead.created_at >= days.c.starts,
            Lead.created_at < days.c.ends,
            snapshot.owned(Lead.owner_id),
        )
    )
    converted = select(func.count(LeadStatusEntry.lead_id)).where(
        LeadStatusEntry.workspace_id == snapshot.workspace_id,
        LeadStatusEntry.status == "converted",
        LeadStatusEntry.entered_at >= days.c.starts,
        LeadStatusEntry.entered_at < days.c.ends,
        or_(LeadStatusEntry.previous_at.is_(None), LeadStatusEntry.previous_at < days.c.starts),
    )
    if snapshot.scope.owner is not None:
        converted = converted.join(Lead, and_(OF_LEAD, snapshot.owned(Lead.owner_id)))
    rows = snapshot.session.execute(
        select(days.c.day, leads.scalar_subquery().label("leads"), converted.scalar_subquery().label("converted"))
    )
    first = snapshot.window.from_on
    found = {row.day: DayRow(first + timedelta(days=row.day), row.leads, row.converted) for row in rows}
    return tuple(found[day] for day in range(snapshot.window.days))


def _median_hours(snapshot: Snapshot) -> float | None:
    waits = (
        entered(snapshot, seconds_between(Lead.created_at, LeadStatusEntry.entered_at).label("wait"), needs_lead=True)
        .where(LeadStatusEntry.status == "contacted", LeadStatusEntry.previous_at.is_(None))
        .subquery()
    )
    ranked = select(
        waits.c.wait,
        func.row_number().over(order_by=waits.c.wait).label("place"),
        func.count().over().label("leads"),
    ).subquery()
    middle = ranked.c.place.in_([(ranked.c.leads + 1) // 2, ranked.c.leads // 2 + 1])
    found = [max(0, int(wait)) for wait in snapshot.session.execute(select(ranked.c.wait).where(middle)).scalars()]
    if not found:
        return None
    # Hundredths of an hour, of which each has 36 seconds, rounded half-up.
    return (2 * sum(found) + 36 * len(found)) // (72 * len(found)) / 100
