"""What was done, by whom, and what stood there before."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crmbot.models.base import Base, Id, InWorkspace, index_of_given, within_workspace


class JournalEntry(InWorkspace, Base):
    """One effect: everything a request did, in one transaction."""

    __tablename__ = "journal_entry"
    __table_args__ = (Index("ix_journal_entry_actor", "workspace_id", "actor_id", "at"),)

    at: Mapped[datetime]
    actor_id: Mapped[str | None] = mapped_column(Id)
    request: Mapped[str] = mapped_column(String(64))
    """The request's name, as `deal.move`."""
    summary: Mapped[str]
    """One sentence for people."""
    surface: Mapped[str] = mapped_column(String(16))
    undoes_id: Mapped[str | None] = mapped_column(Id)
    undone_by_id: Mapped[str | None] = mapped_column(Id)


class JournalChange(Base):
    """One row that an effect made, changed or removed."""

    __tablename__ = "journal_change"
    __table_args__ = (within_workspace("entry_id", "journal_entry"),)

    workspace_id: Mapped[str] = mapped_column(Id, primary_key=True)
    entry_id: Mapped[str] = mapped_column(Id, primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    table: Mapped[str] = mapped_column(String(32))
    row_id: Mapped[str] = mapped_column(Id)
    before: Mapped[dict[str, Any] | None]
    """Column values before; none when the row was made."""
    after: Mapped[dict[str, Any] | None]
    """Column values after; none when the row was removed. Of a change, only what changed."""


class DeliveryKey(Base):
    """An input that had its effect; the same input again finds it here."""

    __tablename__ = "delivery_key"
    __table_args__ = (index_of_given("ix_delivery_key_fingerprint", "fingerprint", "at"),)

    workspace_id: Mapped[str] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    at: Mapped[datetime]
    fingerprint: Mapped[str | None] = mapped_column(String(64))
    """Hash of person and text: the same words typed again within a minute."""
    entry_id: Mapped[str] = mapped_column(Id)
    """The effect's journal entry; there is none when nothing had to change."""


class Draft(InWorkspace, Base):
    """A request that waits for a person's choice and is too long for a button."""

    __tablename__ = "draft"

    request: Mapped[dict[str, Any]]
    user_id: Mapped[str | None] = mapped_column(Id)
    """Whose choice it waits for; nobody else may have it."""
    created_at: Mapped[datetime]
