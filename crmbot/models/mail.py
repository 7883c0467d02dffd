"""Mail as it arrived, mail as it was understood, and what waits for a person."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, String, UniqueConstraint, literal_column
from sqlalchemy.orm import Mapped, mapped_column

from crmbot.models.base import Base, Id, InWorkspace, Versioned, index_of_given, partial_index, within_workspace

_IN_TRIAGE = "state = 'triage'"


class MailCursor(InWorkspace, Base):
    """How far a mailbox has been read."""

    __tablename__ = "mail_cursor"
    __table_args__ = (UniqueConstraint("workspace_id", "mailbox"),)

    mailbox: Mapped[str]
    """The intake's name in the config."""
    uid_validity: Mapped[int]
    next_uid: Mapped[int]
    read_at: Mapped[datetime]


class MailDelivery(InWorkspace, Base):
    """One message of one mailbox, kept raw until it is understood."""

    __tablename__ = "mail_delivery"
    __table_args__ = (
        UniqueConstraint("workspace_id", "mailbox", "uid_validity", "uid"),
        Index("ix_mail_delivery_state", "workspace_id", "state", "received_at"),
        index_of_given("ix_mail_delivery_email", "email_id"),
    )

    mailbox: Mapped[str]
    uid_validity: Mapped[int]
    uid: Mapped[int]
    received_at: Mapped[datetime]
    raw: Mapped[bytes | None] = mapped_column(LargeBinary)
    size: Mapped[int]
    sender: Mapped[str | None] = mapped_column(String(255))
    """The From header as written, cut: whose flood it may be part of."""
    state: Mapped[str] = mapped_column(String(12))
    """fetched, logged, triage, noise, duplicate or failed."""
    reason: Mapped[str | None]
    tries: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    """While it is being read by a worker; nobody else takes it before."""
    email_id: Mapped[str | None] = mapped_column(Id)


class Email(InWorkspace, Versioned, Base):
    """A message that was understood, once however often it came."""

    __tablename__ = "email"
    __table_args__ = (
        within_workspace("activity_id", "activity"),
        within_workspace("logged_by_id", "user_account"),
        UniqueConstraint("workspace_id", "dedupe_key"),
        index_of_given("ix_email_message_id", "message_id"),
        Index("ix_email_content", "workspace_id", "content_key"),
        index_of_given("ix_email_activity", "activity_id"),
        # Holds the state as well, so that counting such mail reads none of it.
        partial_index("ix_email_triage", "workspace_id", "state", "received_at", where=_IN_TRIAGE),
    )

    dedupe_key: Mapped[str] = mapped_column(String(64))
    """Hash of Message-ID and content: a reused Message-ID with other content is another mail."""
    content_key: Mapped[str] = mapped_column(String(64), default="")
    """Hash of writer, subject and own words: the same for a mail and for somebody's forward of it."""
    message_id: Mapped[str | None]
    """Of the original when it was forwarded, so that replies find it."""
    references: Mapped[list[str]] = mapped_column(default=list)
    direction: Mapped[str] = mapped_column(String(3))
    """in or out."""
    kind: Mapped[str] = mapped_column(String(12))
    from_name: Mapped[str]
    from_address: Mapped[str | None]
    recipients: Mapped[list[Any]] = mapped_column(default=list)
    """[[name, address, to|cc]], as written."""
    subject: Mapped[str]
    text: Mapped[str]
    sent_at: Mapped[datetime]
    received_at: Mapped[datetime]
    attachments: Mapped[list[Any]] = mapped_column(default=list)
    """[{name, type, size}]."""
    state: Mapped[str] = mapped_column(String(12))
    """logged, triage, noise or ignored."""
    reason: Mapped[str]
    """The rung of the match ladder, or why it waits or was left aside."""
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    activity_id: Mapped[str | None] = mapped_column(Id)
    logged_by_id: Mapped[str | None] = mapped_column(Id)
    """Who handed it in, proven; of one that waited who placed it."""
    also_logged_by: Mapped[list[str]] = mapped_column(default=list)


IN_TRIAGE = Email.state == literal_column("'triage'")
"""That a mail waits for a person; written out, as the index of such mail serves no query that has it as a parameter."""


class EmailActivity(InWorkspace, Base):
    """A further activity of a mail that was logged with several deals; the first one stands with the mail."""

    __tablename__ = "email_activity"
    __table_args__ = (
        within_workspace("email_id", "email"),
        within_workspace("activity_id", "activity"),
        UniqueConstraint("workspace_id", "activity_id"),
        Index("ix_email_activity_email", "workspace_id", "email_id"),
    )

    email_id: Mapped[str] = mapped_column(Id)
    activity_id: Mapped[str] = mapped_column(Id)


class EmailReference(InWorkspace, Base):
    """A Message-ID that belongs to a logged mail's thread."""

    __tablename__ = "email_reference"
    __table_args__ = (
        within_workspace("email_id", "email"),
        UniqueConstraint("workspace_id", "message_id", "email_id"),
    )

    message_id: Mapped[str]
    email_id: Mapped[str] = mapped_column(Id)


class MailRule(InWorkspace, Base):
    """A sender or domain that a person chose to ignore, or never to log."""

    __tablename__ = "mail_rule"
    __table_args__ = (UniqueConstraint("workspace_id", "kind", "value"),)

    kind: Mapped[str] = mapped_column(String(16))
    """sender or domain."""
    value: Mapped[str]
    created_by_id: Mapped[str | None] = mapped_column(Id)
    created_at: Mapped[datetime]
