"""Leads, contacts, companies and customers."""

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crmbot.models.base import Base, Id, InWorkspace, Key, Versioned, index_of_given, within_workspace


class Company(InWorkspace, Versioned, Base):
    """An organisation."""

    __tablename__ = "company"
    __table_args__ = (
        UniqueConstraint("workspace_id", "number"),
        Index(None, "workspace_id", "name_key"),
        index_of_given("ix_company_workspace_id_domain", "domain"),
    )

    number: Mapped[int]
    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(Key)
    """The name folded for matching (`domain.identity.fold_name`)."""
    domain: Mapped[str | None]
    industry: Mapped[str | None]
    size: Mapped[str | None]
    created_at: Mapped[datetime]


class Contact(InWorkspace, Versioned, Base):
    """A person at a customer's."""

    __tablename__ = "contact"
    __table_args__ = (
        within_workspace("company_id", "company"),
        UniqueConstraint("workspace_id", "number"),
        Index(None, "workspace_id", "name_key"),
        index_of_given("ix_contact_company", "company_id"),
    )

    number: Mapped[int]
    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(Key)
    phone: Mapped[str | None]
    role: Mapped[str | None]
    company_id: Mapped[str | None] = mapped_column(Id)
    created_at: Mapped[datetime]


class ContactEmail(InWorkspace, Base):
    """An address of a contact; an address belongs to one contact only."""

    __tablename__ = "contact_email"
    __table_args__ = (
        within_workspace("contact_id", "contact"),
        UniqueConstraint("workspace_id", "email"),
        Index("ix_contact_email_contact", "workspace_id", "contact_id", "position"),
    )

    contact_id: Mapped[str] = mapped_column(Id)
    email: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
    bounced_at: Mapped[datetime | None]
    """When a mail to it came back for good."""
    bounce_reason: Mapped[str | None]


class LeadFacts:
    """What a report may ask of a lead at any past moment, apart from its statuses."""

    owner_id: Mapped[str | None] = mapped_column(Id)
    source: Mapped[str | None]


class Lead(InWorkspace, Versioned, LeadFacts, Base):
    """Somebody who may become a customer."""

    __tablename__ = "lead"
    __table_args__ = (
        within_workspace("owner_id", "user_account"),
        within_workspace("contact_id", "contact"),
        within_workspace("deal_id", "deal"),
        UniqueConstraint("workspace_id", "number"),
        Index(None, "workspace_id", "name_key"),
        index_of_given("ix_lead_email", "email"),
        Index("ix_lead_status", "workspace_id", "status"),
        Index("ix_lead_created", "workspace_id", "created_at", "owner_id"),
    )

    number: Mapped[int]
    name: Mapped[str]
    """The contact's name."""
    name_key: Mapped[str] = mapped_column(Key)
    email: Mapped[str | None]
    company_name: Mapped[str | None]
    company_key: Mapped[str | None] = mapped_column(Key)
    score: Mapped[int | None]
    score_is_manual: Mapped[bool] = mapped_column(default=False)
    status: Mapped[str] = mapped_column(String(16))
    disqualified_reason: Mapped[str | None]
    contact_id: Mapped[str | None] = mapped_column(Id)
    deal_id: Mapped[str | None] = mapped_column(Id)
    created_at: Mapped[datetime]
    facts_since: Mapped[datetime | None]
    """From when its facts are as they stand, none: since it was made; the earlier ones are in `lead_version`."""


class LeadVersion(InWorkspace, LeadFacts, Base):
    """A lead's facts as they were before a later change."""

    __tablename__ = "lead_version"
    __table_args__ = (
        within_workspace("lead_id", "lead"),
        within_workspace("owner_id", "user_account"),
        Index("ix_lead_version_lead", "workspace_id", "lead_id", "valid_from"),
        Index("ix_lead_version_moment", "workspace_id", "valid_to", "valid_from"),
    )

    lead_id: Mapped[str] = mapped_column(Id)
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime]


class LeadStatusEntry(InWorkspace, Base):
    """A lead entered a status at an instant."""

    __tablename__ = "lead_status_entry"
    __table_args__ = (
        within_workspace("lead_id", "lead"),
        Index("ix_lead_status_entry_lead", "workspace_id", "lead_id", "entered_at"),
        Index(
            "ix_lead_status_entry_window",
            "workspace_id",
            "status",
            "entered_at",
            "previous_at",
            "lead_created_at",
            "lead_id",
        ),
    )

    lead_id: Mapped[str] = mapped_column(Id)
    status: Mapped[str] = mapped_column(String(16))
    entered_at: Mapped[datetime]
    position: Mapped[int]
    """The order among entries of the same instant."""
    previous_at: Mapped[datetime | None]
    """When the lead last entered this same status before; lets a window count leads without DISTINCT."""
    lead_created_at: Mapped[datetime]
    """When the lead was made; kept here so that counting needs no look at the lead."""


class CustomerFacts:
    """What a report may ask of a customer at any past moment."""

    lifetime_value_minor: Mapped[int | None]
    """Set by hand, in the workspace's currency; else computed from its deals."""


class Customer(InWorkspace, Versioned, CustomerFacts, Base):
    """A company or person that bought in: made when a lead is converted."""

    __tablename__ = "customer"
    __table_args__ = (
        within_workspace("company_id", "company"),
        within_workspace("contact_id", "contact"),
        within_workspace("lead_id", "lead"),
        UniqueConstraint("workspace_id", "company_id"),
        index_of_given("ix_customer_contact", "contact_id"),
        Index("ix_customer_acquired", "workspace_id", "acquired_at"),
    )

    name: Mapped[str]
    company_id: Mapped[str | None] = mapped_column(Id)
    contact_id: Mapped[str | None] = mapped_column(Id)
    lead_id: Mapped[str | None] = mapped_column(Id)
    channel: Mapped[str]
    acquired_at: Mapped[datetime]
    facts_since: Mapped[datetime | None]
    """From when its facts are as they stand, none: since it was made; the earlier ones are in `customer_version`."""


class CustomerVersion(InWorkspace, CustomerFacts, Base):
    """A customer's facts as they were before a later change."""

    __tablename__ = "customer_version"
    __table_args__ = (
        within_workspace("customer_id", "customer"),
        Index("ix_customer_version_customer", "workspace_id", "customer_id", "valid_from"),
        Index("ix_customer_version_moment", "workspace_id", "valid_to", "valid_from"),
    )

    customer_id: Mapped[str] = mapped_column(Id)
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime]
