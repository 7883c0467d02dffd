"""Workspaces, their users, tokens, counters, stages and currency rates."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crmbot.models.base import Base, Id, InWorkspace, Versioned, within_workspace


class Workspace(Base):
    """A tenant: one Slack workspace."""

    __tablename__ = "workspace"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    name: Mapped[str]
    timezone: Mapped[str]
    currency: Mapped[str] = mapped_column(String(3))
    date_order: Mapped[str | None] = mapped_column(String(3))
    """`dmy` or `mdy`; without it 03/04 is refused as unclear."""
    slack_team_id: Mapped[str | None] = mapped_column(String(32), unique=True)
    created_at: Mapped[datetime]
    lost_reasons: Mapped[list[str] | None]
    """The workspace's own; those of the config when empty."""
    scored_by: Mapped[str | None] = mapped_column(String(64))
    """A hash of the rules by which all leads were scored last."""
    stopped_at: Mapped[datetime | None]
    """Since when Slack took its leave back: nothing is sent and nobody answered until it is installed again."""
    charts_taken: Mapped[bool | None]
    """Whether this workspace's Slack takes blocks that are charts; empty while nobody knows."""
    charts_seen_at: Mapped[datetime | None]
    """When that was seen."""


class User(InWorkspace, Versioned, Base):
    """A person who works in the workspace."""

    __tablename__ = "user_account"
    __table_args__ = (
        UniqueConstraint("workspace_id", "email"),
        UniqueConstraint("workspace_id", "slack_user_id"),
    )

    name: Mapped[str]
    email: Mapped[str]
    role: Mapped[str] = mapped_column(String(16))
    timezone: Mapped[str | None]
    """IANA name; the workspace's zone when empty."""
    slack_user_id: Mapped[str | None] = mapped_column(String(32))
    mail_token: Mapped[str | None] = mapped_column(String(32))
    """What the user's own intake address is made with; another one makes another address."""
    earlier_mail_token: Mapped[str | None] = mapped_column(String(32))
    earlier_mail_until: Mapped[datetime | None]
    """Until then the address before this one is taken too."""
    receipts: Mapped[str] = mapped_column(String(16), default="all")
    """Which mail receipts the user wants: all, problems or none."""
    receipts_by: Mapped[str | None] = mapped_column(String(8))
    """slack, mail or both; when empty in Slack, or by mail to whom Slack does not know."""
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class ApiToken(InWorkspace, Base):
    """A key that acts as a user; only a keyed hash of it is kept."""

    __tablename__ = "api_token"
    __table_args__ = (within_workspace("user_id", "user_account"),)

    user_id: Mapped[str] = mapped_column(Id)
    name: Mapped[str]
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Counter(Base):
    """The last number given to a kind of record."""

    __tablename__ = "counter"

    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspace.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    value: Mapped[int] = mapped_column(default=0)


class Stage(InWorkspace, Versioned, Base):
    """A step of the pipeline."""

    __tablename__ = "stage"
    __table_args__ = (UniqueConstraint("workspace_id", "key"),)

    key: Mapped[str] = mapped_column(String(64))
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(String(8))
    probability: Mapped[int]
    """Whole percent."""
    late: Mapped[bool]
    position: Mapped[int]
    stale_after_days: Mapped[int | None]
    forecast_category: Mapped[str] = mapped_column(String(16))
    removed_at: Mapped[datetime | None]
    """Removed stages stay for the history of the deals that were there."""


class CurrencyRate(InWorkspace, Base):
    """Units of the workspace's currency for one of `currency`, from a day on."""

    __tablename__ = "currency_rate"
    __table_args__ = (UniqueConstraint("workspace_id", "currency", "on"),)

    currency: Mapped[str] = mapped_column(String(3))
    on: Mapped[date]
    rate: Mapped[str] = mapped_column(String(40))
    """Decimal text, exact."""


class Alias(InWorkspace, Base):
    """A word one person uses for one record, remembered from a choice."""

    __tablename__ = "alias"
    __table_args__ = (
        within_workspace("user_id", "user_account"),
        UniqueConstraint("workspace_id", "user_id", "kind", "word"),
    )

    user_id: Mapped[str] = mapped_column(Id)
    kind: Mapped[str] = mapped_column(String(16))
    word: Mapped[str]
    record_id: Mapped[str] = mapped_column(Id)


class Installation(InWorkspace, Base):
    """Slack's leave to work in a workspace; tokens are kept encrypted."""

    __tablename__ = "slack_installation"
    __table_args__ = (Index(None, "team_id"),)

    team_id: Mapped[str] = mapped_column(String(32))
    bot_user_id: Mapped[str | None] = mapped_column(String(32))
    sealed: Mapped[dict[str, Any]]
    installed_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
