"""How a store stands, over all its workspaces: who runs it, and what is stuck in it."""

from dataclasses import dataclass

from sqlalchemy import and_, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from crmbot.domain.permissions import Role
from crmbot.models import MailDelivery, Outbox, User, Workspace

_MOST_REASONS = 5
NO_REASON = "no reason was noted"


@dataclass(frozen=True, slots=True)
class Stuck:
    """How many of one kind or mailbox stopped for one reason."""

    what: str
    reason: str
    count: int


def count_admins(session: Session) -> tuple[tuple[str, int], ...]:
    """Return every workspace's name with the number of its active admins."""
    same = and_(User.workspace_id == Workspace.id, User.role == Role.ADMIN.value, User.active)
    rows = session.execute(
        select(Workspace.name, func.count(User.id))
        .outerjoin(User, same)
        .group_by(Workspace.id, Workspace.name)
        .order_by(Workspace.name)
    )
    return tuple((row[0], row[1]) for row in rows)


def parked_messages(session: Session) -> tuple[Stuck, ...]:
    """Return why messages of the outbox are parked, the most frequent reasons first."""
    return _stuck(session, Outbox, Outbox.kind, "parked")


def failed_mail(session: Session) -> tuple[Stuck, ...]:
    """Return why mails were kept aside unread, the most frequent reasons first."""
    return _stuck(session, MailDelivery, MailDelivery.mailbox, "failed")


def _stuck(
    session: Session, table: type[Outbox | MailDelivery], what: InstrumentedAttribute[str], state: str
) -> tuple[Stuck, ...]:
    count = func.count()
    rows = session.execute(
        select(what, table.reason, count)
        .where(table.state == state)
        .group_by(what, table.reason)
        .order_by(count.desc(), what, table.reason)
        .limit(_MOST_REASONS)
    )
    return tuple(Stuck(row[0], row[1] or NO_REASON, row[2]) for row in rows)
