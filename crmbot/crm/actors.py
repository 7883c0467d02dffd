"""Who does something: a user seen through one surface, with what they may do."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from crmbot.crm.policy import Policy
from crmbot.domain.permissions import Role
from crmbot.models import User, Workspace


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or the system itself, acting in one workspace.

    `surface` is where the request came from: slack, mail, api, web, cli, or system.
    """

    workspace_id: str
    user_id: str | None
    name: str
    email: str | None
    role: Role
    timezone: str
    permissions: frozenset[str]
    surface: str
    slack_user_id: str | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which this person's dates and hours are meant."""
        return ZoneInfo(self.timezone)


def system_actor(workspace: Workspace, surface: str, policy: Policy) -> Actor:
    """Return the workspace itself as an actor, with every right and no person behind it."""
    return Actor(
        workspace_id=workspace.id,
        user_id=None,
        name="crmbot",
        email=None,
        role=Role.ADMIN,
        timezone=workspace.timezone,
        permissions=policy.permissions[Role.ADMIN],
        surface=surface,
    )


def find_actor(
    session: Session, workspace_id: str, surface: str, policy: Policy, who: ColumnElement[bool]
) -> Actor | None:
    """Return the active user that the condition `who` names, as an actor; None when there is none."""
    row = session.execute(
        select(
            User.id,
            User.name,
            User.email,
            User.role,
            User.timezone,
            User.slack_user_id,
            Workspace.timezone.label("zone"),
        )
        .join(Workspace, Workspace.id == User.workspace_id)
        .where(User.workspace_id == workspace_id, User.active, who)
    ).first()
    if row is None:
        return None
    role = Role(row.role)
    return Actor(
        workspace_id=workspace_id,
        user_id=row.id,
        name=row.name,
        email=row.email,
        role=role,
        timezone=row.timezone or row.zone,
        permissions=policy.permissions[role],
        surface=surface,
        slack_user_id=row.slack_user_id,
    )
