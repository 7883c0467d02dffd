"""Which workspace of the store becomes a Slack team's that installs crmbot for the first time."""

from sqlalchemy import ColumnElement, exists, false, func, or_, select
from sqlalchemy.orm import Session

from crmbot.domain.permissions import Role
from crmbot.models import Base, User, Workspace

_BOOKKEEPING = frozenset(
    {
        *("stage", "user_account", "currency_rate", "digest_subscription", "digest_slot", "outbox", "mail_cursor"),
        *("journal_entry", "delivery_key", "slack_installation"),
    }
)
"""Tables that have rows before anybody put a record in; a row in any other one is what strangers must not get."""


def take_over(session: Session, team_id: str, installer_email: str) -> Workspace | None:
    """Bind a workspace that no team has to this one, and return it; None when the team needs one of its own.

    Anybody may install, so that it takes more than coming first: the installing person's address (empty when Slack
    does not vouch for it) is an active admin's there, or it is a new store's only workspace, without a record and an
    admin.
    """
    free = session.scalars(
        select(Workspace).where(Workspace.slack_team_id.is_(None)).order_by(Workspace.created_at).with_for_update()
    ).all()
    found = next((one for one in free if _is_admin(session, one.id, installer_email)), None)
    if found is None and len(free) == 1 and _is_new(session, free[0].id):
        found = free[0]
    if found is not None:
        found.slack_team_id = team_id
        session.flush()
    return found


def has_admin(session: Session, workspace_id: str) -> bool:
    """Say whether a workspace has anybody who may change it."""
    return session.scalar(select(exists().where(*_admins(workspace_id)))) is True


def _is_admin(session: Session, workspace_id: str, email: str) -> bool:
    known = User.email == email.strip().lower() if email.strip() else false()
    return session.scalar(select(exists().where(*_admins(workspace_id), known))) is True


def _admins(workspace_id: str) -> tuple[ColumnElement[bool], ...]:
    return User.workspace_id == workspace_id, User.active.is_(True), User.role == Role.ADMIN.value


def _is_new(session: Session, workspace_id: str) -> bool:
    """Say whether a store's only workspace holds nothing that a person or a mail put in, and has no admin."""
    if session.scalar(select(func.count()).select_from(Workspace)) != 1 or has_admin(session, workspace_id):
        return False
    records = [
        exists().where(table.c.workspace_id == workspace_id)
        for name, table in Base.metadata.tables.items()
        if "workspace_id" in table.c and name not in _BOOKKEEPING
    ]
    return session.scalar(select(or_(*records))) is not True
