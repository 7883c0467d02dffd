"""Tables: journal and outbox."""

import sqlalchemy as sa
from alembic import op

from crmbot.models.base import UTCDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables, each after those it points at."""
    _create_delivery_key()
    _create_draft()
    _create_journal_entry()
    _create_outbox()
    _create_digest_subscription()
    _create_journal_change()
    _create_digest_slot()


def _create_delivery_key() -> None:
    op.create_table(
        "delivery_key",
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=True),
        sa.Column("entry_id", sa.String(length=26), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "key", name=op.f("pk_delivery_key")),
    )
    with op.batch_alter_table("delivery_key") as batch_op:
        batch_op.create_index("ix_delivery_key_at", ["at"], unique=False)
        batch_op.create_index("ix_delivery_key_fingerprint", ["workspace_id", "fingerprint", "at"], unique=False)


def _create_draft() -> None:
    op.create_table(
        "draft",
        sa.Column("request", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_draft")),
    )


def _create_journal_entry() -> None:
    op.create_table(
        "journal_entry",
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("actor_id", sa.String(length=26), nullable=True),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("surface", sa.String(length=16), nullable=False),
        sa.Column("undoes_id", sa.String(length=26), nullable=True),
        sa.Column("undone_by_id", sa.String(length=26), nullable=True),
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_journal_entry")),
    )
    with op.batch_alter_table("journal_entry") as batch_op:
        batch_op.create_index("ix_journal_entry_actor", ["workspace_id", "actor_id", "at"], unique=False)
        batch_op.create_index("ix_journal_entry_undoes", ["workspace_id", "undoes_id"], unique=False)


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("key", sa.String(length=128), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("destination", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("not_before", UTCDateTime(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("attempts", _INTEGER, nullable=False),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column("lease_holder", sa.String(length=26), nullable=True),
        sa.Column("resent_at", UTCDateTime(), nullable=True),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.Column("receipt", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("workspace_id", "key", name=op.f("uq_outbox_workspace_id_key")),
    )
    with op.batch_alter_table("outbox") as batch_op:
        batch_op.create_index(
            "ix_outbox_destination", ["workspace_id", "destination", "state", "created_at"], unique=False
        )
        batch_op.create_index("ix_outbox_ready", ["state", "not_before", "created_at"], unique=False)


def _create_digest_subscription() -> None:
    op.create_table(
        "digest_subscription",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("report", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("to_email", sa.String(), nullable=True),
        sa.Column("day", sa.String(length=9), nullable=False),
        sa.Column("time", sa.String(length=5), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("filters", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("owner_id", sa.String(length=26), nullable=True),
        sa.Column("paused_at", UTCDateTime(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("active_since", UTCDateTime(), nullable=False),
        sa.Column("from_config", sa.Boolean(), nullable=False),
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("version", _INTEGER, nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "owner_id"],
            ["user_account.workspace_id", "user_account.id"],
            name=op.f("fk_digest_subscription_owner_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_digest_subscription")),
        sa.UniqueConstraint("workspace_id", "name", name=op.f("uq_digest_subscription_workspace_id_name")),
    )


def _create_journal_change() -> None:
    op.create_table(
        "journal_change",
        sa.Column("entry_id", sa.String(length=26), nullable=False),
        sa.Column("position", _INTEGER, nullable=False),
        sa.Column("table", sa.String(length=32), nullable=False),
        sa.Column("row_id", sa.String(length=26), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "entry_id"],
            ["journal_entry.workspace_id", "journal_entry.id"],
            name=op.f("fk_journal_change_entry_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_journal_change")),
    )
    with op.batch_alter_table("journal_change") as batch_op:
        batch_op.create_index("ix_journal_change_entry", ["workspace_id", "entry_id", "position"], unique=False)
        batch_op.create_index("ix_journal_change_row", ["workspace_id", "row_id", "entry_id"], unique=False)


def _create_digest_slot() -> None:
    op.create_table(
        "digest_slot",
        sa.Column("subscription_id", sa.String(length=26), nullable=False),
        sa.Column("slot", sa.String(length=16), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("outbox_id", sa.String(length=26), nullable=True),
        sa.Column("snapshot", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "subscription_id"],
            ["digest_subscription.workspace_id", "digest_subscription.id"],
            name=op.f("fk_digest_slot_subscription_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_digest_slot")),
        sa.UniqueConstraint(
            "workspace_id", "subscription_id", "slot", name=op.f("uq_digest_slot_workspace_id_subscription_id_slot")
        ),
    )
