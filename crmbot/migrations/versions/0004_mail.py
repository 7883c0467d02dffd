"""Tables: mail."""

import sqlalchemy as sa
from alembic import op

from crmbot.models.base import UTCDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables, each after those it points at."""
    _create_mail_cursor()
    _create_mail_delivery()
    _create_mail_rule()
    _create_email()
    _create_email_reference()


def _create_mail_cursor() -> None:
    op.create_table(
        "mail_cursor",
        sa.Column("mailbox", sa.String(), nullable=False),
        sa.Column("uid_validity", _INTEGER, nullable=False),
        sa.Column("next_uid", _INTEGER, nullable=False),
        sa.Column("read_at", UTCDateTime(), nullable=False),
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_mail_cursor")),
        sa.UniqueConstraint("workspace_id", "mailbox", name=op.f("uq_mail_cursor_workspace_id_mailbox")),
    )


def _create_mail_delivery() -> None:
    op.create_table(
        "mail_delivery",
        sa.Column("mailbox", sa.String(), nullable=False),
        sa.Column("uid_validity", _INTEGER, nullable=False),
        sa.Column("uid", _INTEGER, nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("size", _INTEGER, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("tries", _INTEGER, nullable=False),
        sa.Column("leased_until", UTCDateTime(), nullable=True),
        sa.Column("email_id", sa.String(length=26), nullable=True),
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_mail_delivery")),
        sa.UniqueConstraint(
            "workspace_id",
            "mailbox",
            "uid_validity",
            "uid",
            name=op.f("uq_mail_delivery_workspace_id_mailbox_uid_validity_uid"),
        ),
    )
    with op.batch_alter_table("mail_delivery") as batch_op:
        batch_op.create_index("ix_mail_delivery_email", ["workspace_id", "email_id"], unique=False)
        batch_op.create_index("ix_mail_delivery_state", ["workspace_id", "state", "received_at"], unique=False)


def _create_mail_rule() -> None:
    op.create_table(
        "mail_rule",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("created_by_id", sa.String(length=26), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_mail_rule")),
        sa.UniqueConstraint("workspace_id", "kind", "value", name=op.f("uq_mail_rule_workspace_id_kind_value")),
    )


def _create_email() -> None:
    op.create_table(
        "email",
        sa.Column("dedupe_key", sa.String(length=64), nullable=False),
        sa.Column("content_key", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("references", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("from_name", sa.String(), nullable=False),
        sa.Column("from_address", sa.String(), nullable=True),
        sa.Column("recipients", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("attachments", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("detail", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("activity_id", sa.String(length=26), nullable=True),
        sa.Column("logged_by_id", sa.String(length=26), nullable=True),
        sa.Column("also_logged_by", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("version", _INTEGER, nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "activity_id"], ["activity.workspace_id", "activity.id"], name=op.f("fk_email_activity_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "logged_by_id"],
            ["user_account.workspace_id", "user_account.id"],
            name=op.f("fk_email_logged_by_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_email")),
        sa.UniqueConstraint("workspace_id", "dedupe_key", name=op.f("uq_email_workspace_id_dedupe_key")),
    )
    with op.batch_alter_table("email") as batch_op:
        batch_op.create_index("ix_email_activity", ["workspace_id", "activity_id"], unique=False)
        batch_op.create_index("ix_email_content", ["workspace_id", "content_key"], unique=False)
        batch_op.create_index("ix_email_message_id", ["workspace_id", "message_id"], unique=False)
        batch_op.create_index("ix_email_triage", ["workspace_id", "state", "received_at"], unique=False)


def _create_email_reference() -> None:
    op.create_table(
        "email_reference",
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("email_id", sa.String(length=26), nullable=False),
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "email_id"], ["email.workspace_id", "email.id"], name=op.f("fk_email_reference_email_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_email_reference")),
        sa.UniqueConstraint(
            "workspace_id", "message_id", "email_id", name=op.f("uq_email_reference_workspace_id_message_id_email_id")
        ),
    )
