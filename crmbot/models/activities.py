"""Activities, their history, and notes."""

from datetime import date, datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crmbot.models.base import Base, Id, InWorkspace, Versioned, index_of_given, within_workspace


class AboutRecords:
    """What something is about: any of a lead, contact, company and deal."""

    lead_id: Mapped[str | None] = mapped_column(Id)
    contact_id: Mapped[str | None] = mapped_column(Id)
    company_id: Mapped[str | None] = mapped_column(Id)
    deal_id: Mapped[str | None] = mapped_column(Id)


class ActivityFacts:
    """What a report may ask of an activity at any past moment."""

    owner_id: Mapped[str | None] = mapped_column(Id)
    due_at: Mapped[datetime | None]
    due_on: Mapped[date | None]
    """Due on a day without an hour; `due_at` is empty then."""
    overdue_at: Mapped[datetime | None]
    """From when it counts as overdue: `due_at`, or the end of `due_on` in the owner's zone."""
    completed_at: Mapped[datetime | None]
    duration_minutes: Mapped[int | None]
    billable: Mapped[bool] = mapped_column(default=False)


class Activity(InWorkspace, Versioned, AboutRecords, ActivityFacts, Base):
    """A call, e-mail, meeting or task, done or to do."""

    __tablename__ = "activity"
    __table_args__ = (
        within_workspace("owner_id", "user_account"),
        within_workspace("lead_id", "lead"),
        within_workspace("contact_id", "contact"),
        within_workspace("company_id", "company"),
        within_workspace("deal_id", "deal"),
        UniqueConstraint("workspace_id", "number"),
        # Holds all that counting activities needs.
        Index(
            "ix_activity_open",
            "workspace_id",
            "completed_at",
            "overdue_at",
            "created_at",
            "due_on",
            "kind",
            "owner_id",
            "billable",
            "duration_minutes",
            "facts_since",
        ),
        Index("ix_activity_owner", "workspace_id", "owner_id", "completed_at", "overdue_at"),
        index_of_given("ix_activity_due", "overdue_at", "completed_at"),
        index_of_given("ix_activity_deal", "deal_id", "created_at", "completed_at", "facts_since"),
        index_of_given("ix_activity_contact", "contact_id", "created_at"),
        index_of_given("ix_activity_company", "company_id", "created_at"),
        index_of_given("ix_activity_lead", "lead_id", "created_at"),
    )

    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(8))
    """call, email, meeting or task."""
    subject: Mapped[str]
    notes: Mapped[str | None]
    outcome: Mapped[str | None]
    attendees: Mapped[list[str]] = mapped_column(default=list)
    created_at: Mapped[datetime]
    facts_since: Mapped[datetime]
    """From when its facts are as they stand; what they were before is in `activity_version`."""


class ActivityVersion(InWorkspace, ActivityFacts, Base):
    """An activity's facts as they were before a later change."""

    __tablename__ = "activity_version"
    __table_args__ = (
        within_workspace("activity_id", "activity"),
        Index("ix_activity_version_activity", "workspace_id", "activity_id", "valid_from"),
        Index("ix_activity_version_moment", "workspace_id", "valid_to", "valid_from"),
    )

    activity_id: Mapped[str] = mapped_column(Id)
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime]


class Note(InWorkspace, Versioned, AboutRecords, Base):
    """Words kept with a record."""

    __tablename__ = "note"
    __table_args__ = (
        within_workspace("author_id", "user_account"),
        within_workspace("lead_id", "lead"),
        within_workspace("contact_id", "contact"),
        within_workspace("company_id", "company"),
        within_workspace("deal_id", "deal"),
        index_of_given("ix_note_deal", "deal_id", "created_at"),
        index_of_given("ix_note_contact", "contact_id", "created_at"),
    )

    text: Mapped[str]
    author_id: Mapped[str | None] = mapped_column(Id)
    created_at: Mapped[datetime]
