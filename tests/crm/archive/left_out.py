"""What an archive does not carry, and why: everything else has to come out of an import as it was."""

TABLES = {
    "api_token": "a secret: only a keyed hash of it is kept, and who has it acts in this store",
    "counter": "made again: the next number follows the highest of the archive",
    "delivery_key": "what reached this store, so that it has its effect here once",
    "digest_slot": "what this store decided to send; an import owes nothing of before",
    "draft": "a choice under way, which nobody made yet",
    "home_tab": "who looks at Slack just now",
    "journal_entry": "who did what in this store and can undo it; the past is in the histories of the records",
    "mail_cursor": "how far this store has read a mailbox; mail read again is known by its dedupe_key",
    "mail_delivery": "mail not understood yet, still in the mailbox",
    "outbox": "messages of this store, to be sent once and from here",
    "slack_card": "which message of this store's app shows what",
    "slack_installation": "a secret: Slack's leave for this store",
}
"""Table -> why it stays."""

EVERYWHERE = {
    "workspace_id": "the workspace that is imported into",
    "version": "counts the changes in this store",
}
"""Column of many tables -> why it stays."""

COLUMNS = {
    "workspace.id": "the workspace that is imported into",
    "workspace.created_at": "when this store began",
    "workspace.slack_team_id": "bound by the installation in Slack",
    "workspace.stopped_at": "Slack's leave for this store",
    "workspace.charts_taken": "asked of Slack anew",
    "workspace.charts_seen_at": "asked of Slack anew",
    "workspace.scored_by": "leads are scored anew by this store's rules",
    "user_account.mail_token": "a secret: another address is made",
    "user_account.earlier_mail_token": "of a secret that stays too",
    "user_account.earlier_mail_until": "of a secret that stays too",
    "proposal.link_digest": "a secret: a new link is made at the next sending",
    "digest_subscription.active_since": "the import: nothing of before is owed",
    "stage.id": "stages are known by their key",
    "currency_rate.id": "rates are known by currency and day",
    "proposal_item.version_id": "the id of a part",
}
"""Column -> why it stays."""

PARTS = (
    "activity_version",
    "attachment",
    "contact_email",
    "customer_version",
    "deal_version",
    "email_activity",
    "email_reference",
    "lead_status_entry",
    "lead_version",
    "proposal_item",
    "proposal_version",
)
"""Tables whose rows are parts of another's line: nothing points to their ids, so they get new ones."""
