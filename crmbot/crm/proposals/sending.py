"""Sending an offer: a mail with its lines and the link to its page, logged with the deal."""

from crmbot.crm.answers import Outcome
from crmbot.crm.emails.writing import TAKEN_BACK_WITHIN, Letter, recipient_of, write_letter
from crmbot.crm.offered import ProposalView
from crmbot.crm.proposals.finding import editable
from crmbot.crm.proposals.links import digest_of, link_of, token_of
from crmbot.crm.proposals.views import name_of, proposal_view, status_of
from crmbot.crm.requests import SendProposal, WithdrawProposal
from crmbot.crm.work import Work
from crmbot.domain.line_items import as_typed, plain
from crmbot.errors import BadInput, Conflict, NotFound
from crmbot.models import Deal, Proposal

LETTER = "mail.proposal"
"""The kind of the mail in the outbox; its payload has what templates/email/proposal needs."""

_LONGEST = 4_000


def send(work: Work, request: SendProposal) -> Outcome:
    """Queue the mail to the deal's contact and open the offer's page; sent again, the link stays the same.

    Raises:
        BadInput: nobody has an address, or its last day is over.
        Conflict: its customer has answered it.
        NotFound: no mail server is set up, and it was not to be sent by hand.
    """
    proposal, deal = editable(work, request.proposal)
    _refuse_unfit(work, proposal, request)
    proposal.status, proposal.sent_at, proposal.viewed_at = "sent", work.now, None
    proposal.bounced_at, proposal.bounce_reason = None, None
    proposal.link_digest = digest_of(token_of(work.policy, work.workspace_id, proposal.id))
    work.flush()
    view = proposal_view(work, proposal)
    if request.by_hand:
        said = f"{name_of(proposal)} is open to whoever has its link. Here it is, for you to send:"
        return Outcome(said, record=view, link=link_of(work.policy, proposal))
    to = ("", request.to) if request.to else recipient_of(work, deal)
    _mail(work, proposal, deal, view, request.text, to)
    seconds = int(TAKEN_BACK_WITHIN.total_seconds())
    whom = f"{to[0]} ({to[1]})" if to[0] else to[1]
    said = f"{name_of(proposal)}, {view.totals.total}, goes to {whom} in {seconds} seconds. Undo stops it until then."
    return Outcome(said, record=view)


def withdraw(work: Work, request: WithdrawProposal) -> Outcome:
    """Close an offer's page; it is a draft again, and sent again it has the same link.

    Raises:
        Conflict: nobody has it, or its customer has answered it.
    """
    proposal, _ = editable(work, request.proposal)
    if proposal.status in {"accepted", "declined"}:
        raise Conflict(f"{name_of(proposal)} was {proposal.status} already.")
    if proposal.link_digest is None:
        raise Conflict(f"{name_of(proposal)} was not sent, so there is nothing to withdraw.")
    proposal.status, proposal.link_digest, proposal.viewed_at = "draft", None, None
    work.flush()
    return Outcome(f"Withdrew {name_of(proposal)}; its link opens nothing now.", record=proposal_view(work, proposal))


def _refuse_unfit(work: Work, proposal: Proposal, request: SendProposal) -> None:
    state = status_of(proposal, work.today)
    if state in {"accepted", "declined"}:
        raise Conflict(f"{name_of(proposal)} was {state} already.")
    if proposal.expires_on is not None and proposal.expires_on < work.today:
        raise BadInput(
            f"{name_of(proposal)} was valid until {proposal.expires_on:%a %-d %b %Y}. Give it a new day first.",
            field="proposal",
            example=f"/crm proposal set P-{proposal.number} valid:+30d",
        )
    if not request.by_hand and not work.policy.sends_mail:
        raise NotFound(
            "No mail server is set up to send through. An admin fills in [mail.smtp] in config.toml; until then take "
            f"the link and send it yourself: /crm proposal send P-{proposal.number} link"
        )
    if request.by_hand and (request.text or request.to):
        raise BadInput(
            "A link is sent by you, so crmbot needs no words or address for it. Leave “link” out to have it mailed.",
            field="text",
        )
    if request.text and len(request.text) > _LONGEST:
        raise BadInput(f"The words above a proposal may have {_LONGEST:,} letters.", field="text")


def _mail(
    work: Work, proposal: Proposal, deal: Deal, view: ProposalView, text: str | None, to: tuple[str, str]
) -> None:
    words = (text or "").strip()
    letter = Letter(
        subject=f"{view.title} – offer from {view.seller}",  # noqa: RUF001 - a dash
        text="\n".join(part for part in (words, *map(as_typed, view.items), f"Total: {view.totals.total}") if part),
        to=to,
        kind=LETTER,
        payload={"proposal_id": proposal.id, **_words(view, words)},
    )
    write_letter(work, deal, letter)


def _words(view: ProposalView, text: str) -> dict[str, object]:
    """Return what the mail's templates show."""
    return {
        "title": view.title,
        "words": text,
        "contact": view.contact,
        "seller": view.seller,
        "owner": view.owner,
        "link": view.link,
        "valid": f"{view.expires_on:%a %-d %b %Y}" if view.expires_on else "",
        "lines": [
            {
                "description": item.description,
                "quantity": plain(item.quantity),
                "price": str(item.unit_price),
                "discount": plain(item.discount_percent) if item.discount_percent else "",
                "net": str(item.net),
            }
            for item in view.items
        ],
        "net": str(view.totals.net),
        "taxes": [[plain(rate), str(tax)] for rate, tax in view.totals.taxes],
        "total": str(view.totals.total),
    }
