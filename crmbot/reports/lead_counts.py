"""Leads created, and leads that entered statuses, in a window."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from crmbot.domain.stages import LeadStatus
from crmbot.models import Lead, LeadStatusEntry
from crmbot.reports.lead_facts import LeadFacts, lead_facts
from crmbot.reports.snapshot import Snapshot

_OF_LEAD = and_(Lead.workspace_id == LeadStatusEntry.workspace_id, Lead.id == LeadStatusEntry.lead_id)


@dataclass(frozen=True, slots=True)
class Entered:
    """How many leads entered a status in a window.

    `first` counts those that had never been in it, `born` those of them that were created in the window as well.
    """

    leads: int = 0
    first: int = 0
    born: int = 0


def entered(snapshot: Snapshot, *columns: Any, facts: LeadFacts | None = None) -> Select[Any]:
    """Select columns of the entries by which a lead first entered a status inside the window.

    An entry knows when the lead last entered the same status, so leads are counted once without a DISTINCT. The lead
    is joined only when its `facts` or the viewer are asked for.
    """
    if facts is None and snapshot.scope.owner is not None:
        facts = lead_facts(snapshot)
    source: Any = LeadStatusEntry.__table__
    starts = snapshot.window.starts_at
    return (
        select(*columns)
        .select_from(source if facts is None else source.join(facts.table, _OF_LEAD))
        .where(
            LeadStatusEntry.workspace_id == snapshot.workspace_id,
            LeadStatusEntry.entered_at >= starts,
            LeadStatusEntry.entered_at < snapshot.as_of,
            or_(LeadStatusEntry.previous_at.is_(None), LeadStatusEntry.previous_at < starts),
            *owned_leads(snapshot, facts),
        )
    )


def count_entered(snapshot: Snapshot) -> Mapping[str, Entered]:
    """Return how many leads entered each status inside the window (reports.md, lead-conversion, funnel and cohort)."""
    status, first = LeadStatusEntry.status, LeadStatusEntry.previous_at.is_(None)
    born = and_(first, LeadStatusEntry.lead_created_at >= snapshot.window.starts_at)
    counts = (func.count().label("leads"), func.count().filter(first).label("first"))
    statement = entered(snapshot, status, *counts, func.count().filter(born).label("born"))
    # Named one by one, so that an index finds each with its time.
    named = statement.where(status.in_(tuple(LeadStatus))).group_by(status)
    found = {row.status: Entered(row.leads, row.first, row.born) for row in snapshot.session.execute(named)}
    return {one: found.get(one, Entered()) for one in LeadStatus}


def created(snapshot: Snapshot, facts: LeadFacts | None) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for the leads that the viewer sees."""
    return (Lead.workspace_id == snapshot.workspace_id, *owned_leads(snapshot, facts))


def owned_leads(snapshot: Snapshot, facts: LeadFacts | None) -> tuple[ColumnElement[bool], ...]:
    """Return the condition that the viewer sees a lead, none when all of them."""
    return () if facts is None or snapshot.scope.owner is None else (snapshot.owned(facts.owner_id),)


def count_created(snapshot: Snapshot) -> int:
    """Return how many leads were created in the window by `as_of`."""
    facts = lead_facts(snapshot) if snapshot.scope.owner is not None else None
    statement = (
        select(func.count())
        .select_from(facts.table if facts else Lead)
        .where(
            *created(snapshot, facts),
            Lead.created_at >= snapshot.window.starts_at,
            Lead.created_at < snapshot.as_of,
        )
    )
    return int(snapshot.session.execute(statement).scalar_one())
