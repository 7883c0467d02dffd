"""Slack's leave to work in a workspace: given at an installation, taken back at once, given again."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crmbot.crm.delivery_keys import Delivery, take_key
from crmbot.crm.policy import Policy
from crmbot.crm.setup import create_workspace
from crmbot.crm.takeovers import take_over
from crmbot.domain.ids import new_id
from crmbot.models import Installation, JournalEntry, Outbox, Workspace
from crmbot.store import EVERY_WORKSPACE, Store

INSTALLED, REMOVED = "slack.installed", "slack.removed"
"""What the journal calls both; neither can be undone here, only in Slack."""
_NOBODYS = "install"
"""Stands for the workspace in the keys of states: which one it will be is not known yet."""


@dataclass(frozen=True, slots=True)
class Beginnings:
    """How a workspace begins that an installation makes."""

    timezone: str = "UTC"
    currency: str = "USD"
    date_order: str | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """What an installation gives: the team, its bot's account, the token as the store keeps it, and by whom.

    `installer_email` is empty unless Slack vouches for the address.
    """

    team_id: str
    team_name: str
    bot_user_id: str | None
    sealed: dict[str, Any]
    installer_email: str = ""


class Came(StrEnum):
    """How a team came to its workspace."""

    BACK = "back"
    TAKEN = "taken"
    MADE = "made"


@dataclass(frozen=True, slots=True)
class Kept:
    """The workspace that an installation belongs to now."""

    workspace_id: str
    workspace_name: str
    came: Came


@dataclass(frozen=True, slots=True)
class Leave:
    """How a workspace stands with Slack; `sealed` is empty where no installation holds a token."""

    workspace_id: str
    team_id: str | None
    stopped_at: datetime | None
    sealed: dict[str, Any]


def keep_installation(store: Store, given: Given, policy: Policy, beginnings: Beginnings, now: datetime) -> Kept:
    """Keep a team's token and return its workspace; a team seen for the first time gets a new one of its own.

    One that no team has yet becomes this team's instead when `take_over` finds its admin installing. A team that comes
    back finds everything as it was, and what was stopped goes on.
    """
    try:
        with store.writing(EVERY_WORKSPACE) as session:
            return _keep(session, given, policy, beginnings, now)
    except IntegrityError:
        # Somebody else of the team was a moment faster, so its workspace is there now.
        with store.writing(EVERY_WORKSPACE) as session:
            return _keep(session, given, policy, beginnings, now)


def _keep(session: Session, given: Given, policy: Policy, beginnings: Beginnings, now: datetime) -> Kept:
    workspace, came = _workspace(session, given, policy, beginnings, now)
    known = _installation(session, workspace.id)
    row = known or Installation(workspace_id=workspace.id, id=new_id(now))
    row.team_id, row.bot_user_id, row.sealed = given.team_id, given.bot_user_id, given.sealed
    row.installed_at, row.removed_at = now, None
    session.add(row)
    workspace.stopped_at = None
    again = " again" if known else ""
    _note(session, workspace.id, INSTALLED, f"Installed{again} in the Slack workspace {given.team_name}.", now)
    session.flush()
    return Kept(workspace.id, workspace.name, came)


def _workspace(
    session: Session, given: Given, policy: Policy, beginnings: Beginnings, now: datetime
) -> tuple[Workspace, Came]:
    bound = session.scalar(select(Workspace).where(Workspace.slack_team_id == given.team_id))
    if bound is not None:
        return bound, Came.BACK
    taken = take_over(session, given.team_id, given.installer_email)
    if taken is not None:
        return taken, Came.TAKEN
    made = create_workspace(
        session,
        name=given.team_name,
        timezone=beginnings.timezone,
        currency=beginnings.currency,
        date_order=beginnings.date_order,
        slack_team_id=given.team_id,
        stages=policy.stages,
        now=now,
    )
    return made, Came.MADE


def end_installation(session: Session, team_id: str, why: str, *, happened_at: datetime, now: datetime) -> bool:
    """Stop everything that a team's leave allowed, and forget its token; False when there is nothing to stop.

    News of a removal from before the last installation are old and change nothing.
    """
    workspace = session.scalar(select(Workspace).where(Workspace.slack_team_id == team_id).with_for_update())
    if workspace is None or workspace.stopped_at is not None:
        return False
    row = _installation(session, workspace.id)
    if row is not None:
        if happened_at < row.installed_at.replace(microsecond=0):
            return False
        row.sealed, row.removed_at = {}, now
    workspace.stopped_at = now
    session.execute(
        update(Outbox)
        .where(
            Outbox.workspace_id == workspace.id,
            Outbox.kind.startswith("slack.") | Outbox.kind.startswith("notice."),
            Outbox.state.in_(("queued", "unknown")),
        )
        .values(state="parked", reason=why),
        execution_options={"synchronize_session": False},
    )
    _note(session, workspace.id, REMOVED, why, now)
    session.flush()
    return True


def revive(session: Session, workspace_id: str, now: datetime) -> None:
    """Let a workspace go on whose token in the settings works again."""
    workspace = session.scalar(select(Workspace).where(Workspace.id == workspace_id))
    if workspace is not None and workspace.stopped_at is not None:
        workspace.stopped_at = None
        _note(session, workspace_id, INSTALLED, "Slack takes crmbot's token again: everything goes on.", now)
        session.flush()


def take_state(store: Store, state: str, now: datetime) -> bool:
    """Use up the state of an installation under way; False when it was used before."""
    key = f"oauth {hashlib.sha256(state.encode()).hexdigest()}"
    try:
        with store.writing(EVERY_WORKSPACE) as session:
            take_key(session.connection(), _NOBODYS, Delivery(key), "", now)
    except IntegrityError:
        return False
    return True


def read_leave(session: Session, *, workspace_id: str | None = None, team_id: str | None = None) -> Leave | None:
    """Return how a workspace, or the one of a team, stands with Slack; None when there is no such."""
    workspaces = select(Workspace)
    wanted = Workspace.id == workspace_id if workspace_id is not None else Workspace.slack_team_id == team_id
    workspace = session.scalar(workspaces.where(wanted))
    if workspace is None:
        return None
    row = _installation(session, workspace.id)
    return Leave(workspace.id, workspace.slack_team_id, workspace.stopped_at, row.sealed if row is not None else {})


def installed_workspaces(session: Session) -> list[tuple[str, str]]:
    """Return the id and name of every workspace that holds a token, by name."""
    rows = session.execute(
        select(Workspace.id, Workspace.name)
        .join(Installation, Installation.workspace_id == Workspace.id)
        .where(Installation.removed_at.is_(None))
        .order_by(Workspace.name)
    )
    return [(row[0], row[1]) for row in rows]


def reseal(session: Session, workspace_id: str, before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Put what is sealed anew in place of what was read; False, and nothing done, when that changed since."""
    row = session.scalar(select(Installation).where(Installation.workspace_id == workspace_id).with_for_update())
    if row is None or row.sealed != before:
        return False
    row.sealed = after
    session.flush()
    return True


def _installation(session: Session, workspace_id: str) -> Installation | None:
    return session.scalar(select(Installation).where(Installation.workspace_id == workspace_id).limit(1))


def _note(session: Session, workspace_id: str, what: str, summary: str, now: datetime) -> None:
    session.add(
        JournalEntry(workspace_id=workspace_id, id=new_id(now), at=now, request=what, summary=summary, surface="slack")
    )
