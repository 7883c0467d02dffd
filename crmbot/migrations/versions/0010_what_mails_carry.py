"""Tables: attachments and meetings; what is known of an address or a proposal whose mail came back."""

import sqlalchemy as sa
from alembic import op

from crmbot.models.base import UTCDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TABLES = ("attachment_blob", "attachment", "meeting")


def upgrade() -> None:
    """Create the tables, each after those it points at, with the second wall; add the columns."""
    _create_blob()
    _create_attachment()
    _create_meeting()
    op.add_column("contact_email", sa.Column("bounced_at", UTCDateTime(), nullable=True))
    op.add_column("contact_email", sa.Column("bounce_reason", sa.String(), nullable=True))
    op.add_column("proposal", sa.Column("bounced_at", UTCDateTime(), nullable=True))
    op.add_column("proposal", sa.Column("bounce_reason", sa.String(), nullable=True))
    if op.get_context().dialect.name == "postgresql":
        seen = "current_setting('crmbot.workspace', true)"
        for table in _TABLES:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY workspace_only ON {table} USING ({seen} = '*' OR workspace_id = {seen})")


def _create_blob() -> None:
    op.create_table(
        "attachment_blob",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", _INTEGER, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_attachment_blob")),
        sa.UniqueConstraint("workspace_id", "digest", name=op.f("uq_attachment_blob_workspace_id_digest")),
    )


def _create_attachment() -> None:
    op.create_table(
        "attachment",
        sa.Column("email_id", sa.String(length=26), nullable=False),
        sa.Column("position", _INTEGER, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("type", sa.String(length=100), nullable=False),
        sa.Column("size", _INTEGER, nullable=False),
        sa.Column("blob_id", sa.String(length=26), nullable=True),
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "email_id"], ["email.workspace_id", "email.id"], name=op.f("fk_attachment_email_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "blob_id"],
            ["attachment_blob.workspace_id", "attachment_blob.id"],
            name=op.f("fk_attachment_blob_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_attachment")),
        sa.UniqueConstraint(
            "workspace_id", "email_id", "position", name=op.f("uq_attachment_workspace_id_email_id_position")
        ),
    )
    op.create_index("ix_attachment_blob", "attachment", ["workspace_id", "blob_id"])


def _create_meeting() -> None:
    op.create_table(
        "meeting",
        sa.Column("activity_id", sa.String(length=26), nullable=False),
        sa.Column("uid", sa.String(length=255), nullable=False),
        sa.Column("occurrence", sa.String(length=40), nullable=False),
        sa.Column("sequence", _INTEGER, nullable=False),
        sa.Column("stamped_at", UTCDateTime(), nullable=True),
        sa.Column("starts_at", UTCDateTime(), nullable=True),
        sa.Column("ends_at", UTCDateTime(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("organizer", sa.String(), nullable=True),
        sa.Column("repeats", sa.String(), nullable=True),
        sa.Column("attendees", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("cancelled_at", UTCDateTime(), nullable=True),
        sa.Column("version", _INTEGER, nullable=False),
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "activity_id"],
            ["activity.workspace_id", "activity.id"],
            name=op.f("fk_meeting_activity_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("workspace_id", "uid", "occurrence", name=op.f("uq_meeting_workspace_id_uid_occurrence")),
    )
    op.create_index("ix_meeting_activity", "meeting", ["workspace_id", "activity_id"])
