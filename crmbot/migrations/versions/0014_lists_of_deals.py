"""Indexes that lists of deals and the board read from: by value, and by stage with all that its sums need."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the indexes."""
    op.create_index("ix_deal_value", "deal", ["workspace_id", "outcome", "value_minor"])
    op.create_index(
        "ix_deal_board", "deal", ["workspace_id", "stage_id", "currency", "value_minor", "probability", "owner_id"]
    )
