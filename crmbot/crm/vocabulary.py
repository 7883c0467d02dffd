"""The words of a workspace that the grammar reads by."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from crmbot.crm.doorkeeper import find_workspace
from crmbot.crm.policy import Policy
from crmbot.models import Stage, Workspace

WORDS_OF = frozenset({Stage.__tablename__, Workspace.__tablename__})
"""The tables that the vocabulary is read from."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The workspace's own words; `stages` are (key, name, kind)."""

    currency: str
    date_order: str | None
    stages: tuple[tuple[str, str, str], ...]
    lost_reasons: tuple[str, ...]
    draws_charts: bool = False
    """Whether the workspace's Slack is known to draw charts itself."""


def read_vocabulary(session: Session, workspace_id: str, policy: Policy) -> Vocabulary:
    """Return a workspace's words as they are now."""
    workspace = find_workspace(session, workspace_id)
    stages = session.execute(
        select(Stage.key, Stage.name, Stage.kind)
        .where(Stage.workspace_id == workspace_id, Stage.removed_at.is_(None))
        .order_by(Stage.position)
    ).all()
    return Vocabulary(
        workspace.currency,
        workspace.date_order,
        tuple((key, name, kind) for key, name, kind in stages),
        tuple(workspace.lost_reasons or policy.lost_reasons),
        draws_charts=workspace.charts_taken is True,
    )
