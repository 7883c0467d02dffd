"""Drafting an offer: its lines are a version, and each change makes the next one."""

from datetime import timedelta

from crmbot.crm.answers import Change, Outcome
from crmbot.crm.deals import editable as editable_deal
from crmbot.crm.proposals.finding import editable
from crmbot.crm.proposals.views import items_of, latest_version, name_of, proposal_view
from crmbot.crm.requests import CreateProposal, SetProposal
from crmbot.crm.work import Work
from crmbot.domain.ids import Kind, reference
from crmbot.domain.line_items import LineItem, as_typed, plain, totals_of
from crmbot.domain.money import Money, exponent
from crmbot.errors import BadInput, Conflict, MissingFact
from crmbot.models import Deal, Proposal, ProposalItem, ProposalVersion

VALID_FOR = timedelta(days=30)
_MOST_TITLE = 300
_ANSWERED = frozenset({"accepted", "declined"})


def create(work: Work, request: CreateProposal) -> Outcome:
    """Draft a proposal.

    Raises:
        MissingFact: neither lines were said nor has the deal a value.
    """
    deal = editable_deal(work, request.deal)
    items = request.items or _usual_items(deal, request)
    proposal = Proposal(
        id=work.new_id(),
        deal_id=deal.id,
        number=work.next_number(Kind.PROPOSAL),
        title=_title(request.title or deal.title),
        status="draft",
        created_at=work.now,
        expires_on=request.expires_on or work.today + VALID_FOR,
    )
    _refuse_past(work, request)
    work.keep(proposal)
    work.flush()
    add_version(work, proposal, items)
    view = proposal_view(work, proposal)
    lines = f"{len(items)} line{'' if len(items) == 1 else 's'}"
    said = f"Drafted {name_of(proposal)}: {lines}, {view.totals.total} in all. Nothing was sent."
    return Outcome(said, record=view)


def set_facts(work: Work, request: SetProposal) -> Outcome:
    """Change a proposal; one that was sent becomes a draft of its next version.

    Raises:
        Conflict: its customer has answered it.
    """
    proposal, _ = editable(work, request.proposal)
    if proposal.status in _ANSWERED:
        raise Conflict(
            f"{name_of(proposal)} was {proposal.status}; it stays as it is. Make another: /crm proposal new "
            f"{reference(Kind.DEAL, work.get(Deal, proposal.deal_id).number)}"
        )
    _refuse_past(work, request)
    before = _facts(work, proposal)
    known = items_of(work, latest_version(work, proposal))
    if request.title and request.title.strip():
        proposal.title = _title(request.title)
    if request.expires_on is not None:
        proposal.expires_on = request.expires_on
    if "expires_on" in request.clear:
        proposal.expires_on = None
    if request.items and request.items != known:
        add_version(work, proposal, request.items)
    after = _facts(work, proposal)
    number = reference(Kind.PROPOSAL, proposal.number)
    changes = tuple(Change(number, name, before[name], after[name]) for name in before if before[name] != after[name])
    if not changes:
        return Outcome(f"Nothing to change on {name_of(proposal)}.", record=proposal_view(work, proposal))
    was_sent = proposal.status != "draft"
    if was_sent:
        if not request.items or request.items == known:
            add_version(work, proposal, known)
        proposal.status, proposal.viewed_at = "draft", None
    work.flush()
    hint = " Until you send it again, its page tells the customer that it is being changed." if was_sent else ""
    return Outcome(f"Changed {name_of(proposal)}.{hint}", record=proposal_view(work, proposal), changes=changes)


def add_version(work: Work, proposal: Proposal, items: tuple[LineItem, ...]) -> None:
    """Add the next version of a proposal with these lines."""
    last = latest_version(work, proposal)
    version = ProposalVersion(
        id=work.new_id(),
        proposal_id=proposal.id,
        position=last.position + 1 if last is not None else 1,
        at=work.now,
        currency=items[0].unit_price.currency,
        content={"title": proposal.title},
    )
    work.write(version)
    work.write(
        *(
            ProposalItem(
                version_id=version.id,
                position=place,
                description=item.description,
                quantity=plain(item.quantity),
                unit_price=f"{item.unit_price.amount:.{exponent(item.unit_price.currency)}f}",
                discount_percent=plain(item.discount_percent),
                tax_percent=plain(item.tax_percent),
            )
            for place, item in enumerate(items, 1)
        )
    )


def _usual_items(deal: Deal, request: CreateProposal) -> tuple[LineItem, ...]:
    if deal.value_minor is None:
        number = reference(Kind.DEAL, deal.number)
        raise MissingFact(
            f"What is offered, and for how much? {number} {deal.title} has no value yet.",
            field="items",
            example=f"/crm proposal new {number} 40 x Seat @ $100 -10%; Setup @ $2k",
            request=CreateProposal.NAME,
            known={"deal": number, "title": request.title, "expires_on": request.expires_on},
        )
    return (LineItem(deal.title, Money(deal.value_minor, deal.currency)),)


def _title(text: str) -> str:
    title = " ".join(text.split())
    if len(title) > _MOST_TITLE:
        raise BadInput(f"A proposal's title has at most {_MOST_TITLE} letters; this has {len(title)}.", field="title")
    return title


def _refuse_past(work: Work, request: CreateProposal | SetProposal) -> None:
    if request.expires_on is not None and request.expires_on < work.today:
        raise BadInput(f"{request.expires_on:%a %-d %b %Y} is over; nobody could accept it.", field="expires_on")


def _facts(work: Work, proposal: Proposal) -> dict[str, str]:
    """Return a proposal's facts in words, to tell what changed."""
    version = latest_version(work, proposal)
    items = items_of(work, version)
    return {
        "Title": proposal.title,
        "Lines": "; ".join(map(as_typed, items)),
        "Total": str(totals_of(items, version.currency).total) if version else "",
        "Valid until": f"{proposal.expires_on:%a %-d %b %Y}" if proposal.expires_on else "",
    }
