"""Where digests go: Slack is asked about a new place once it is written, and the owner hears when it takes nothing."""

import hashlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crmbot.crm.undelivered import digest_key
from crmbot.domain.ids import new_id
from crmbot.models import DigestSubscription, Outbox

CHECK = "slack.check"
"""The kind of outbox row that sends nothing: it fails as a message to its destination would."""


def check_later(session: Session, row: DigestSubscription, channel: str, now: datetime) -> None:
    """Let the sender look whether a digest can be delivered there, once for each destination."""
    key = _key_of(row)
    known = select(Outbox.id).where(Outbox.workspace_id == row.workspace_id, Outbox.key == key)
    if session.scalar(known) is None:
        session.add(
            Outbox(
                workspace_id=row.workspace_id,
                id=new_id(now),
                key=key,
                kind=CHECK,
                destination=channel,
                payload={"text": row.name},
                state="queued",
                attempts=0,
                created_at=now,
                not_before=now,
            )
        )


def _key_of(row: DigestSubscription) -> str:
    where = hashlib.sha256(str(row.channel).encode()).hexdigest()[:32]
    return digest_key(row.id, f"check:{where}")
