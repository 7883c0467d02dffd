"""Deals that go stale: nothing was done about them for longer than their stage allows.

What counts is what counts as a touch in reports (`reports.activity_facts.last_touch`), and the step into the stage.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_, select

from crmbot.crm.work import Work
from crmbot.models import Activity, Deal, DealVersion, UTCDateTime


def last_touch() -> ColumnElement[Any]:
    """Return when an activity last touched a deal: when it was done or, open, planned; else its begin."""
    # An expression: for the greatest of a column SQLite would walk all activities from the latest on.
    done = func.coalesce(Activity.completed_at, Activity.created_at)
    touched = (
        select(func.max(done))
        .where(Activity.workspace_id == Deal.workspace_id, Activity.deal_id == Deal.id)
        .correlate(Deal)
        .scalar_subquery()
    )
    return func.coalesce(touched, Deal.created_at, type_=UTCDateTime)


def is_old_enough(stages: int) -> ColumnElement[bool]:
    """Return the condition of deals made before the instant of their stage, of so many: younger ones aren't stale."""
    return or_(*(and_(Deal.stage_id == stage, Deal.created_at < since) for stage, since in _bounds(stages)))


def is_stale(deal_id: Any, stage_id: Any, touched: Any, stages: int) -> ColumnElement[bool]:
    """Return the condition of deals not touched since the instant of their stage, of so many, nor moved there."""
    late = (and_(stage_id == stage, touched < since, ~_moved(deal_id, since)) for stage, since in _bounds(stages))
    return or_(*late)


def _bounds(stages: int) -> Iterator[tuple[Any, Any]]:
    for place in range(stages):
        yield bindparam(f"stage_{place}"), bindparam(f"since_{place}", type_=UTCDateTime)


def _moved(deal_id: Any, since: Any) -> ColumnElement[bool]:
    """Return the condition that a deal came to a stage since an instant."""
    return exists().where(
        DealVersion.workspace_id == bindparam("workspace"),
        DealVersion.deal_id == deal_id,
        # The index has it: a stage began with one of the deal's versions.
        DealVersion.valid_from >= since,
        DealVersion.stage_since >= since,
    )


def stale_since(work: Work) -> dict[str, Any]:
    """Return what `is_stale` binds: each stage with a limit, and since when its deals would have to be touched."""
    limits = [(stage.id, stage.stale_after_days) for stage in work.stages if stage.stale_after_days]
    bounds: dict[str, Any] = {}
    for place, (stage_id, days) in enumerate(limits):
        bounds |= {f"stage_{place}": stage_id, f"since_{place}": work.now - timedelta(days=days)}
    return bounds
