"""On PostgreSQL rows of another workspace can't be seen or written, whatever a statement says.

The setting `crmbot.workspace` names the transaction's workspace; `*` stands for all. Superusers are not bound by it,
so the application's role should be none.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = (
    "company",
    "currency_rate",
    "delivery_key",
    "draft",
    "journal_entry",
    "mail_cursor",
    "mail_delivery",
    "mail_rule",
    "outbox",
    "slack_installation",
    "stage",
    "user_account",
    "alias",
    "api_token",
    "contact",
    "counter",
    "digest_subscription",
    "journal_change",
    "contact_email",
    "deal",
    "digest_slot",
    "deal_version",
    "lead",
    "proposal",
    "activity",
    "customer",
    "lead_status_entry",
    "note",
    "proposal_version",
    "activity_version",
    "email",
    "proposal_item",
    "email_reference",
)


def upgrade() -> None:
    """Add the second wall around a workspace's rows."""
    if op.get_context().dialect.name != "postgresql":
        return
    seen = "current_setting('crmbot.workspace', true)"
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY workspace_only ON {table} USING ({seen} = '*' OR workspace_id = {seen})")
