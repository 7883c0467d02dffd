"""An effect's changes stand in its journal entry: a row for each cost every effect three pages more."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_FOLDED = {
    "sqlite": """
        SELECT json_group_array(json_object('table', "table", 'row_id', row_id,
                                            'before', json("before"), 'after', json("after")))
        FROM (SELECT * FROM journal_change AS change
              WHERE change.workspace_id = journal_entry.workspace_id AND change.entry_id = journal_entry.id
              ORDER BY position)""",
    "postgresql": """
        SELECT coalesce(json_agg(json_build_object('table', "table", 'row_id', row_id,
                                                   'before', "before", 'after', "after") ORDER BY position), '[]')
        FROM journal_change AS change
        WHERE change.workspace_id = journal_entry.workspace_id AND change.entry_id = journal_entry.id""",
}
"""What makes one value of an entry's rows, in each database's words."""


def upgrade() -> None:
    """Take each entry's changes into it, and drop their table."""
    dialect = op.get_context().dialect.name
    if dialect == "postgresql":
        op.execute("SELECT set_config('crmbot.workspace', '*', true)")
    with op.batch_alter_table("journal_entry") as batch_op:
        batch_op.add_column(sa.Column("changes", sa.JSON(), nullable=True))
    op.execute(f"UPDATE journal_entry SET changes = ({_FOLDED[dialect]})")
    with op.batch_alter_table("journal_entry") as batch_op:
        batch_op.alter_column("changes", existing_type=sa.JSON(), nullable=False)
    op.drop_table("journal_change")
