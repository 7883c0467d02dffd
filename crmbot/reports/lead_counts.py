"""Leads created, and leads that entered statuses, in a window."""

from collections import Counter
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, func, or_, select

from crmbot.domain.stages import LeadStatus
from crmbot.models import Lead, LeadStatusEntry
from crmbot.reports.snapshot import Snapshot

OF_LEAD = and_(Lead.workspace_id == LeadStatusEntry.workspace_id, Lead.id == LeadStatusEntry.lead_id)


def entered(snapshot: Snapshot, *columns: Any, needs_lead: bool = False) -> Select[Any]:
    """Select columns of the entries by which a lead first entered a status inside the window.

    An entry knows when the lead last entered the same status, so leads are counted once without a DISTINCT. The lead
    is joined only when the columns or the viewer need it.
    """
    source: Any = LeadStatusEntry
    if needs_lead or snapshot.scope.owner is not None:
        source = _with_lead()
    starts = snapshot.window.starts_at
    return (
        select(*columns)
        .select_from(source)
        .where(
            LeadStatusEntry.workspace_id == snapshot.workspace_id,
            # Named one by one, so that an index finds each with its time.
            LeadStatusEntry.status.in_(tuple(LeadStatus)),
            LeadStatusEntry.entered_at >= starts,
            LeadStatusEntry.entered_at < snapshot.as_of,
            or_(LeadStatusEntry.previous_at.is_(None), LeadStatusEntry.previous_at < starts),
            snapshot.owned(Lead.owner_id),
        )
    )


def _with_lead() -> FromClause:
    joined: FromClause = LeadStatusEntry.__table__.join(Lead.__table__, OF_LEAD)
    return joined


def count_entered(snapshot: Snapshot) -> dict[str, int]:
    """Return how many leads entered each status inside the window (reports.md, lead-conversion, funnel)."""
    status = LeadStatusEntry.status
    rows = snapshot.session.execute(entered(snapshot, status, func.count().label("leads")).group_by(status))
    return {row.status: row.leads for row in rows}


def count_entered_by_source(snapshot: Snapshot, status: str) -> Counter[str]:
    """Return how many leads of each source entered a status inside the window; no source counts as `unknown`."""
    statement = entered(snapshot, Lead.source, func.count().label("leads"), needs_lead=True)
    found: Counter[str] = Counter()
    for row in snapshot.session.execute(statement.where(LeadStatusEntry.status == status).group_by(Lead.source)):
        found[row.source or "unknown"] += row.leads
    return found


def created(snapshot: Snapshot) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for the leads created in the window by `as_of`."""
    return (
        Lead.workspace_id == snapshot.workspace_id,
        Lead.created_at >= snapshot.window.starts_at,
        Lead.created_at < snapshot.as_of,
        snapshot.owned(Lead.owner_id),
    )


def count_created(snapshot: Snapshot) -> int:
    """Return how many leads were created in the window by `as_of`."""
    return int(snapshot.session.execute(select(func.count()).select_from(Lead).where(*created(snapshot))).scalar_one())


def count_first_entered(snapshot: Snapshot) -> dict[str, int]:
    """Return how many of the leads created in the window had reached each status by `as_of`."""
    status = LeadStatusEntry.status
    statement = (
        select(status, func.count().label("leads"))
        .select_from(_with_lead())
        .where(
            LeadStatusEntry.workspace_id == snapshot.workspace_id,
            LeadStatusEntry.status.in_(tuple(LeadStatus)),
            LeadStatusEntry.entered_at >= snapshot.window.starts_at,
            LeadStatusEntry.entered_at < snapshot.as_of,
            LeadStatusEntry.previous_at.is_(None),
            *created(snapshot),
        )
        .group_by(status)
    )
    return {row.status: row.leads for row in snapshot.session.execute(statement)}
