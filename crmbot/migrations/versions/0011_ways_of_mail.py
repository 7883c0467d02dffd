"""Who sent a stored mail, so that nobody's flood keeps others waiting; a person's earlier address, good for a while."""

import sqlalchemy as sa
from alembic import op

from crmbot.models.base import UTCDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; what is empty is nobody's, or has ended."""
    op.add_column("mail_delivery", sa.Column("sender", sa.String(length=255), nullable=True))
    op.add_column("user_account", sa.Column("earlier_mail_token", sa.String(length=32), nullable=True))
    op.add_column("user_account", sa.Column("earlier_mail_until", UTCDateTime(), nullable=True))
