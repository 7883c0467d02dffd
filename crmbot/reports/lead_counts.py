"""Leads created, and leads that entered statuses, in a window."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from crmbot.domain.stages import LeadStatus
from crmbot.models import Lead, LeadStatusEntry, LeadVersion
from crmbot.reports.lead_facts import LeadFacts, lead_facts
from crmbot.reports.snapshot import Snapshot
from crmbot.reports.statements import AT, STARTS, WORKSPACE, Shape, built_once, one_of

_OF_LEAD = and_(Lead.workspace_id == LeadStatusEntry.workspace_id, Lead.id == LeadStatusEntry.lead_id)


@dataclass(frozen=True, slots=True)
class Entered:
    """How many leads entered a status in a window.

    `first` counts those that had never been in it, `born` those of them that were created in the window as well.
    """

    leads: int = 0
    first: int = 0
    born: int = 0


def entered(shape: Shape, *columns: Any, facts: LeadFacts | None = None) -> Select[Any]:
    """Select columns of the entries by which a lead first entered a status inside the window.

    An entry knows when the lead last entered the same status, so leads are counted once without a DISTINCT. The lead
    is joined only when its `facts` or the viewer are asked for.
    """
    if facts is None and shape.owned:
        facts = lead_facts(shape)
    source: Any = LeadStatusEntry.__table__
    return (
        select(*columns)
        .select_from(source if facts is None else source.join(facts.table, _OF_LEAD))
        .where(
            LeadStatusEntry.workspace_id == WORKSPACE,
            LeadStatusEntry.entered_at >= STARTS,
            LeadStatusEntry.entered_at < AT,
            or_(LeadStatusEntry.previous_at.is_(None), LeadStatusEntry.previous_at < STARTS),
            *owned_leads(shape, facts),
        )
    )


def lead_shape(snapshot: Snapshot) -> Shape:
    """Return what statements of leads are built for: their owner is looked up only when it counts."""
    return snapshot.shape(LeadVersion) if snapshot.scope.owner is not None else snapshot.shape()


def count_entered(snapshot: Snapshot, statuses: tuple[LeadStatus, ...] = tuple(LeadStatus)) -> Mapping[str, Entered]:
    """Return how many leads entered each status inside the window (reports.md, lead-conversion, funnel and cohort)."""
    rows = snapshot.rows(_count_entered(lead_shape(snapshot), statuses))
    found = {status: Entered(leads, first, born) for status, leads, first, born in rows}
    return {one: found.get(one, Entered()) for one in statuses}


def created(shape: Shape, facts: LeadFacts | None) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for the leads that the viewer sees."""
    return (Lead.workspace_id == WORKSPACE, *owned_leads(shape, facts))


def owned_leads(shape: Shape, facts: LeadFacts | None) -> tuple[ColumnElement[bool], ...]:
    """Return the condition that the viewer sees a lead, none when all of them."""
    return () if facts is None or not shape.owned else (shape.sees(facts.owner_id),)


def count_created(snapshot: Snapshot) -> int:
    """Return how many leads were created in the window by `as_of`."""
    [[count]] = snapshot.rows(_count_created(lead_shape(snapshot)))
    return int(count)


@built_once
def _count_entered(shape: Shape, statuses: tuple[LeadStatus, ...]) -> Select[Any]:
    status, first = LeadStatusEntry.status, LeadStatusEntry.previous_at.is_(None)
    born = and_(first, LeadStatusEntry.lead_created_at >= STARTS)
    counts = (func.count().label("leads"), func.count().filter(first).label("first"))
    counted = entered(shape, status, *counts, func.count().filter(born).label("born"))
    # Named one by one, so that an index finds each with its time.
    return counted.where(one_of(status, statuses)).group_by(status)


@built_once
def _count_created(shape: Shape) -> Select[Any]:
    facts = lead_facts(shape) if shape.owned else None
    return (
        select(func.count())
        .select_from(facts.table if facts else Lead)
        .where(*created(shape, facts), Lead.created_at >= STARTS, Lead.created_at < AT)
    )
