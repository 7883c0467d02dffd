"""Tables: leads and activities."""

import sqlalchemy as sa
from alembic import op

from crmbot.models.base import UTCDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the tables, each after those it points at."""
    _create_lead()
    _create_proposal()
    _create_activity()
    _create_customer()
    _create_lead_status_entry()
    _create_note()
    _create_proposal_version()
    _create_activity_version()
    _create_proposal_item()


def _create_lead() -> None:
    op.create_table(
        "lead",
        sa.Column("number", _INTEGER, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", _KEY, nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("company_name", sa.String(), nullable=True),
        sa.Column("company_key", _KEY, nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("owner_id", sa.String(length=26), nullable=True),
        sa.Column("score", _INTEGER, nullable=True),
        sa.Column("score_is_manual", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("disqualified_reason", sa.String(), nullable=True),
        sa.Column("contact_id", sa.String(length=26), nullable=True),
        sa.Column("deal_id", sa.String(length=26), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("version", _INTEGER, nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "contact_id"], ["contact.workspace_id", "contact.id"], name=op.f("fk_lead_contact_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "deal_id"], ["deal.workspace_id", "deal.id"], name=op.f("fk_lead_deal_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "owner_id"],
            ["user_account.workspace_id", "user_account.id"],
            name=op.f("fk_lead_owner_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_lead")),
        sa.UniqueConstraint("workspace_id", "number", name=op.f("uq_lead_workspace_id_number")),
    )
    with op.batch_alter_table("lead") as batch_op:
        batch_op.create_index("ix_lead_email", ["workspace_id", "email"], unique=False)
        batch_op.create_index("ix_lead_status", ["workspace_id", "status"], unique=False)
        batch_op.create_index(batch_op.f("ix_lead_workspace_id_name_key"), ["workspace_id", "name_key"], unique=False)


def _create_proposal() -> None:
    op.create_table(
        "proposal",
        sa.Column("deal_id", sa.String(length=26), nullable=False),
        sa.Column("number", _INTEGER, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("link_digest", sa.String(length=64), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.Column("viewed_at", UTCDateTime(), nullable=True),
        sa.Column("accepted_at", UTCDateTime(), nullable=True),
        sa.Column("accepted_by", sa.String(), nullable=True),
        sa.Column("declined_at", UTCDateTime(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("version", _INTEGER, nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "deal_id"], ["deal.workspace_id", "deal.id"], name=op.f("fk_proposal_deal_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_proposal")),
        sa.UniqueConstraint("link_digest", name=op.f("uq_proposal_link_digest")),
        sa.UniqueConstraint("workspace_id", "number", name=op.f("uq_proposal_workspace_id_number")),
    )
    with op.batch_alter_table("proposal") as batch_op:
        batch_op.create_index("ix_proposal_deal", ["workspace_id", "deal_id"], unique=False)
        batch_op.create_index("ix_proposal_sent", ["workspace_id", "sent_at"], unique=False)


def _create_activity() -> None:
    op.create_table(
        "activity",
        sa.Column("number", _INTEGER, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("notes", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("attendees", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("facts_since", UTCDateTime(), nullable=False),
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("version", _INTEGER, nullable=False),
        sa.Column("lead_id", sa.String(length=26), nullable=True),
        sa.Column("contact_id", sa.String(length=26), nullable=True),
        sa.Column("company_id", sa.String(length=26), nullable=True),
        sa.Column("deal_id", sa.String(length=26), nullable=True),
        sa.Column("owner_id", sa.String(length=26), nullable=True),
        sa.Column("due_at", UTCDateTime(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("overdue_at", UTCDateTime(), nullable=True),
        sa.Column("completed_at", UTCDateTime(), nullable=True),
        sa.Column("duration_minutes", _INTEGER, nullable=True),
        sa.Column("billable", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "company_id"], ["company.workspace_id", "company.id"], name=op.f("fk_activity_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "contact_id"], ["contact.workspace_id", "contact.id"], name=op.f("fk_activity_contact_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "deal_id"], ["deal.workspace_id", "deal.id"], name=op.f("fk_activity_deal_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "lead_id"], ["lead.workspace_id", "lead.id"], name=op.f("fk_activity_lead_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "owner_id"],
            ["user_account.workspace_id", "user_account.id"],
            name=op.f("fk_activity_owner_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_activity")),
        sa.UniqueConstraint("workspace_id", "number", name=op.f("uq_activity_workspace_id_number")),
    )
    with op.batch_alter_table("activity") as batch_op:
        batch_op.create_index("ix_activity_company", ["workspace_id", "company_id", "created_at"], unique=False)
        batch_op.create_index("ix_activity_contact", ["workspace_id", "contact_id", "created_at"], unique=False)
        batch_op.create_index("ix_activity_deal", ["workspace_id", "deal_id", "created_at"], unique=False)
        batch_op.create_index("ix_activity_lead", ["workspace_id", "lead_id", "created_at"], unique=False)
        batch_op.create_index("ix_activity_open", ["workspace_id", "completed_at", "overdue_at"], unique=False)
        batch_op.create_index(
            "ix_activity_owner", ["workspace_id", "owner_id", "completed_at", "overdue_at"], unique=False
        )


def _create_customer() -> None:
    op.create_table(
        "customer",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("company_id", sa.String(length=26), nullable=True),
        sa.Column("contact_id", sa.String(length=26), nullable=True),
        sa.Column("lead_id", sa.String(length=26), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("acquired_at", UTCDateTime(), nullable=False),
        sa.Column("lifetime_value_minor", _INTEGER, nullable=True),
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("version", _INTEGER, nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "company_id"], ["company.workspace_id", "company.id"], name=op.f("fk_customer_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "contact_id"], ["contact.workspace_id", "contact.id"], name=op.f("fk_customer_contact_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "lead_id"], ["lead.workspace_id", "lead.id"], name=op.f("fk_customer_lead_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_customer")),
        sa.UniqueConstraint("workspace_id", "company_id", name=op.f("uq_customer_workspace_id_company_id")),
    )
    with op.batch_alter_table("customer") as batch_op:
        batch_op.create_index("ix_customer_acquired", ["workspace_id", "acquired_at"], unique=False)
        batch_op.create_index("ix_customer_contact", ["workspace_id", "contact_id"], unique=False)


def _create_lead_status_entry() -> None:
    op.create_table(
        "lead_status_entry",
        sa.Column("lead_id", sa.String(length=26), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("entered_at", UTCDateTime(), nullable=False),
        sa.Column("position", _INTEGER, nullable=False),
        sa.Column("previous_at", UTCDateTime(), nullable=True),
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "lead_id"], ["lead.workspace_id", "lead.id"], name=op.f("fk_lead_status_entry_lead_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_lead_status_entry")),
    )
    with op.batch_alter_table("lead_status_entry") as batch_op:
        batch_op.create_index("ix_lead_status_entry_lead", ["workspace_id", "lead_id", "entered_at"], unique=False)
        batch_op.create_index(
            "ix_lead_status_entry_window",
            ["workspace_id", "status", "entered_at", "previous_at", "lead_id"],
            unique=False,
        )


def _create_note() -> None:
    op.create_table(
        "note",
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("author_id", sa.String(length=26), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("version", _INTEGER, nullable=False),
        sa.Column("lead_id", sa.String(length=26), nullable=True),
        sa.Column("contact_id", sa.String(length=26), nullable=True),
        sa.Column("company_id", sa.String(length=26), nullable=True),
        sa.Column("deal_id", sa.String(length=26), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "author_id"],
            ["user_account.workspace_id", "user_account.id"],
            name=op.f("fk_note_author_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "company_id"], ["company.workspace_id", "company.id"], name=op.f("fk_note_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "contact_id"], ["contact.workspace_id", "contact.id"], name=op.f("fk_note_contact_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "deal_id"], ["deal.workspace_id", "deal.id"], name=op.f("fk_note_deal_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "lead_id"], ["lead.workspace_id", "lead.id"], name=op.f("fk_note_lead_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_note")),
    )
    with op.batch_alter_table("note") as batch_op:
        batch_op.create_index("ix_note_contact", ["workspace_id", "contact_id", "created_at"], unique=False)
        batch_op.create_index("ix_note_deal", ["workspace_id", "deal_id", "created_at"], unique=False)


def _create_proposal_version() -> None:
    op.create_table(
        "proposal_version",
        sa.Column("proposal_id", sa.String(length=26), nullable=False),
        sa.Column("position", _INTEGER, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("content", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "proposal_id"],
            ["proposal.workspace_id", "proposal.id"],
            name=op.f("fk_proposal_version_proposal_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_proposal_version")),
        sa.UniqueConstraint(
            "workspace_id",
            "proposal_id",
            "position",
            name=op.f("uq_proposal_version_workspace_id_proposal_id_position"),
        ),
    )


def _create_activity_version() -> None:
    op.create_table(
        "activity_version",
        sa.Column("activity_id", sa.String(length=26), nullable=False),
        sa.Column("valid_from", UTCDateTime(), nullable=False),
        sa.Column("valid_to", UTCDateTime(), nullable=False),
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("owner_id", sa.String(length=26), nullable=True),
        sa.Column("due_at", UTCDateTime(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("overdue_at", UTCDateTime(), nullable=True),
        sa.Column("completed_at", UTCDateTime(), nullable=True),
        sa.Column("duration_minutes", _INTEGER, nullable=True),
        sa.Column("billable", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "activity_id"],
            ["activity.workspace_id", "activity.id"],
            name=op.f("fk_activity_version_activity_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_activity_version")),
    )
    with op.batch_alter_table("activity_version") as batch_op:
        batch_op.create_index(
            "ix_activity_version_activity", ["workspace_id", "activity_id", "valid_from"], unique=False
        )
        batch_op.create_index("ix_activity_version_moment", ["workspace_id", "valid_to", "valid_from"], unique=False)


def _create_proposal_item() -> None:
    op.create_table(
        "proposal_item",
        sa.Column("version_id", sa.String(length=26), nullable=False),
        sa.Column("position", _INTEGER, nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("quantity", sa.String(length=40), nullable=False),
        sa.Column("unit_price", sa.String(length=40), nullable=False),
        sa.Column("discount_percent", sa.String(length=40), nullable=False),
        sa.Column("tax_percent", sa.String(length=40), nullable=False),
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "version_id"],
            ["proposal_version.workspace_id", "proposal_version.id"],
            name=op.f("fk_proposal_item_version_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_proposal_item")),
        sa.UniqueConstraint(
            "workspace_id", "version_id", "position", name=op.f("uq_proposal_item_workspace_id_version_id_position")
        ),
    )
