"""Which message shows which record, who has a Home tab, and whose draft a draft is."""

import sqlalchemy as sa
from alembic import op

from crmbot.models.base import UTCDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables behind the wall between workspaces; drafts of nobody are told nobody."""
    _create_slack_card()
    _create_home_tab()
    with op.batch_alter_table("draft") as batch_op:
        batch_op.add_column(sa.Column("user_id", sa.String(length=26), nullable=True))
    if op.get_context().dialect.name == "postgresql":
        seen = "current_setting('crmbot.workspace', true)"
        for table in ("slack_card", "home_tab"):
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY workspace_only ON {table} USING ({seen} = '*' OR workspace_id = {seen})")


def _create_slack_card() -> None:
    op.create_table(
        "slack_card",
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("ts", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("record_id", sa.String(length=26), nullable=False),
        sa.Column("kept_at", UTCDateTime(), nullable=False),
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_slack_card")),
        sa.UniqueConstraint(
            "workspace_id",
            "channel",
            "ts",
            "kind",
            "record_id",
            name=op.f("uq_slack_card_workspace_id_channel_ts_kind_record_id"),
        ),
    )


def _create_home_tab() -> None:
    op.create_table(
        "home_tab",
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_home_tab")),
    )
