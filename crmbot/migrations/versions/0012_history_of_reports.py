"""Everything a report reads of a past moment has its history, and what it asks most often is kept where it looks.

A version of a deal knows since when its deal was in its stage and had its outcome, ends far ahead instead of never, and
belongs to a company and a contact; leads and customers keep what they were; the indexes hold what the reports count.
"""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from crmbot.models.base import UTCDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_ID = sa.String(length=26)
_FOREVER = datetime(9999, 12, 31, tzinfo=UTC)
_VERSION = ("created_at", "stage_since", "outcome_since")
_OPEN = ("completed_at", "overdue_at", "created_at", "due_on", "kind", "owner_id")
_STANDING = ("valid_to", "valid_from", "owner_id", "stage_id", "currency", "value_minor", "probability", "created_at")


def upgrade() -> None:
    """Add the columns and tables, fill them for the rows that are there, lead the reports to them."""
    if op.get_context().dialect.name == "postgresql":
        op.execute("SELECT set_config('crmbot.workspace', '*', true)")
    _add_deal_columns()
    _fill_deal_columns()
    _settle_deal_columns()
    _keep_time_of_leads()
    _add_earlier_facts("lead", sa.Column("owner_id", _ID), sa.Column("source", sa.String()), owned=True)
    _add_earlier_facts("customer", sa.Column("lifetime_value_minor", _INTEGER))
    op.drop_index("ix_activity_open", "activity")
    columns = ["workspace_id", *_OPEN, "billable", "duration_minutes", "facts_since"]
    op.create_index("ix_activity_open", "activity", columns)


def _add_deal_columns() -> None:
    with op.batch_alter_table("deal_version") as batch_op:
        for name in _VERSION:
            batch_op.add_column(sa.Column(name, UTCDateTime(), nullable=True))
        for name in ("from_stage_id", "company_id", "contact_id"):
            batch_op.add_column(sa.Column(name, _ID, nullable=True))


def _fill_deal_columns() -> None:
    version = sa.table(
        "deal_version", *map(sa.column, ("workspace_id", "deal_id", "valid_from", "stage_id", "outcome"))
    )
    version.append_column(sa.column("valid_to", UTCDateTime()))
    for name in (*_VERSION, "from_stage_id", "company_id", "contact_id"):
        version.append_column(sa.column(name))
    deal = sa.table("deal", *map(sa.column, ("workspace_id", "id", "created_at", "company_id", "contact_id")))
    op.execute(sa.update(version).where(version.c.valid_to.is_(None)).values(valid_to=_FOREVER))
    of_deal = (deal.c.workspace_id == version.c.workspace_id, deal.c.id == version.c.deal_id)
    copied = {
        name: sa.select(deal.c[name]).where(*of_deal).scalar_subquery()
        for name in ("created_at", "company_id", "contact_id")
    }
    op.execute(sa.update(version).values(copied))
    stage_since, _ = _before(version, "stage_id")
    outcome_since, from_stage = _before(version, "outcome")
    since = {
        "stage_since": sa.func.coalesce(stage_since, version.c.created_at),
        "outcome_since": sa.func.coalesce(outcome_since, version.c.created_at),
        "from_stage_id": from_stage,
    }
    op.execute(sa.update(version).values(since))
    _name_the_end_in_the_journal()


def _before(version: sa.TableClause, what: str) -> tuple[Any, Any]:
    """Return when the last version that differs in `what` ended, and in which stage it was."""
    earlier = version.alias()
    query = (
        sa.select(earlier.c.valid_to)
        .where(
            earlier.c.workspace_id == version.c.workspace_id,
            earlier.c.deal_id == version.c.deal_id,
            earlier.c.valid_from < version.c.valid_from,
            earlier.c.valid_to > earlier.c.valid_from,
            earlier.c[what] != version.c[what],
        )
        .order_by(earlier.c.valid_from.desc())
        .limit(1)
        .correlate(version)
    )
    return query.scalar_subquery(), query.with_only_columns(earlier.c.stage_id).scalar_subquery()


