"""A workspace keeps its own reasons for a loss, by which rules its leads are scored, and since when Slack is gone."""

import sqlalchemy as sa
from alembic import op

from crmbot.models.base import UTCDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; empty ones mean what the config says."""
    with op.batch_alter_table("workspace") as batch_op:
        batch_op.add_column(sa.Column("lost_reasons", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("scored_by", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("stopped_at", UTCDateTime(), nullable=True))
