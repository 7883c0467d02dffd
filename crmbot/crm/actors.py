"""Who does something: a user seen through one surface, with what they may do."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select

from crmbot.crm.policy import Policy
from crmbot.domain.permissions import Role
from crmbot.models import User, Workspace
from crmbot.store import Store
from crmbot.store.prepared import Prepared


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


_USER, _WORKSPACE = User.__table__.c, Workspace.__table__.c
_ACTIVE = (
    select(
        _USER.id,
        _USER.name,
        _USER.email,
        _USER.role,
        _USER.timezone,
        _USER.slack_user_id,
        _WORKSPACE.timezone.label("zone"),
    )
    .join_from(User.__table__, Workspace.__table__, _WORKSPACE.id == _USER.workspace_id)
    .where(_USER.workspace_id == bindparam("workspace"), _USER.active)
)
BY_ID = Prepared(_ACTIVE.where(_USER.id == bindparam("who")))
BY_EMAIL = Prepared(_ACTIVE.where(_USER.email == bindparam("who")))
BY_SLACK = Prepared(_ACTIVE.where(_USER.slack_user_id == bindparam("who")))
"""The ways to know a user, built once: every command asks, and building a statement costs as much as running it."""


def find_actor(store: Store, workspace_id: str, surface: str, policy: Policy, by: Prepared, who: str) -> Actor | None:
    """Return the active user known as `who` as an actor; None when there is none."""
    rows = store.look_up(workspace_id, by, {"workspace": workspace_id, "who": who})
    if not rows:
        return None
    return _actor(rows[0], workspace_id, surface, policy.permissions[rows[0][3]])


@lru_cache(1_000)
def _actor(row: tuple[Any, ...], workspace_id: str, surface: str, permissions: frozenset[str]) -> Actor:
    """Return the actor of a row that was read; made once, as the same people come again and again."""
    user_id, name, email, role, timezone, slack_user_id, zone = row
    return Actor(
        workspace_id=workspace_id,
        user_id=user_id,
        name=name,
        email=email,
        role=Role(role),
        timezone=timezone or zone,
        permissions=permissions,
        surface=surface,
        slack_user_id=slack_user_id,
    )
