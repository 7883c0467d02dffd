"""Indexes that lead reports to the rows of their window."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the indexes; the one of a deal's activities now holds all that tells when they touched it."""
    op.create_index("ix_lead_created", "lead", ["workspace_id", "created_at", "owner_id"])
    op.create_index("ix_deal_created", "deal", ["workspace_id", "created_at"])
    op.create_index("ix_deal_version_outcome", "deal_version", ["workspace_id", "outcome", "valid_to", "valid_from"])
    op.create_index("ix_activity_due", "activity", ["workspace_id", "overdue_at", "completed_at"])
    op.drop_index("ix_activity_deal", "activity")
    op.create_index(
        "ix_activity_deal", "activity", ["workspace_id", "deal_id", "created_at", "completed_at", "facts_since"]
    )
