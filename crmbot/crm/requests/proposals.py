"""Requests about proposals."""

from dataclasses import dataclass
from datetime import date

from crmbot.crm.requests.base import Request
from crmbot.domain.line_items import LineItem


@dataclass(frozen=True)
class CreateProposal(Request, name="proposal.new", permission="crm.proposals.edit"):
    """Draft an offer from a deal; without `items` one line with the deal's title and value."""

    deal: str
    items: tuple[LineItem, ...] | None = None
    title: str | None = None
    expires_on: date | None = None


@dataclass(frozen=True)
class SetProposal(Request, name="proposal.set", permission="crm.proposals.edit"):
    """Change an offer; one that was sent becomes a draft of its next version, to be sent again.

    `clear` may name expires_on.
    """

    proposal: str
    items: tuple[LineItem, ...] | None = None
    title: str | None = None
    expires_on: date | None = None
    clear: tuple[str, ...] = ()


@dataclass(frozen=True)
class SendProposal(Request, name="proposal.send", permission="crm.proposals.edit"):
    """Send an offer to the deal's contact, or to the address `to`; with `by_hand` only its link is told."""

    proposal: str
    text: str | None = None
    to: str | None = None
    by_hand: bool = False


@dataclass(frozen=True)
class WithdrawProposal(Request, name="proposal.withdraw", permission="crm.proposals.edit"):
    """Close the page of an offer that was sent."""

    proposal: str


@dataclass(frozen=True)
class ShowProposal(Request, name="proposal.show", permission="crm.proposals.view", writes=False):
    """Show an offer with its lines and sums."""

    proposal: str


@dataclass(frozen=True)
class ListProposals(Request, name="proposal.list", permission="crm.proposals.view", writes=False):
    """List offers, the latest first; those of a deal, or in a state (draft, sent, viewed, accepted, declined)."""

    deal: str | None = None
    status: str | None = None
    page: int = 1


@dataclass(frozen=True)
class SeeOffer(Request, name="offer.see", permission="crm.offers.answer"):
    """Note that the customer has opened an offer; `position` is the version that was shown."""

    proposal: str
    position: int


@dataclass(frozen=True)
class AcceptOffer(Request, name="offer.accept", permission="crm.offers.answer"):
    """Accept an offer as the customer who typed `name`, exactly the version that was shown."""

    proposal: str
    position: int
    name: str


@dataclass(frozen=True)
class DeclineOffer(Request, name="offer.decline", permission="crm.offers.answer"):
    """Decline an offer as the customer, with a reason if they give one."""

    proposal: str
    position: int
    reason: str | None = None


@dataclass(frozen=True)
class ShowOffer(Request, name="offer.show", permission="crm.offers.answer", writes=False):
    """Show an offer as its customer sees it: what was sent last."""

    proposal: str
