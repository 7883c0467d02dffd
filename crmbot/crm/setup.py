"""A workspace's beginning: its row, its stages, its first admin; and what the config changes later."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crmbot.domain.ids import new_id
from crmbot.domain.stages import DEFAULT_STAGES, StageSpec
from crmbot.models import Stage, Workspace


def create_workspace(
    session: Session,
    *,
    name: str,
    now: datetime,
    timezone: str = "UTC",
    currency: str = "USD",
    date_order: str | None = None,
    slack_team_id: str | None = None,
    stages: Iterable[StageSpec] = DEFAULT_STAGES,
) -> Workspace:
    """Add a workspace with its pipeline: in UTC and US dollars with the usual stages, unless said otherwise."""
    workspace = Workspace(
        id=new_id(now),
        name=name,
        timezone=timezone,
        currency=currency,
        date_order=date_order,
        slack_team_id=slack_team_id,
        created_at=now,
    )
    session.add(workspace)
    session.flush()
    session.add_all(
        Stage(
            workspace_id=workspace.id,
            id=new_id(now),
            key=spec.key,
            name=spec.name,
            kind=spec.kind,
            probability=spec.probability,
            late=spec.late,
            position=position,
            stale_after_days=spec.stale_after_days,
            forecast_category=spec.forecast_category,
        )
        for position, spec in enumerate(stages, 1)
    )
    session.flush()
    return workspace


def bind_team(session: Session, team_id: str) -> Workspace | None:
    """Return the workspace of a Slack team; the store's only one, not yet bound, becomes this team's."""
    bound = session.scalar(select(Workspace).where(Workspace.slack_team_id == team_id))
    if bound is not None:
        return bound
    workspaces = session.scalars(select(Workspace).limit(2)).all()
    if len(workspaces) == 1 and workspaces[0].slack_team_id is None:
        workspaces[0].slack_team_id = team_id
        session.flush()
        return workspaces[0]
    return None
