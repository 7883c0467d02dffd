"""Deals that go stale: nothing was done about them for longer than their stage allows."""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, func, or_, select

from crmbot.crm.work import Work
from crmbot.models import Activity, Deal, UTCDateTime


def last_touch() -> ColumnElement[Any]:
    """Return when the last activity about a deal was done, or the deal was made."""
    # An expression: for the greatest of a column SQLite would walk all activities from the latest on.
    done = case((Activity.completed_at.is_not(None), Activity.completed_at))
    touched = (
        select(func.max(done))
        .where(Activity.workspace_id == Deal.workspace_id, Activity.deal_id == Deal.id)
        .correlate(Deal)
        .scalar_subquery()
    )
    return func.coalesce(touched, Deal.created_at, type_=UTCDateTime)


def is_stale(stage_id: Any, touched: Any, stages: int) -> ColumnElement[bool]:
    """Return the condition of deals that were not touched since the instant of their stage, of so many stages."""
    late = [
        and_(
            stage_id == bindparam(f"stage_{place}"),
            touched < bindparam(f"since_{place}", type_=UTCDateTime),
        )
        for place in range(stages)
    ]
    return or_(*late)


def stale_since(work: Work) -> dict[str, Any]:
    """Return what `is_stale` binds: each stage with a limit, and since when its deals would have to be touched."""
    limits = [(stage.id, stage.stale_after_days) for stage in work.stages if stage.stale_after_days]
    bounds: dict[str, Any] = {}
    for place, (stage_id, days) in enumerate(limits):
        bounds |= {f"stage_{place}": stage_id, f"since_{place}": work.now - timedelta(days=days)}
    return bounds
