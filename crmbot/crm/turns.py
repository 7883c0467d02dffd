"""Whose turn it is when much mail waits: each sender's oldest, then each sender's next."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crmbot.crm.deliveries import Share, waiting
from crmbot.models import MailDelivery

MOST_LOOKED_AT = 20_000


def plan_turns(session: Session, workspace_id: str, now: datetime, share: Share | None, *, limit: int) -> list[str]:
    """Return the ids of stored mails in the order that is fair: nobody waits behind all of another's flood."""
    rows = session.execute(
        select(MailDelivery.id, MailDelivery.sender)
        .where(waiting(workspace_id, now, share))
        .order_by(MailDelivery.received_at, MailDelivery.uid, MailDelivery.id)
        .limit(MOST_LOOKED_AT)
    ).all()
    return in_turn([(row.id, row.sender or "") for row in rows])[:limit]


def in_turn(waits: Sequence[tuple[str, str]]) -> list[str]:
    """Return the ids of (id, sender), given in the order of their coming, one of each sender at a time."""
    seen: dict[str, int] = {}
    placed = []
    for position, (delivery_id, sender) in enumerate(waits):
        turn = seen[sender] = seen.get(sender, -1) + 1
        placed.append((turn, position, delivery_id))
    return [delivery_id for _, _, delivery_id in sorted(placed)]
