"""Deliveries: mail kept raw from its fetching until it is understood."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, insert, or_, select, update
from sqlalchemy.orm import Session

from crmbot.crm.mailboxes import Cursor, Fetched, row_of
from crmbot.domain.ids import new_id
from crmbot.models import MailDelivery

TRIES = 3
"""How often a mail that can't be read is tried before it is kept aside as failed."""
DEATHS = 10
"""How often a worker may die over one mail before that is kept aside."""

_NO_SYNC = {"synchronize_session": False}


@dataclass(frozen=True, slots=True)
class Share:
    """Which stored mails a reader takes: its own mailbox's, and those of mailboxes that nobody reads any more."""

    mine: str
    others: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A stored message that this worker may read now."""

    id: str
    mailbox: str
    raw: bytes
    size: int
    received_at: datetime
    tries: int


def waiting(workspace_id: str, now: datetime, share: Share | None = None) -> ColumnElement[bool]:
    """Return what a message must fulfil that nobody reads now."""
    free = (
        (MailDelivery.workspace_id == workspace_id)
        & (MailDelivery.state == "fetched")
        & or_(MailDelivery.leased_until.is_(None), MailDelivery.leased_until < now)
    )
    return free & MailDelivery.mailbox.not_in(share.others) if share is not None and share.others else free


def claim(
    session: Session,
    workspace_id: str,
    now: datetime,
    *,
    limit: int,
    lease: timedelta,
    share: Share | None = None,
    only: Sequence[str] | None = None,
) -> list[Waiting]:
    """Take messages that wait, oldest first, so that no other worker reads them until the lease ends.

    `only` names those whose turn it is.

    A message whose reader died takes no neighbours along: what was tried before is taken alone. One that was tried
    often enough is kept aside as failed.
    """
    free = waiting(workspace_id, now, share)
    if only is not None:
        free &= MailDelivery.id.in_(only)
    rows = session.execute(
        select(MailDelivery.id, MailDelivery.tries)
        .where(free)
        .order_by(MailDelivery.received_at, MailDelivery.uid, MailDelivery.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        if row.tries >= DEATHS:
            _set(session, workspace_id, [row.id], state="failed", reason="the worker that read it died each time")
    untried = [row.id for row in rows if row.tries == 0]
    again = [row.id for row in rows if 0 < row.tries < DEATHS][:1]
    chosen = untried or again
    if not chosen:
        return []
    _set(session, workspace_id, chosen, tries=MailDelivery.tries + 1, leased_until=now + lease)
    taken = session.execute(
        select(
            MailDelivery.id,
            MailDelivery.mailbox,
            MailDelivery.raw,
            MailDelivery.size,
            MailDelivery.received_at,
            MailDelivery.tries,
        )
        .where(MailDelivery.workspace_id == workspace_id, MailDelivery.id.in_(chosen))
        .order_by(MailDelivery.received_at, MailDelivery.uid, MailDelivery.id)
    )
    return [Waiting(row.id, row.mailbox, row.raw or b"", row.size, row.received_at, row.tries) for row in taken]


def give_back(session: Session, workspace_id: str, delivery_id: str, reason: str, *, final: bool) -> None:
    """Note why a message could not be read; `final` keeps it aside, else it is tried again."""
    state = "failed" if final else "fetched"
    _set(session, workspace_id, [delivery_id], state=state, reason=reason[:500], leased_until=None)


def keep_failed(session: Session, workspace_id: str, mailbox: str, raw: bytes, reason: str, now: datetime) -> None:
    """Keep a message that came without a mailbox and could not be read."""
    identity = new_id(now)
    uid = session.scalar(
        select(func.coalesce(func.max(MailDelivery.uid), 0) + 1).where(
            MailDelivery.workspace_id == workspace_id, MailDelivery.mailbox == mailbox, MailDelivery.uid_validity == 0
        )
    )
    session.execute(
        insert(MailDelivery),
        {
            **row_of(workspace_id, mailbox, Cursor(0, 0), Fetched(int(uid or 1), raw, len(raw), now), now),
            "id": identity,
            "state": "failed",
            "reason": reason[:500],
            "tries": TRIES,
        },
    )


def requeue(session: Session, workspace_id: str) -> int:
    """Let every message that failed be tried again; return how many."""
    failed = session.scalars(
        select(MailDelivery.id).where(MailDelivery.workspace_id == workspace_id, MailDelivery.state == "failed")
    ).all()
    _set(session, workspace_id, failed, state="fetched", tries=0, leased_until=None)
    return len(failed)


def count_by_state(session: Session, workspace_id: str) -> dict[str, int]:
    """Return how many deliveries are in each state."""
    rows = session.execute(
        select(MailDelivery.state, func.count())
        .where(MailDelivery.workspace_id == workspace_id)
        .group_by(MailDelivery.state)
    )
    return {row[0]: row[1] for row in rows}


def _set(session: Session, workspace_id: str, ids: Sequence[str], **values: Any) -> None:
    if ids:
        session.execute(
            update(MailDelivery)
            .where(MailDelivery.workspace_id == workspace_id, MailDelivery.id.in_(ids), MailDelivery.state != "logged")
            .values(values),
            execution_options=_NO_SYNC,
        )
