"""Meetings as calendars tell them: which invitation an activity stands for, and who answered what."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crmbot.models.base import Base, Id, InWorkspace, Versioned, within_workspace


class Meeting(InWorkspace, Versioned, Base):
    """The calendar's side of a meeting activity: one for each invitation, however often it is updated."""

    __tablename__ = "meeting"
    __table_args__ = (
        within_workspace("activity_id", "activity"),
        UniqueConstraint("workspace_id", "uid", "occurrence"),
        Index("ix_meeting_activity", "workspace_id", "activity_id"),
    )

    activity_id: Mapped[str] = mapped_column(Id)
    uid: Mapped[str] = mapped_column(String(255))
    occurrence: Mapped[str] = mapped_column(String(40), default="")
    """Which one of a series was moved (RECURRENCE-ID), "" for the invitation itself."""
    sequence: Mapped[int]
    """Of the last version taken; an older one changes nothing."""
    stamped_at: Mapped[datetime | None]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    starts_on: Mapped[date | None]
    """Of a meeting that takes whole days; `starts_at` is empty then."""
    ends_on: Mapped[date | None]
    """Its last day."""
    place: Mapped[str | None]
    organizer: Mapped[str | None]
    repeats: Mapped[str | None]
    """How it comes again, in words."""
    attendees: Mapped[list[Any]] = mapped_column(default=list)
    """[[name, address, answer]]; answer is accepted, declined, tentative, delegated or ""."""
    cancelled_at: Mapped[datetime | None]
