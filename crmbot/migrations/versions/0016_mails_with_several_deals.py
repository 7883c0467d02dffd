"""The activities of a mail beyond its first; by which way a person wants receipts for mail."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table, with the second wall and what mails knew in their details, and the column."""
    op.create_table(
        "email_activity",
        sa.Column("email_id", sa.String(length=26), nullable=False),
        sa.Column("activity_id", sa.String(length=26), nullable=False),
        sa.Column("workspace_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "email_id"], ["email.workspace_id", "email.id"], name=op.f("fk_email_activity_email_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "activity_id"],
            ["activity.workspace_id", "activity.id"],
            name=op.f("fk_email_activity_activity_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_email_activity")),
        sa.UniqueConstraint("workspace_id", "activity_id", name=op.f("uq_email_activity_workspace_id_activity_id")),
    )
    op.create_index("ix_email_activity_email", "email_activity", ["workspace_id", "email_id"])
    _bring_over()
    if op.get_context().dialect.name == "postgresql":
        seen = "current_setting('crmbot.workspace', true)"
        op.execute("ALTER TABLE email_activity ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE email_activity FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY workspace_only ON email_activity USING ({seen} = '*' OR workspace_id = {seen})")
    op.add_column("user_account", sa.Column("receipts_by", sa.String(length=8), nullable=True))


def _bring_over() -> None:
    """Take the activities that mails named in their details; an activity's id serves as its row's."""
    email = sa.table("email", *(sa.column(name) for name in ("workspace_id", "id")), sa.column("detail", sa.JSON))
    activity = sa.table("activity", sa.column("workspace_id"), sa.column("id"))
    several = sa.cast(email.c.detail, sa.String).like("%further_activities%")
    for mail in op.get_bind().execute(sa.select(email).where(several)).all():
        here = activity.c.workspace_id == mail.workspace_id
        ids = mail.detail["further_activities"]
        for found in op.get_bind().scalars(sa.select(activity.c.id).where(here, activity.c.id.in_(ids))).all():
            values = {"workspace_id": mail.workspace_id, "id": found, "email_id": mail.id, "activity_id": found}
            columns = sa.table("email_activity", *map(sa.column, values))
            op.get_bind().execute(sa.insert(columns).values(values))
