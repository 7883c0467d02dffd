"""Deals and their history."""

from datetime import UTC, date, datetime

from sqlalchemy import Index, String, UniqueConstraint, literal_column
from sqlalchemy.orm import Mapped, mapped_column

from crmbot.models.base import Base, Id, InWorkspace, Key, Versioned, index_of_given, partial_index, within_workspace

FOREVER = datetime(9999, 12, 31, tzinfo=UTC)
"""The end of what has none yet: a bound that an index finds, where an empty one would need a second look."""

_CLOSED = "outcome <> 'open'"


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
    contact_id: Mapped[str | None] = mapped_column(Id)
    company_id: Mapped[str | None] = mapped_column(Id)


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
        # Holds all that the sums of one person's deals need, as Home tabs show them.
        Index(
            "ix_deal_outcome",
            "workspace_id",
            "outcome",
            "owner_id",
            "stage_id",
            "currency",
            "value_minor",
            "probability",
        ),
        index_of_given("ix_deal_contact", "contact_id"),
        index_of_given("ix_deal_company", "company_id"),
        Index("ix_deal_created", "workspace_id", "created_at"),
        Index("ix_deal_value", "workspace_id", "outcome", "value_minor"),
        # Holds all that the board's sums need.
        Index("ix_deal_board", "workspace_id", "stage_id", "currency", "value_minor", "probability"),
    )

    number: Mapped[int]
    title: Mapped[str]
    title_key: Mapped[str] = mapped_column(Key)
    closed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class DealVersion(InWorkspace, DealFacts, Base):
    """A deal as it was from `valid_from` until before `valid_to` (`FOREVER`: still so)."""

    __tablename__ = "deal_version"
    __table_args__ = (
        within_workspace("deal_id", "deal"),
        within_workspace("stage_id", "stage"),
        within_workspace("from_stage_id", "stage"),
        within_workspace("company_id", "company"),
        within_workspace("contact_id", "contact"),
        Index("ix_deal_version_deal", "workspace_id", "deal_id", "valid_from"),
        Index("ix_deal_version_moment", "workspace_id", "valid_from", "valid_to"),
        # Holds all that sums over the deals of a moment need.
        Index(
            "ix_deal_version_outcome",
            "workspace_id",
            "outcome",
            "valid_to",
            "valid_from",
            "owner_id",
            "stage_id",
            "currency",
            "value_minor",
            "probability",
            "created_at",
            "stage_since",
            "expected_close",
            "forecast_category",
            "deal_id",
        ),
        partial_index("ix_deal_version_closed", "workspace_id", "outcome", "outcome_since", "valid_to", where=_CLOSED),
        index_of_given("ix_deal_version_company", "company_id", "valid_to"),
        index_of_given("ix_deal_version_contact", "contact_id", "valid_to"),
    )

    deal_id: Mapped[str] = mapped_column(Id)
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime]
    created_at: Mapped[datetime]
    """When the deal was made."""
    stage_since: Mapped[datetime]
    """Since when the deal was in this stage without a break."""
    outcome_since: Mapped[datetime]
    """Since when it was open, won or lost without a break."""
    from_stage_id: Mapped[str | None] = mapped_column(Id)
    """The stage it was in before it came to this outcome; none when it was made so."""


WAS_CLOSED = DealVersion.outcome != literal_column("'open'")
"""That a deal was won or lost; written out, as the index of those versions serves no query that binds it."""
