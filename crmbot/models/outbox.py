"""Messages to be sent, digests and their slots."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crmbot.models.base import Base, Id, InWorkspace, Versioned, within_workspace


class Outbox(InWorkspace, Base):
    """A message that will be sent; written in the transaction that caused it."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("workspace_id", "key"),
        Index("ix_outbox_ready", "state", "not_before", "created_at"),
        Index("ix_outbox_destination", "workspace_id", "destination", "state", "created_at"),
    )

    key: Mapped[str | None] = mapped_column(String(128))
    """Of what must be sent once; the same key again is refused."""
    kind: Mapped[str] = mapped_column(String(32))
    """Which renderer and gateway: `slack.post`, `slack.update`, `slack.dm`, `mail.send`, or a notice's name."""
    destination: Mapped[str]
    """Channel id, Slack user id, mail address; for notices a user's id."""
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(8), default="queued")
    """queued, sending, sent, unknown or parked."""
    not_before: Mapped[datetime]
    created_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    lease_holder: Mapped[str | None] = mapped_column(Id)
    """The fencing token: a late writer with another one changes nothing."""
    resent_at: Mapped[datetime | None]
    """When it was sent again though the first one may have arrived; the message says so."""
    sent_at: Mapped[datetime | None]
    receipt: Mapped[str | None]
    """What the other side calls it: Slack's ts, the mail's Message-ID."""
    reason: Mapped[str | None]


class DigestSubscription(InWorkspace, Versioned, Base):
    """A digest somebody gets, at a local time of their week."""

    __tablename__ = "digest_subscription"
    __table_args__ = (
        within_workspace("owner_id", "user_account"),
        UniqueConstraint("workspace_id", "name"),
    )

    name: Mapped[str] = mapped_column(String(64))
    report: Mapped[str] = mapped_column(String(32))
    """overdue, aging, forecast, or a report's name."""
    channel: Mapped[str | None]
    """Slack's id of the channel or person; kept by id, so renaming does no harm."""
    to_email: Mapped[str | None]
    day: Mapped[str] = mapped_column(String(9))
    """monday ... sunday, or daily."""
    time: Mapped[str] = mapped_column(String(5))
    """HH:MM, local."""
    timezone: Mapped[str]
    filters: Mapped[dict[str, Any]] = mapped_column(default=dict)
    owner_id: Mapped[str | None] = mapped_column(Id)
    """Whose eyes the digest is made for; none means the workspace's."""
    paused_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    active_since: Mapped[datetime]
    """No slot before this is owed."""
    from_config: Mapped[bool] = mapped_column(default=False)


class DigestSlot(InWorkspace, Base):
    """One local moment a digest was due, and what came of it."""

    __tablename__ = "digest_slot"
    __table_args__ = (
        within_workspace("subscription_id", "digest_subscription"),
        UniqueConstraint("workspace_id", "subscription_id", "slot"),
    )

    subscription_id: Mapped[str] = mapped_column(Id)
    slot: Mapped[str] = mapped_column(String(16))
    """The local moment, 2026-11-23T08:00."""
    due_at: Mapped[datetime]
    decided_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(8))
    """asked (somebody wants it now), queued or skipped."""
    reason: Mapped[str | None]
    outbox_id: Mapped[str | None] = mapped_column(Id)
    snapshot: Mapped[dict[str, Any] | None]
    """The numbers shown, so that the next one can say what changed."""
