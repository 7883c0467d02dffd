"""Proposals as frozen values."""

from dataclasses import dataclass
from datetime import date, datetime

from crmbot.domain.ids import Kind
from crmbot.domain.line_items import LineItem, Totals

STATES = ("draft", "sent", "viewed", "accepted", "declined", "expired")
"""What a proposal can be."""


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal as a card shows it, with the lines of its latest version, the `position`-th.

    `status` is one of `STATES`. `deal` and `company` are (number, name); `owner` is
    the deal's. `link` is the customer's page, while there is one; `bounced` why its mail came back.
    """

    id: str
    reference: str
    title: str
    status: str
    deal: tuple[str, str]
    contact: str
    company: str
    owner_id: str | None
    owner: str
    owner_email: str
    seller: str
    items: tuple[LineItem, ...]
    totals: Totals
    position: int
    created_at: datetime
    sent_at: datetime | None
    viewed_at: datetime | None
    accepted_at: datetime | None
    accepted_by: str | None
    declined_at: datetime | None
    expires_on: date | None
    link: str
    bounced: str
    version: int
    kind: Kind = Kind.PROPOSAL
