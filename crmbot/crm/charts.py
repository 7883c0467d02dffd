"""Whether a workspace's Slack draws charts itself: learned from what it took, kept with the workspace."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crmbot.models import Workspace

REFUSED_FOR = timedelta(days=7)
"""How long a refusal is believed; then charts are tried again."""
_SEEN_AGAIN = timedelta(days=1)


def takes_charts(session: Session, workspace_id: str, now: datetime) -> bool | None:
    """Say whether the workspace's Slack takes charts; None when nobody knows, or not any more."""
    row = session.execute(
        select(Workspace.charts_taken, Workspace.charts_seen_at).where(Workspace.id == workspace_id)
    ).one_or_none()
    if row is None or row.charts_seen_at is None:
        return None
    if row.charts_taken is False and now - row.charts_seen_at > REFUSED_FOR:
        return None
    taken: bool | None = row.charts_taken
    return taken


def note_charts(session: Session, workspace_id: str, now: datetime, *, taken: bool) -> None:
    """Remember what Slack did with a chart; what was known within a day is not written again."""
    fresh = Workspace.charts_seen_at.is_(None) | (Workspace.charts_seen_at < now - _SEEN_AGAIN)
    session.execute(
        update(Workspace)
        .where(Workspace.id == workspace_id, fresh | Workspace.charts_taken.is_not(taken))
        .values(charts_taken=taken, charts_seen_at=now)
        .execution_options(synchronize_session=False)
    )
