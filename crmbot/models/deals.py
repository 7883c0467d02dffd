"""Deals and their history."""

from datetime import date, datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crmbot.models.base import Base, Id, InWorkspace, Key, Versioned, within_workspace


class DealFacts:
    """What a report may ask of a deal at any past moment."""

    stage_id: Mapped[str] = mapped_column(Id)
    outcome: Mapped[str] = mapped_column(String(8))
    """open, won or lost: the kind of the stage, kept beside it so that reports need no join."""
    owner_id: Mapped[str | None] = mapped_column(Id)
    value_minor: Mapped[int | None]
    """In minor units of `currency`; empty when nobody said yet."""
    currency: Mapped[str] = mapped_column(String(3))
    probability: Mapped[int]
    """Whole percent."""
    probability_is_manual: Mapped[bool]
    expected_close: Mapped[date | None]
    forecast_category: Mapped[str | None] = mapped_column(String(16))
    """Set by hand; else the stage's."""
    lost_reason: Mapped[str | None]


class Deal(InWorkspace, Versioned, DealFacts, Base):
    """An opportunity, as it stands now."""

    __tablename__ = "deal"
    __table_args__ = (
        within_workspace("stage_id", "stage"),
        within_workspace("owner_id", "user_account"),
        within_workspace("contact_id", "contact"),
        within_workspace("company_id", "company"),
        UniqueConstraint("workspace_id", "number"),
        Index(None, "workspace_id", "title_key"),
        Index("ix_deal_outcome", "workspace_id", "outcome", "owner_id"),
        Index("ix_deal_contact", "workspace_id", "contact_id"),
        Index("ix_deal_company", "workspace_id", "company_id"),
        Index("ix_deal_created", "workspace_id", "created_at"),
    )

    number: Mapped[int]
    title: Mapped[str]
    title_key: Mapped[str] = mapped_column(Key)
    contact_id: Mapped[str | None] = mapped_column(Id)
    company_id: Mapped[str | None] = mapped_column(Id)
    closed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class DealVersion(InWorkspace, DealFacts, Base):
    """A deal as it was from `valid_from` until before `valid_to` (none: still so)."""

    __tablename__ = "deal_version"
    __table_args__ = (
        within_workspace("deal_id", "deal"),
        within_workspace("stage_id", "stage"),
        Index("ix_deal_version_deal", "workspace_id", "deal_id", "valid_from"),
        Index("ix_deal_version_moment", "workspace_id", "valid_from", "valid_to"),
        Index("ix_deal_version_outcome", "workspace_id", "outcome", "valid_to", "valid_from"),
    )

    deal_id: Mapped[str] = mapped_column(Id)
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None]
