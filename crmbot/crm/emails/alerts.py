"""Telling the admins that a mailbox can't be read: once for each trouble and day."""

import hashlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crmbot.domain.ids import new_id
from crmbot.domain.permissions import Role
from crmbot.models import Outbox, User

NOTICE = "notice.mailbox"
"""The kind of the notice; its payload has mailbox and problem."""


def tell_admins(session: Session, workspace_id: str, mailbox: str, state: str, problem: str, now: datetime) -> None:
    """Queue a notice for every admin; `state` tells one trouble from another, refused from unreachable."""
    which = hashlib.sha256(f"{mailbox}:{state}".encode()).hexdigest()[:32]
    admins = select(User.id).where(User.workspace_id == workspace_id, User.active, User.role == Role.ADMIN.value)
    for user_id in session.scalars(admins.order_by(User.id)).all():
        key = f"mailbox:{user_id}:{which}:{now:%Y-%m-%d}"
        if session.scalar(select(Outbox.id).where(Outbox.workspace_id == workspace_id, Outbox.key == key)) is None:
            session.add(
                Outbox(
                    workspace_id=workspace_id,
                    id=new_id(now),
                    key=key,
                    kind=NOTICE,
                    destination=user_id,
                    payload={"mailbox": mailbox, "problem": problem},
                    state="queued",
                    attempts=0,
                    created_at=now,
                    not_before=now,
                )
            )
    session.flush()
