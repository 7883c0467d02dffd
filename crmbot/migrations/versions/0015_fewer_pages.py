"""A command and a mail write fewer pages: no index that nothing needs, and in the others no rows without a value."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_OF_GIVEN: dict[str, dict[str, tuple[str, ...]]] = {
    "activity": {
        "ix_activity_due": ("overdue_at", "completed_at"),
        "ix_activity_deal": ("deal_id", "created_at", "completed_at", "facts_since"),
        "ix_activity_contact": ("contact_id", "created_at"),
        "ix_activity_company": ("company_id", "created_at"),
        "ix_activity_lead": ("lead_id", "created_at"),
    },
    "attachment": {"ix_attachment_blob": ("blob_id",)},
    "company": {"ix_company_workspace_id_domain": ("domain",)},
    "contact": {"ix_contact_company": ("company_id",)},
    "customer": {"ix_customer_contact": ("contact_id",)},
    "deal": {"ix_deal_contact": ("contact_id",), "ix_deal_company": ("company_id",)},
    "deal_version": {
        "ix_deal_version_company": ("company_id", "valid_to"),
        "ix_deal_version_contact": ("contact_id", "valid_to"),
    },
    "delivery_key": {"ix_delivery_key_fingerprint": ("fingerprint", "at")},
    "email": {"ix_email_message_id": ("message_id",), "ix_email_activity": ("activity_id",)},
    "lead": {"ix_lead_email": ("email",)},
    "mail_delivery": {"ix_mail_delivery_email": ("email_id",)},
    "note": {"ix_note_deal": ("deal_id", "created_at"), "ix_note_contact": ("contact_id", "created_at")},
    "proposal": {"ix_proposal_sent": ("sent_at",)},
}
"""Indexes by table that leave out the rows without a value in their first column behind the workspace."""


def upgrade() -> None:
    """Drop the indexes that nothing needs, and leave rows without a value out of the others."""
    op.drop_index("ix_journal_entry_undoes", "journal_entry")
    op.drop_index("ix_delivery_key_at", "delivery_key")
    _know_changes_by_their_entry()
    for table, indexes in _OF_GIVEN.items():
        for name, columns in indexes.items():
            given = sa.text(f"{columns[0]} IS NOT NULL")
            op.drop_index(name, table)
            op.create_index(name, table, ["workspace_id", *columns], sqlite_where=given, postgresql_where=given)
    op.drop_index("ix_email_triage", "email")
    waits = sa.text("state = 'triage'")
    of_mail = ["workspace_id", "state", "received_at"]
    op.create_index("ix_email_triage", "email", of_mail, sqlite_where=waits, postgresql_where=waits)


def _know_changes_by_their_entry() -> None:
    for name in ("entry", "row"):
        op.drop_index(f"ix_journal_change_{name}", "journal_change")
    with op.batch_alter_table("journal_change") as batch_op:
        batch_op.drop_constraint("pk_journal_change", type_="primary")
        batch_op.drop_column("id")
        batch_op.create_primary_key("pk_journal_change", ["workspace_id", "entry_id", "position"])
