"""What came in and what was typed are one key: a row of its own and an index of each were three pages of a commit.

Slack's keys were twice as long before. Cut to what they are now, an input of just before the upgrade is known after it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_COLUMNS = ("workspace_id", "fingerprint", "key")
_FINGERPRINT = "substr(coalesce(fingerprint, ''), 1, 32)"
# Keys of other inputs begin with a word of where they come from.
_KEY = "CASE WHEN length(key) = 64 AND key NOT LIKE '% %' THEN substr(key, 1, 32) ELSE key END"


def upgrade() -> None:
    """Lead the key by the fingerprint; on SQLite the rows move into their key."""
    if op.get_context().dialect.name == "postgresql":
        op.execute("SELECT set_config('crmbot.workspace', '*', true)")
        op.execute(f"UPDATE delivery_key SET fingerprint = {_FINGERPRINT}, key = {_KEY}")
        op.drop_index("ix_delivery_key_fingerprint", "delivery_key")
        op.drop_constraint("pk_delivery_key", "delivery_key", type_="primary")
        op.create_primary_key("pk_delivery_key", "delivery_key", list(_COLUMNS))
    else:
        _make_anew()


def _make_anew() -> None:
    op.rename_table("delivery_key", "delivery_key_before")
    op.create_table(
        "delivery_key",
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entry_id", sa.String(length=26), nullable=False),
        sa.PrimaryKeyConstraint(*_COLUMNS, name="pk_delivery_key"),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO delivery_key (workspace_id, fingerprint, key, at, entry_id) "
        f"SELECT workspace_id, {_FINGERPRINT}, {_KEY}, at, entry_id FROM delivery_key_before"
    )
    op.drop_table("delivery_key_before")
