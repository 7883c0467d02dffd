"""Mailboxes: how far each was read, and which of its messages are here."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crmbot.domain.ids import new_id
from crmbot.models import MailCursor, MailDelivery


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a mailbox was read: every UID below `next_uid` is stored."""

    uid_validity: int
    next_uid: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """One message as the server gave it; `raw` may be cut, `size` is the whole."""

    uid: int
    raw: bytes
    size: int
    received_at: datetime
    sender: str = ""


def read_cursor(session: Session, workspace_id: str, mailbox: str) -> Cursor | None:
    """Return how far a mailbox was read; None when it never was."""
    row = session.execute(
        select(MailCursor.uid_validity, MailCursor.next_uid).where(_of(MailCursor, workspace_id, mailbox))
    ).first()
    return Cursor(*row) if row else None


def store_fetched(
    session: Session,
    workspace_id: str,
    mailbox: str,
    cursor: Cursor,
    messages: Sequence[Fetched],
    now: datetime,
) -> int:
    """Keep messages and move the cursor, which never goes back; return how many were new.

    The cursor's row is held meanwhile, so that another process reading the same mailbox waits and then finds them.
    """
    held = _hold_cursor(session, workspace_id, mailbox, cursor, now)
    known = _known_uids(session, workspace_id, mailbox, cursor.uid_validity, [message.uid for message in messages])
    fresh = [message for message in messages if message.uid not in known]
    if fresh:
        session.execute(
            insert(MailDelivery), [row_of(workspace_id, mailbox, cursor, message, now) for message in fresh]
        )
    values = {"uid_validity": cursor.uid_validity, "next_uid": cursor.next_uid, "read_at": now}
    if held.uid_validity != cursor.uid_validity or held.next_uid <= cursor.next_uid:
        session.execute(
            update(MailCursor).where(_of(MailCursor, workspace_id, mailbox)).values(values),
            execution_options={"synchronize_session": False},
        )
    return len(fresh)


def missing_uids(
    session: Session, workspace_id: str, mailbox: str, uid_validity: int, uids: Sequence[int]
) -> list[int]:
    """Return which of the server's UIDs were never stored."""
    known = _known_uids(session, workspace_id, mailbox, uid_validity, uids)
    return [uid for uid in uids if uid not in known]


def settled_uids(
    session: Session, workspace_id: str, mailbox: str, uid_validity: int, uids: Sequence[int]
) -> list[int]:
    """Return which of the server's UIDs are taken in for good, so that nothing here needs them there any more."""
    if not uids:
        return []
    rows = session.scalars(
        select(MailDelivery.uid).where(
            _of(MailDelivery, workspace_id, mailbox),
            MailDelivery.uid_validity == uid_validity,
            MailDelivery.uid.between(min(uids), max(uids)),
            MailDelivery.state.in_(("logged", "triage", "noise", "duplicate")),
        )
    )
    return sorted(set(uids) & set(rows))


def row_of(workspace_id: str, mailbox: str, cursor: Cursor, message: Fetched, now: datetime) -> dict[str, Any]:
    """Return the values of the row that keeps a message raw."""
    return {
        "workspace_id": workspace_id,
        "id": new_id(now),
        "mailbox": mailbox,
        "uid_validity": cursor.uid_validity,
        "uid": message.uid,
        "received_at": min(message.received_at, now),
        "raw": message.raw,
        "size": message.size,
        "sender": message.sender,
        "state": "fetched",
        "tries": 0,
    }


def _hold_cursor(session: Session, workspace_id: str, mailbox: str, cursor: Cursor, now: datetime) -> Cursor:
    """Return the cursor as it stands, held until the transaction ends; made when the mailbox is new."""
    these = _of(MailCursor, workspace_id, mailbox)
    statement = select(MailCursor.uid_validity, MailCursor.next_uid).where(these).with_for_update()
    row = session.execute(statement).first()
    if row is None:
        first = {"uid_validity": cursor.uid_validity, "next_uid": 1, "read_at": now}
        # Another process may be making it at this moment; then it is there now.
        with suppress(IntegrityError), session.begin_nested():
            session.execute(
                insert(MailCursor), {"workspace_id": workspace_id, "id": new_id(now), "mailbox": mailbox, **first}
            )
        row = session.execute(statement).one()
    return Cursor(*row)


def _of(kind: type[MailCursor | MailDelivery], workspace_id: str, mailbox: str) -> ColumnElement[bool]:
    return (kind.workspace_id == workspace_id) & (kind.mailbox == mailbox)


def _known_uids(
    session: Session, workspace_id: str, mailbox: str, uid_validity: int, uids: Sequence[int]
) -> frozenset[int]:
    if not uids:
        return frozenset()
    found = session.scalars(
        select(MailDelivery.uid).where(
            _of(MailDelivery, workspace_id, mailbox),
            MailDelivery.uid_validity == uid_validity,
            MailDelivery.uid.between(min(uids), max(uids)),
        )
    )
    return frozenset(found)
