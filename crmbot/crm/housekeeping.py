"""What is kept for a while only: keys of deliveries, drafts, the words of old messages."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, String, cast, delete, update
from sqlalchemy.orm import Session

from crmbot.crm.attachments import forget_unused
from crmbot.models import DeliveryKey, Draft, Outbox

DELIVERY_KEYS_FOR = timedelta(days=2)
"""Slack repeats an event for a day at most."""
MAIL_KEYS = "mail:"
"""Keys of commands in mail stay: a mailbox that was restored brings old mail again."""
DRAFTS_FOR = timedelta(days=7)
MESSAGES_FOR = timedelta(days=30)

_NOTHING = "{}"


def forget_old(session: Session, now: datetime) -> int:
    """Remove what is past its time, in all workspaces, and return how many rows were touched.

    Rows of the outbox stay, so that nothing is sent twice; only what they said goes.
    """
    statements = (
        delete(DeliveryKey).where(
            DeliveryKey.at < now - DELIVERY_KEYS_FOR, ~DeliveryKey.key.startswith(MAIL_KEYS, autoescape=True)
        ),
        delete(Draft).where(Draft.created_at < now - DRAFTS_FOR),
        update(Outbox)
        .where(
            Outbox.state.in_(("sent", "parked")),
            Outbox.not_before < now - MESSAGES_FOR,
            cast(Outbox.payload, String) != _NOTHING,
        )
        .values(payload={}),
    )
    return sum(_run(session, statement) for statement in statements) + forget_unused(session, now)


def _run(session: Session, statement: Any) -> int:
    done: CursorResult[Any] = session.execute(statement, execution_options={"synchronize_session": False})  # type: ignore[assignment]  # a DELETE or UPDATE returns a cursor's result
    return done.rowcount
