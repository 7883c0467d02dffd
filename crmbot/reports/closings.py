"""Deals won or lost in a window and still so at its end, one by one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import aliased

from crmbot.models import Deal, DealVersion, UTCDateTime
from crmbot.reports.snapshot import Snapshot, valid_at


@dataclass(frozen=True, slots=True)
class Closing:
    """A deal that was closed; `from_stage_id` is where it stood before, None when it was closed from the start.

    `value` is in the workspace's minor units, 0 without a rate.
    """

    deal_id: str
    owner_id: str | None
    value: int
    lost_reason: str | None
    from_stage_id: str | None
    closed_at: datetime


def closed_in_window(snapshot: Snapshot, outcome: str) -> Iterator[Closing]:
    """Yield the deals won (or lost) in the window and still so at `as_of` (reports.md, fine print).

    A deal was closed when the unbroken run of versions with that outcome began.
    """
    for row in snapshot.session.execute(_select(snapshot, outcome)):
        value = snapshot.convert_or_note(row.value_minor or 0, row.currency)
        yield Closing(row.deal_id, row.owner_id, value, row.lost_reason, row.from_stage_id, row.closed_at)
    snapshot.list_unconverted(DealVersion.outcome == outcome, *_closed_inside(snapshot))


def _select(snapshot: Snapshot, outcome: str) -> Select[Any]:
    return (
        select(
            DealVersion.deal_id,
            DealVersion.owner_id,
            DealVersion.value_minor,
            DealVersion.currency,
            DealVersion.lost_reason,
            _before(snapshot, "stage_id").label("from_stage_id"),
            _closed_at(snapshot).label("closed_at"),
        )
        .join_from(DealVersion, Deal, and_(Deal.workspace_id == snapshot.workspace_id, Deal.id == DealVersion.deal_id))
        .where(
            *valid_at(snapshot, snapshot.as_of),
            DealVersion.outcome == outcome,
            *_closed_inside(snapshot),
        )
    )


def _closed_inside(snapshot: Snapshot) -> tuple[ColumnElement[bool], ...]:
    starts, ends = snapshot.window.starts_at, snapshot.window.ends_at
    closed_at = _closed_at(snapshot)
    # A version can't begin before its deal was closed, and an index finds those that begin late enough.
    return (DealVersion.valid_from >= starts, closed_at >= starts, closed_at < ends)


def _closed_at(snapshot: Snapshot) -> ColumnElement[datetime]:
    return func.coalesce(_before(snapshot, "valid_to"), Deal.created_at, type_=UTCDateTime())


def _before(snapshot: Snapshot, column: str) -> ColumnElement[Any]:
    """Return a column of the last version with another outcome before the deal was closed."""
    other = aliased(DealVersion)
    return (
        select(getattr(other, column))
        .where(
            other.workspace_id == snapshot.workspace_id,
            other.deal_id == DealVersion.deal_id,
            other.valid_to <= DealVersion.valid_from,
            other.valid_to > other.valid_from,
            other.outcome != DealVersion.outcome,
        )
        .order_by(other.valid_from.desc())
        .limit(1)
        .correlate(DealVersion)
        .scalar_subquery()
    )
