"""Requests about deals."""

from dataclasses import dataclass
from datetime import date

from crmbot.crm.requests.base import Request
from crmbot.domain.money import Money


@dataclass(frozen=True)
class CreateDeal(Request, name="deal.new", permission="crm.deals.edit"):
    """Open a deal; the first open stage and its probability unless said, the actor as owner unless said.

    `parties` are the ends of a title that may name its contact or company: “with Paul”, “for Globex”. A name after a
    plus in `contact` or `company` is that of a new one. `source` is kept as a note.
    """

    title: str
    value: Money | None = None
    stage: str | None = None
    probability: int | None = None
    expected_close: date | None = None
    owner: str | None = None
    contact: str | None = None
    company: str | None = None
    parties: tuple[str, ...] = ()
    source: str | None = None


@dataclass(frozen=True)
class MoveDeal(Request, name="deal.move", permission="crm.deals.edit"):
    """Move a deal to a stage; a lost stage needs `reason`."""

    deal: str
    stage: str
    reason: str | None = None


@dataclass(frozen=True)
class SetDeal(Request, name="deal.set", permission="crm.deals.edit"):
    """Change facts of a deal; `probability` becomes manual, `automatic_probability` gives it back to the stage.

    `clear` names fields to empty: value, expected_close, contact, company, forecast_category.
    """

    deal: str
    title: str | None = None
    value: Money | None = None
    stage: str | None = None
    probability: int | None = None
    automatic_probability: bool = False
    expected_close: date | None = None
    forecast_category: str | None = None
    contact: str | None = None
    company: str | None = None
    owner: str | None = None
    clear: tuple[str, ...] = ()


@dataclass(frozen=True)
class WinDeal(Request, name="deal.won", permission="crm.deals.edit"):
    """Close a deal as won."""

    deal: str
    value: Money | None = None


@dataclass(frozen=True)
class LoseDeal(Request, name="deal.lost", permission="crm.deals.edit"):
    """Close a deal as lost; without `reason` the person is asked."""

    deal: str
    reason: str | None = None


@dataclass(frozen=True)
class ReopenDeal(Request, name="deal.reopen", permission="crm.deals.edit"):
    """Bring a closed deal back to the stage it was closed from."""

    deal: str


@dataclass(frozen=True)
class AssignDeal(Request, name="deal.assign", permission="crm.deals.edit"):
    """Give a deal to a user."""

    deal: str
    owner: str


@dataclass(frozen=True)
class ShowDeal(Request, name="deal.show", permission="crm.deals.view", writes=False):
    """Show a deal with its timeline."""

    deal: str


@dataclass(frozen=True)
class ListDeals(Request, name="deal.list", permission="crm.deals.view", writes=False):
    """List deals, the most valuable first; open ones unless `outcome` says otherwise.

    `owner` may be `NOBODY`; `state` is stale (nothing done for longer than the stage allows) or overdue (the day of
    closing is over), of open deals only. `over` and `under` are bounds that a deal of that currency lies between.
    """

    owner: str | None = None
    stage: str | None = None
    outcome: str | None = "open"
    company: str | None = None
    words: str | None = None
    state: str | None = None
    closes_from: date | None = None
    closes_by: date | None = None
    over: Money | None = None
    under: Money | None = None
    page: int = 1


@dataclass(frozen=True)
class ShowPipeline(Request, name="pipeline.show", permission="crm.deals.view", writes=False):
    """Show open deals by stage, with sums, and the `most` valuable of each by name."""

    owner: str | None = None
    most: int = 5
