"""A workspace remembers whether its Slack draws charts itself, and when that was seen."""

import sqlalchemy as sa
from alembic import op

from crmbot.models.base import UTCDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; empty ones mean that nobody knows yet."""
    with op.batch_alter_table("workspace") as batch_op:
        batch_op.add_column(sa.Column("charts_taken", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("charts_seen_at", UTCDateTime(), nullable=True))
