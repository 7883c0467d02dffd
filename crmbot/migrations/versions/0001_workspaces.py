"""Tables: workspaces."""

import sqlalchemy as sa
from alembic import op

from crmbot.models.base import UTCDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables, each after those it points at."""
    _create_currency_rate()
    _create_slack_installation()
    _create_stage()
    _create_user_account()
    _create_workspace()
    _create_alias()
    _create_api_token()
    _create_counter()


def _create_currency_rate() -> None:
    op.create_table(
        "currency_rate",
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("rate", sa.String(length=40), nullable=False),
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_currency_rate")),
        sa.UniqueConstraint("workspace_id", "currency", "on", name=op.f("uq_currency_rate_workspace_id_currency_on")),
    )


def _create_slack_installation() -> None:
    op.create_table(
        "slack_installation",
        sa.Column("team_id", sa.String(length=32), nullable=False),
        sa.Column("bot_user_id", sa.String(length=32), nullable=True),
        sa.Column("sealed", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("installed_at", UTCDateTime(), nullable=False),
        sa.Column("removed_at", UTCDateTime(), nullable=True),
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_slack_installation")),
    )
    with op.batch_alter_table("slack_installation") as batch_op:
        batch_op.create_index(batch_op.f("ix_slack_installation_team_id"), ["team_id"], unique=False)


def _create_stage() -> None:
    op.create_table(
        "stage",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("probability", _INTEGER, nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("position", _INTEGER, nullable=False),
        sa.Column("stale_after_days", _INTEGER, nullable=True),
        sa.Column("forecast_category", sa.String(length=16), nullable=False),
        sa.Column("removed_at", UTCDateTime(), nullable=True),
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("version", _INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_stage")),
        sa.UniqueConstraint("workspace_id", "key", name=op.f("uq_stage_workspace_id_key")),
    )


def _create_user_account() -> None:
    op.create_table(
        "user_account",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("timezone", sa.String(), nullable=True),
        sa.Column("slack_user_id", sa.String(length=32), nullable=True),
        sa.Column("mail_token", sa.String(length=32), nullable=True),
        sa.Column("receipts", sa.String(length=16), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("version", _INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("workspace_id", "email", name=op.f("uq_user_account_workspace_id_email")),
        sa.UniqueConstraint("workspace_id", "slack_user_id", name=op.f("uq_user_account_workspace_id_slack_user_id")),
    )


def _create_workspace() -> None:
    op.create_table(
        "workspace",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("date_order", sa.String(length=3), nullable=True),
        sa.Column("slack_team_id", sa.String(length=32), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspace")),
        sa.UniqueConstraint("slack_team_id", name=op.f("uq_workspace_slack_team_id")),
    )


def _create_alias() -> None:
    op.create_table(
        "alias",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("record_id", sa.String(length=26), nullable=False),
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "user_id"], ["user_account.workspace_id", "user_account.id"], name=op.f("fk_alias_user_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_alias")),
        sa.UniqueConstraint(
            "workspace_id", "user_id", "kind", "word", name=op.f("uq_alias_workspace_id_user_id_kind_word")
        ),
    )


def _create_api_token() -> None:
    op.create_table(
        "api_token",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=True),
        sa.Column("revoked_at", UTCDateTime(), nullable=True),
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "user_id"],
            ["user_account.workspace_id", "user_account.id"],
            name=op.f("fk_api_token_user_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_token_digest")),
    )


def _create_counter() -> None:
    op.create_table(
        "counter",
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("value", _INTEGER, nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_counter_")),
        sa.PrimaryKeyConstraint("workspace_id", "name", name=op.f("pk_counter")),
    )
