"""Proposals, their frozen versions and line items."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crmbot.models.base import Base, Id, InWorkspace, Versioned, index_of_given, within_workspace


class Proposal(InWorkspace, Versioned, Base):
    """An offer made from a deal."""

    __tablename__ = "proposal"
    __table_args__ = (
        within_workspace("deal_id", "deal"),
        UniqueConstraint("workspace_id", "number"),
        UniqueConstraint("link_digest"),
        Index("ix_proposal_deal", "workspace_id", "deal_id"),
        index_of_given("ix_proposal_sent", "sent_at"),
    )

    deal_id: Mapped[str] = mapped_column(Id)
    number: Mapped[int]
    title: Mapped[str]
    status: Mapped[str] = mapped_column(String(16))
    """draft, sent, viewed, accepted, declined or expired."""
    link_digest: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    viewed_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[str | None]
    declined_at: Mapped[datetime | None]
    expires_on: Mapped[date | None]
    bounced_at: Mapped[datetime | None]
    """When the mail that carried it came back."""
    bounce_reason: Mapped[str | None]


class ProposalVersion(InWorkspace, Base):
    """What was offered at one sending."""

    __tablename__ = "proposal_version"
    __table_args__ = (
        within_workspace("proposal_id", "proposal"),
        UniqueConstraint("workspace_id", "proposal_id", "position"),
    )

    proposal_id: Mapped[str] = mapped_column(Id)
    position: Mapped[int]
    at: Mapped[datetime]
    currency: Mapped[str] = mapped_column(String(3))
    content: Mapped[dict[str, Any]]
    """Title, terms and template as rendered."""


class ProposalItem(InWorkspace, Base):
    """A line of a version; quantity, price and percents are decimal text, exact."""

    __tablename__ = "proposal_item"
    __table_args__ = (
        within_workspace("version_id", "proposal_version"),
        UniqueConstraint("workspace_id", "version_id", "position"),
    )

    version_id: Mapped[str] = mapped_column(Id)
    position: Mapped[int]
    description: Mapped[str]
    quantity: Mapped[str] = mapped_column(String(40))
    unit_price: Mapped[str] = mapped_column(String(40))
    discount_percent: Mapped[str] = mapped_column(String(40))
    tax_percent: Mapped[str] = mapped_column(String(40))
