"""Which proposal a word means; and lists of them."""

from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Integer, bindparam, func, select

from crmbot.crm.answers import Listing, Shown
from crmbot.crm.listings import PER_PAGE
from crmbot.crm.lookup import find_deal
from crmbot.crm.offered import STATES
from crmbot.crm.proposals.views import name_of, proposal_view
from crmbot.crm.requests import ListProposals, ShowProposal
from crmbot.crm.work import Work
from crmbot.domain.ids import Kind, is_id, parse_reference, reference
from crmbot.errors import Ambiguous, BadInput, Candidate, NotFound
from crmbot.models import Deal, Proposal
from crmbot.store.prepared import Prepared

_BY_NUMBER = Prepared(
    select(Proposal).where(Proposal.workspace_id == bindparam("workspace"), Proposal.number == bindparam("number"))
)
_OF_DEAL = Prepared(
    select(Proposal)
    .where(Proposal.workspace_id == bindparam("workspace"), Proposal.deal_id == bindparam("deal"))
    # not the bare number: for the order's sake SQLite would take its index and read every proposal
    .order_by((Proposal.number + 0).desc())
    .limit(PER_PAGE)
)


def find_proposal(work: Work, word: str) -> Proposal:
    """Return the proposal of a number, or the only one of a deal.

    Raises:
        NotFound: there is none, or no such deal.
        Ambiguous: the deal has several, or the word means several deals.
    """
    parsed = parse_reference(word)
    if is_id(word):
        found: Proposal | None = work.get(Proposal, word)
        if found is not None:
            return found
    if (parsed and parsed[0] is Kind.PROPOSAL) or word.strip().isdecimal():
        number = parsed[1] if parsed else int(word)
        numbered: Proposal | None = work.first(_BY_NUMBER, Proposal, number=min(number, 2**31 - 1))
        if numbered is None:
            raise NotFound(f"There is no proposal {reference(Kind.PROPOSAL, number)}.", field="proposal")
        return numbered
    deal = find_deal(work, word, field="proposal")
    rows: list[Proposal] = work.all(_OF_DEAL, Proposal, deal=deal.id)
    if not rows:
        named = f"{reference(Kind.DEAL, deal.number)} {deal.title}"
        raise NotFound(
            f"{named} has no proposal yet. Make one: /crm proposal new {reference(Kind.DEAL, deal.number)}",
            field="proposal",
        )
    if len(rows) > 1:
        raise Ambiguous(word, "proposal", [proposal_candidate(work, row) for row in rows])
    return rows[0]


def editable(work: Work, word: str) -> tuple[Proposal, Deal]:
    """Return a proposal and its deal, refused unless the actor may edit the deal."""
    proposal = find_proposal(work, word)
    deal: Deal = work.get(Deal, proposal.deal_id)
    work.allow_edit(deal.owner_id, name_of(proposal))
    return proposal, deal


def show(work: Work, request: ShowProposal) -> Shown:
    """Show a proposal."""
    view = proposal_view(work, find_proposal(work, request.proposal))
    return Shown(f"{view.reference} {view.title}", record=view)


def list_proposals(work: Work, request: ListProposals) -> Listing:
    """List proposals, the latest first."""
    if request.status is not None and request.status not in STATES:
        raise BadInput(f"“{request.status}” is no state of a proposal. There are {', '.join(STATES)}.", field="status")
    deal = find_deal(work, request.deal) if request.deal else None
    said: dict[str, Any] = {"deal": deal.id} if deal is not None else {}
    if request.status:
        said |= {"status": request.status}
    if request.status in {"sent", "viewed", "expired"}:
        said |= {"today": work.today}
    rows, count = _statements(tuple(said))
    total = work.values(count, **said)[0][0]
    page = max(min(request.page, -(-total // PER_PAGE)), 1)
    found = work.all(rows, Proposal, **said, most=PER_PAGE, skipped=(page - 1) * PER_PAGE)
    what = f"{request.status} proposal" if request.status else "proposal"
    of = f" of {deal.title}" if deal is not None else ""
    title = f"{total:,} {what}{'' if total == 1 else 's'}{of}." if total else f"There are no {what}s{of} yet."
    return Listing(title, tuple(proposal_view(work, row) for row in found), total=total, page=page, per_page=PER_PAGE)


@cache
def _statements(narrowed: tuple[str, ...]) -> tuple[Prepared, Prepared]:
    """Return what finds a page of proposals and counts all of them, narrowed by these values."""
    where = [Proposal.workspace_id == bindparam("workspace")]
    if "deal" in narrowed:
        where.append(Proposal.deal_id == bindparam("deal"))
    if "today" in narrowed:
        # What expired is a state of the day: it is one of those that wait, beyond its last day.
        late = Proposal.expires_on < bindparam("today", type_=Proposal.expires_on.type)
        waits = (Proposal.status == "sent") | (Proposal.status == "viewed")
        asked: Any = bindparam("status")
        where.append(((asked == "expired") & waits & late) | ((Proposal.status == asked) & (late.is_not(True))))
    elif "status" in narrowed:
        where.append(Proposal.status == bindparam("status"))
    rows = (
        select(Proposal)
        .where(*where)
        .order_by((Proposal.number + 0 if "deal" in narrowed else Proposal.number).desc())
        .limit(bindparam("most", type_=Integer))
        .offset(bindparam("skipped", type_=Integer))
    )
    return Prepared(rows), Prepared(select(func.count()).select_from(Proposal).where(*where))


def proposal_candidate(work: Work, proposal: Proposal) -> Candidate:
    """Return what tells a proposal from the others of its deal."""
    view = proposal_view(work, proposal)
    made: date = proposal.created_at.astimezone(work.actor.zone).date()
    return Candidate(view.reference, view.title, (view.status, str(view.totals.total), f"{made:%-d %b %Y}"))
