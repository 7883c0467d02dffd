"""What was done, by whom, and what stood there before."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crmbot.models.base import Base, Id, InWorkspace


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
    changes: Mapped[list[Any]] = mapped_column(default=list)
    """[{table, row_id, before, after}], in the order in which the rows reached the database (`crm.changes`).

    Kept with the entry, as a row for each would cost every effect three pages more.
    """


class DeliveryKey(Base):
    """An input that had its effect; the same input again, which has the same fingerprint too, finds it here.

    The row is its key, and the fingerprint leads it, so that both questions cost one page of a commit.
    """

    __tablename__ = "delivery_key"
    __table_args__ = ({"sqlite_with_rowid": False},)

    workspace_id: Mapped[str] = mapped_column(Id, primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True, default="")
    """Hash of person and text: the same words typed again within a minute; "" of what nobody typed."""
    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    at: Mapped[datetime]
    entry_id: Mapped[str] = mapped_column(Id)
    """The effect's journal entry; there is none when nothing had to change."""


class Draft(InWorkspace, Base):
    """A request that waits for a person's choice and is too long for a button."""

    __tablename__ = "draft"

    request: Mapped[dict[str, Any]]
    user_id: Mapped[str | None] = mapped_column(Id)
    """Whose choice it waits for; nobody else may have it."""
    created_at: Mapped[datetime]
