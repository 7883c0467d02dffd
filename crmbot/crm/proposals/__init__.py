"""Proposals: an offer is drafted from a deal, sent, and answered by its customer on a page."""

from crmbot.crm.proposals.answering import accept, decline, see, show_offer
from crmbot.crm.proposals.drafting import create, set_facts
from crmbot.crm.proposals.finding import list_proposals, show
from crmbot.crm.proposals.links import find_offer
from crmbot.crm.proposals.sending import send, withdraw

__all__ = [
    "accept",
    "create",
    "decline",
    "find_offer",
    "list_proposals",
    "see",
    "send",
    "set_facts",
    "show",
    "show_offer",
    "withdraw",
]
