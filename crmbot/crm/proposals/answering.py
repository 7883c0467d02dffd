"""What the customer does with an offer on its page: looks, accepts, declines. Exactly what was shown counts."""

from dataclasses import replace

from crmbot.crm.answers import Outcome, Shown
from crmbot.crm.proposals.views import latest_version, name_of, proposal_view, status_of
from crmbot.crm.requests import AcceptOffer, DeclineOffer, SeeOffer, ShowOffer
from crmbot.crm.work import Work
from crmbot.domain.ids import Kind, reference
from crmbot.errors import BadInput, Conflict, NotFound
from crmbot.models import Deal, Proposal

NOTICE = "notice.offer"
"""The kind of the word to the deal's owner; its payload has what (viewed, accepted, declined), proposal, deal
([number, title]), total, by and reason."""

_LONGEST_NAME, _LONGEST_REASON = 200, 1_000


def show_offer(work: Work, request: ShowOffer) -> Shown:
    """Show an offer as its customer sees it."""
    view = proposal_view(work, _offer(work, request.proposal))
    if view.status == "draft":
        # What is being changed was sent to nobody yet, its title and whom it is for no more than its lines.
        view = replace(view, title=f"Offer {view.reference}", contact="", company="", items=())
    return Shown(view.title, record=view)


def see(work: Work, request: SeeOffer) -> Outcome:
    """Note that the customer read an offer, the first time."""
    proposal = _offer(work, request.proposal)
    if proposal.status != "sent" or not _is_latest(work, proposal, request.position):
        return Outcome("Seen.")
    proposal.status, proposal.viewed_at = "viewed", work.now
    work.flush()
    _tell_owner(work, proposal, "viewed")
    return Outcome(f"{name_of(proposal)} was opened by its customer.")


def accept(work: Work, request: AcceptOffer) -> Outcome:
    """Accept an offer.

    Raises:
        BadInput: no name was typed.
        Conflict: it was answered, has expired, or is another one now than the one that was shown.
    """
    proposal = _offer(work, request.proposal)
    name = " ".join(request.name.split())
    if not name:
        raise BadInput("Please type your name to accept.", field="name")
    if len(name) > _LONGEST_NAME:
        raise BadInput(f"A name has at most {_LONGEST_NAME} letters.", field="name")
    _refuse_unfit(work, proposal, request.position)
    proposal.status, proposal.accepted_at, proposal.accepted_by = "accepted", work.now, name
    proposal.viewed_at = proposal.viewed_at or work.now
    work.flush()
    _tell_owner(work, proposal, "accepted", by=name)
    return Outcome(f"{name_of(proposal)} was accepted by {name}.", record=proposal_view(work, proposal))


def decline(work: Work, request: DeclineOffer) -> Outcome:
    """Decline an offer; raises what `accept` raises."""
    proposal = _offer(work, request.proposal)
    _refuse_unfit(work, proposal, request.position)
    reason = (request.reason or "").strip()[:_LONGEST_REASON]
    proposal.status, proposal.declined_at = "declined", work.now
    proposal.viewed_at = proposal.viewed_at or work.now
    work.flush()
    _tell_owner(work, proposal, "declined", reason=reason)
    because = f": {reason}" if reason else ""
    return Outcome(f"{name_of(proposal)} was declined{because}.", record=proposal_view(work, proposal))


def _offer(work: Work, proposal_id: str) -> Proposal:
    proposal: Proposal | None = work.get(Proposal, proposal_id)
    if proposal is None or proposal.link_digest is None:
        raise NotFound("There is no offer at this address.")
    return proposal


def _is_latest(work: Work, proposal: Proposal, position: int) -> bool:
    version = latest_version(work, proposal)
    return version is not None and version.position == position


def _refuse_unfit(work: Work, proposal: Proposal, position: int) -> None:
    state = status_of(proposal, work.today)
    if state == "accepted" and proposal.accepted_at is not None:
        day = f"{proposal.accepted_at.astimezone(work.actor.zone):%-d %B %Y}"
        raise Conflict(f"This offer was accepted by {proposal.accepted_by} on {day}.")
    if state == "declined":
        raise Conflict("This offer was declined.")
    if state == "expired" and proposal.expires_on is not None:
        raise Conflict(f"This offer was valid until {proposal.expires_on:%-d %B %Y}.")
    if state == "draft" or not _is_latest(work, proposal, position):
        raise Conflict("This offer was changed since you opened it. Please read it again.")


def _tell_owner(work: Work, proposal: Proposal, what: str, *, by: str = "", reason: str = "") -> None:
    deal: Deal = work.get(Deal, proposal.deal_id)
    if deal.owner_id is None:
        return
    view = proposal_view(work, proposal)
    payload = {
        "what": what,
        "proposal": [view.reference, view.title],
        "deal": [reference(Kind.DEAL, deal.number), deal.title],
        "open": deal.outcome == "open",
        "total": str(view.totals.total),
        "by": by,
        "reason": reason,
    }
    sent = f"{proposal.sent_at:%Y%m%d%H%M%S}" if proposal.sent_at else ""
    work.send(NOTICE, deal.owner_id, payload, key=f"offer:{proposal.id}:{sent}:{what}")
