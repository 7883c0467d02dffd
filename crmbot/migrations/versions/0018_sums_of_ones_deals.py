"""The sums of one person's deals are read from an index of their own deals, not from that of everybody's."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_VALUES = ["stage_id", "currency", "value_minor", "probability"]


def upgrade() -> None:
    """Let the index of owners hold what sums need, and take the owner out of the board's."""
    op.drop_index("ix_deal_outcome", "deal")
    op.create_index("ix_deal_outcome", "deal", ["workspace_id", "outcome", "owner_id", *_VALUES])
    op.drop_index("ix_deal_board", "deal")
    op.create_index("ix_deal_board", "deal", ["workspace_id", *_VALUES])
