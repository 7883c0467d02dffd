"""Tables: people and deals."""

import sqlalchemy as sa
from alembic import op

from crmbot.models.base import UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the tables, each after those it points at."""
    _create_company()
    _create_contact()
    _create_contact_email()
    _create_deal()
    _create_deal_version()


def _create_company() -> None:
    op.create_table(
        "company",
        sa.Column("number", _INTEGER, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", _KEY, nullable=False),
        sa.Column("domain", sa.String(), nullable=True),
        sa.Column("industry", sa.String(), nullable=True),
        sa.Column("size", sa.String(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("version", _INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_company")),
        sa.UniqueConstraint("workspace_id", "number", name=op.f("uq_company_workspace_id_number")),
    )
    with op.batch_alter_table("company") as batch_op:
        batch_op.create_index(batch_op.f("ix_company_workspace_id_domain"), ["workspace_id", "domain"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_company_workspace_id_name_key"), ["workspace_id", "name_key"], unique=False
        )


def _create_contact() -> None:
    op.create_table(
        "contact",
        sa.Column("number", _INTEGER, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", _KEY, nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("company_id", sa.String(length=26), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("version", _INTEGER, nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "company_id"], ["company.workspace_id", "company.id"], name=op.f("fk_contact_company_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_contact")),
        sa.UniqueConstraint("workspace_id", "number", name=op.f("uq_contact_workspace_id_number")),
    )
    with op.batch_alter_table("contact") as batch_op:
        batch_op.create_index("ix_contact_company", ["workspace_id", "company_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_contact_workspace_id_name_key"), ["workspace_id", "name_key"], unique=False
        )


def _create_contact_email() -> None:
    op.create_table(
        "contact_email",
        sa.Column("contact_id", sa.String(length=26), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("position", _INTEGER, nullable=False),
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "contact_id"],
            ["contact.workspace_id", "contact.id"],
            name=op.f("fk_contact_email_contact_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_contact_email")),
        sa.UniqueConstraint("workspace_id", "email", name=op.f("uq_contact_email_workspace_id_email")),
    )
    with op.batch_alter_table("contact_email") as batch_op:
        batch_op.create_index("ix_contact_email_contact", ["workspace_id", "contact_id", "position"], unique=False)


def _create_deal() -> None:
    op.create_table(
        "deal",
        sa.Column("number", _INTEGER, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("title_key", _KEY, nullable=False),
        sa.Column("contact_id", sa.String(length=26), nullable=True),
        sa.Column("company_id", sa.String(length=26), nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("version", _INTEGER, nullable=False),
        sa.Column("stage_id", sa.String(length=26), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("owner_id", sa.String(length=26), nullable=True),
        sa.Column("value_minor", _INTEGER, nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("probability", _INTEGER, nullable=False),
        sa.Column("probability_is_manual", sa.Boolean(), nullable=False),
        sa.Column("expected_close", sa.Date(), nullable=True),
        sa.Column("forecast_category", sa.String(length=16), nullable=True),
        sa.Column("lost_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "company_id"], ["company.workspace_id", "company.id"], name=op.f("fk_deal_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "contact_id"], ["contact.workspace_id", "contact.id"], name=op.f("fk_deal_contact_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "owner_id"],
            ["user_account.workspace_id", "user_account.id"],
            name=op.f("fk_deal_owner_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "stage_id"], ["stage.workspace_id", "stage.id"], name=op.f("fk_deal_stage_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_deal")),
        sa.UniqueConstraint("workspace_id", "number", name=op.f("uq_deal_workspace_id_number")),
    )
    with op.batch_alter_table("deal") as batch_op:
        batch_op.create_index("ix_deal_company", ["workspace_id", "company_id"], unique=False)
        batch_op.create_index("ix_deal_contact", ["workspace_id", "contact_id"], unique=False)
        batch_op.create_index("ix_deal_outcome", ["workspace_id", "outcome", "owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_deal_workspace_id_title_key"), ["workspace_id", "title_key"], unique=False)


def _create_deal_version() -> None:
    op.create_table(
        "deal_version",
        sa.Column("deal_id", sa.String(length=26), nullable=False),
        sa.Column("valid_from", UTCDateTime(), nullable=False),
        sa.Column("valid_to", UTCDateTime(), nullable=True),
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("stage_id", sa.String(length=26), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("owner_id", sa.String(length=26), nullable=True),
        sa.Column("value_minor", _INTEGER, nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("probability", _INTEGER, nullable=False),
        sa.Column("probability_is_manual", sa.Boolean(), nullable=False),
        sa.Column("expected_close", sa.Date(), nullable=True),
        sa.Column("forecast_category", sa.String(length=16), nullable=True),
        sa.Column("lost_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "deal_id"], ["deal.workspace_id", "deal.id"], name=op.f("fk_deal_version_deal_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "stage_id"], ["stage.workspace_id", "stage.id"], name=op.f("fk_deal_version_stage_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_deal_version")),
    )
    with op.batch_alter_table("deal_version") as batch_op:
        batch_op.create_index("ix_deal_version_deal", ["workspace_id", "deal_id", "valid_from"], unique=False)
        batch_op.create_index("ix_deal_version_moment", ["workspace_id", "valid_from", "valid_to"], unique=False)