def _name_the_end_in_the_journal() -> None:
    """Let what was done before this migration still be undone after it."""
    old, new = '"valid_to": null', f'"valid_to": "{_FOREVER.isoformat()}"'
    for side in ("before", "after"):
        kept = f'replace(CAST("{side}" AS TEXT), :old, :new)'
        if op.get_context().dialect.name == "postgresql":
            kept = f"CAST({kept} AS JSON)"
        op.execute(
            sa.text(
                f'UPDATE journal_change SET "{side}" = {kept} WHERE "table" = \'deal_version\' AND "{side}" IS NOT NULL'
            ).bindparams(old=old, new=new)
        )


def _settle_deal_columns() -> None:
    for name in ("moment", "outcome"):
        op.drop_index(f"ix_deal_version_{name}", "deal_version")
    with op.batch_alter_table("deal_version") as batch_op:
        for name in ("valid_to", *_VERSION):
            batch_op.alter_column(name, existing_type=UTCDateTime(), nullable=False)
        for target, name in (("stage", "from_stage_id"), ("company", "company_id"), ("contact", "contact_id")):
            batch_op.create_foreign_key(
                f"fk_deal_version_{name}", target, ["workspace_id", name], ["workspace_id", "id"]
            )
        batch_op.create_index("ix_deal_version_moment", ["workspace_id", "valid_from", "valid_to"])
        standing = [*_STANDING, "stage_since", "expected_close", "forecast_category", "deal_id"]
        batch_op.create_index("ix_deal_version_outcome", ["workspace_id", "outcome", *standing])
        batch_op.create_index("ix_deal_version_closed", ["workspace_id", "outcome", "outcome_since", "valid_to"])
        for name in ("company", "contact"):
            batch_op.create_index(f"ix_deal_version_{name}", ["workspace_id", f"{name}_id", "valid_to"])


def _keep_time_of_leads() -> None:
    op.drop_index("ix_lead_status_entry_window", "lead_status_entry")
    with op.batch_alter_table("lead_status_entry") as batch_op:
        batch_op.add_column(sa.Column("lead_created_at", UTCDateTime(), nullable=True))
    entry = sa.table("lead_status_entry", *map(sa.column, ("workspace_id", "lead_id", "lead_created_at")))
    lead = sa.table("lead", *map(sa.column, ("workspace_id", "id", "created_at")))
    of_lead = (lead.c.workspace_id == entry.c.workspace_id, lead.c.id == entry.c.lead_id)
    op.execute(sa.update(entry).values(lead_created_at=sa.select(lead.c.created_at).where(*of_lead).scalar_subquery()))
    with op.batch_alter_table("lead_status_entry") as batch_op:
        batch_op.alter_column("lead_created_at", existing_type=UTCDateTime(), nullable=False)
        columns = ["status", "entered_at", "previous_at", "lead_created_at", "lead_id"]
        batch_op.create_index("ix_lead_status_entry_window", ["workspace_id", *columns])


def _add_earlier_facts(kind: str, *facts: sa.Column[Any], owned: bool = False) -> None:
    with op.batch_alter_table(kind) as batch_op:
        batch_op.add_column(sa.Column("facts_since", UTCDateTime(), nullable=True))
    table, own = f"{kind}_version", f"{kind}_id"
    keys = [(own, kind), *([("owner_id", "user_account")] if owned else [])]
    op.create_table(
        table,
        sa.Column(own, _ID, nullable=False),
        sa.Column("valid_from", UTCDateTime(), nullable=False),
        sa.Column("valid_to", UTCDateTime(), nullable=False),
        sa.Column("workspace_id", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        *facts,
        *(
            sa.ForeignKeyConstraint(
                ["workspace_id", name], [f"{target}.workspace_id", f"{target}.id"], name=f"fk_{table}_{name}"
            )
            for name, target in keys
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_{kind}", table, ["workspace_id", own, "valid_from"])
    op.create_index(f"ix_{table}_moment", table, ["workspace_id", "valid_to", "valid_from"])
    if op.get_context().dialect.name == "postgresql":
        seen = "current_setting('crmbot.workspace', true)"
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY workspace_only ON {table} USING ({seen} = '*' OR workspace_id = {seen})")
