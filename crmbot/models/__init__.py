"""Tables as typed classes: columns and small pure properties, no queries."""

from crmbot.models.activities import Activity, ActivityVersion, Note
from crmbot.models.attachments import Attachment, AttachmentBlob
from crmbot.models.base import Base, InWorkspace, UTCDateTime, kind_of, plain_class
from crmbot.models.deals import FOREVER, WAS_CLOSED, Deal, DealVersion
from crmbot.models.journal import DeliveryKey, Draft, JournalEntry
from crmbot.models.mail import IN_TRIAGE, Email, EmailActivity, EmailReference, MailCursor, MailDelivery, MailRule
from crmbot.models.meetings import Meeting
from crmbot.models.names import NameWord
from crmbot.models.outbox import DigestSlot, DigestSubscription, Outbox
from crmbot.models.people import (
    Company,
    Contact,
    ContactEmail,
    Customer,
    CustomerVersion,
    Lead,
    LeadStatusEntry,
    LeadVersion,
)
from crmbot.models.proposals import Proposal, ProposalItem, ProposalVersion
from crmbot.models.slack import HomeTab, SlackCard
from crmbot.models.workspaces import (
    Alias,
    ApiToken,
    Counter,
    CurrencyRate,
    Installation,
    Stage,
    User,
    Workspace,
)

__all__ = [
    "FOREVER",
    "IN_TRIAGE",
    "WAS_CLOSED",
    "Activity",
    "ActivityVersion",
    "Alias",
    "ApiToken",
    "Attachment",
    "AttachmentBlob",
    "Base",
    "Company",
    "Contact",
    "ContactEmail",
    "Counter",
    "CurrencyRate",
    "Customer",
    "CustomerVersion",
    "Deal",
    "DealVersion",
    "DeliveryKey",
    "DigestSlot",
    "DigestSubscription",
    "Draft",
    "Email",
    "EmailActivity",
    "EmailReference",
    "HomeTab",
    "InWorkspace",
    "Installation",
    "JournalEntry",
    "Lead",
    "LeadStatusEntry",
    "LeadVersion",
    "MailCursor",
    "MailDelivery",
    "MailRule",
    "Meeting",
    "NameWord",
    "Note",
    "Outbox",
    "Proposal",
    "ProposalItem",
    "ProposalVersion",
    "SlackCard",
    "Stage",
    "UTCDateTime",
    "User",
    "Workspace",
    "kind_of",
    "plain_class",
]
