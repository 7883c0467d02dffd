"""Telling people that a message of theirs could not be delivered: once a destination and day."""

import hashlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crmbot.domain.ids import new_id
from crmbot.domain.permissions import Role
from crmbot.models import DigestSubscription, Outbox, User

NOTICE = "notice.undelivered"
"""The kind of the notice; its payload has what, destination, digest (a name or None) and reason."""

_DIGEST_KEY = "digest:"


def digest_key(subscription_id: str, slot: str, after: str | None = None) -> str:
    """Return the outbox key of a digest's slot; `after` is the message that it repeats on purpose."""
    return f"{_DIGEST_KEY}{subscription_id}:{slot}" + (f":{after}" if after else "")


def tell_undelivered(
    session: Session, workspace_id: str, key: str | None, kind: str, destination: str, reason: str, now: datetime
) -> None:
    """Queue a notice for the digest's owner, else for every admin; none about a notice itself."""
    if kind.startswith("notice."):
        return
    subscription = _subscription(session, workspace_id, key)
    payload = {
        "what": kind,
        "destination": destination,
        "digest": subscription.name if subscription else None,
        "reason": reason,
    }
    where = hashlib.sha256(f"{kind}:{destination}".encode()).hexdigest()[:32]
    for user_id in _recipients(session, workspace_id, subscription):
        notice = f"undelivered:{user_id}:{where}:{now:%Y-%m-%d}"
        known = select(Outbox.id).where(Outbox.workspace_id == workspace_id, Outbox.key == notice)
        if session.scalar(known) is None:
            session.add(
                Outbox(
                    workspace_id=workspace_id,
                    id=new_id(now),
                    key=notice,
                    kind=NOTICE,
                    destination=user_id,
                    payload=payload,
                    state="queued",
                    attempts=0,
                    created_at=now,
                    not_before=now,
                )
            )
    session.flush()


def _subscription(session: Session, workspace_id: str, key: str | None) -> DigestSubscription | None:
    if key is None or not key.startswith(_DIGEST_KEY):
        return None
    return session.get(DigestSubscription, (workspace_id, key.split(":")[1]))


def _recipients(session: Session, workspace_id: str, subscription: DigestSubscription | None) -> list[str]:
    people = select(User.id).where(User.workspace_id == workspace_id, User.active)
    if subscription is not None and subscription.owner_id is not None:
        owner = session.scalars(people.where(User.id == subscription.owner_id)).all()
        if owner:
            return list(owner)
    return list(session.scalars(people.where(User.role == Role.ADMIN.value).order_by(User.id)))
