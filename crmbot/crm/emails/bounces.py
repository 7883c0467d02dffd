"""Mail that came back: noted with the contact, and with what was sent; whoever sent it is told."""

import re

from sqlalchemy import select

from crmbot.crm.requests import LogEmail
from crmbot.crm.undelivered import NOTICE, tell_undelivered
from crmbot.crm.work import Work
from crmbot.domain.bounces import Bounce, Failure
from crmbot.domain.ids import Kind, is_id, reference
from crmbot.models import Contact, ContactEmail, Deal, Email, Note, Outbox, Proposal

PROPOSAL = "proposal_id"
"""The key in an outgoing mail's payload that names the proposal it carries."""

_LOCAL = re.compile(r"<([0-9a-z]{26})@")


def note_bounce(work: Work, request: LogEmail) -> None:
    """Note whom an earlier mail did not reach, for good.

    Anybody can write such a notice. It counts when it came to a person's own address, or names a mail that went from
    here to that very recipient.
    """
    bounce = request.bounce
    if bounce is None:
        return
    sent = _sent_from_here(work, bounce)
    logged = _logged_recipients(work, bounce)
    for failure in bounce.failures:
        mine = [row for row in sent if _went_to(work, row, failure.recipient)]
        if not failure.permanent or not (work.actor.user_id or mine or failure.recipient in logged):
            continue
        _note_with_contacts(work, failure)
        for row in mine:
            _mark_sent(work, row, failure)
    work.session.flush()


def _sent_from_here(work: Work, bounce: Bounce) -> list[Outbox]:
    """Return our own mails among those that came back: a Message-ID of ours is its row's id, which nobody can guess."""
    ids = [found[1] for word in bounce.message_ids if (found := _LOCAL.match(word)) and is_id(found[1])]
    rows = select(Outbox).where(Outbox.workspace_id == work.workspace_id, Outbox.id.in_(ids))
    return list(work.session.scalars(rows)) if ids else []


def _logged_recipients(work: Work, bounce: Bounce) -> set[str]:
    """Return to whom the logged mail of ours went that came back."""
    if not bounce.message_ids:
        return set()
    rows = work.session.scalars(
        select(Email.recipients).where(
            Email.workspace_id == work.workspace_id,
            Email.message_id.in_(bounce.message_ids),
            Email.direction == "out",
            Email.state == "logged",
        )
    )
    return {one[1] for recipients in rows for one in recipients if one[1]}


def _went_to(work: Work, row: Outbox, recipient: str) -> bool:
    if row.destination.casefold() == recipient:
        return True
    user = work.user(row.destination) if is_id(row.destination) else None
    return user is not None and user.email == recipient


def _note_with_contacts(work: Work, failure: Failure) -> None:
    addresses = work.session.scalars(
        select(ContactEmail).where(
            ContactEmail.workspace_id == work.workspace_id, ContactEmail.email == failure.recipient
        )
    )
    for address in addresses:
        if address.bounced_at is not None:
            continue
        address.bounced_at, address.bounce_reason = work.now, _why(failure)
        contact: Contact | None = work.get(Contact, address.contact_id)
        _note(work, f"Address bounced: {failure.recipient}{_because(failure)}", contact=contact)


def _mark_sent(work: Work, row: Outbox, failure: Failure) -> None:
    """Mark an outgoing mail as undelivered, and tell whose it is."""
    reason = f"It came back{_because(failure)}."
    if row.state == "sent":
        row.state, row.reason = "parked", reason
    proposal: Proposal | None = work.get(Proposal, row.payload.get(PROPOSAL))
    if proposal is None:
        tell_undelivered(work.session, work.workspace_id, row.key, row.kind, failure.recipient, reason, work.now)
        return
    proposal.bounced_at, proposal.bounce_reason = work.now, _why(failure)
    deal: Deal | None = work.get(Deal, proposal.deal_id)
    named = f"{reference(Kind.PROPOSAL, proposal.number)} {proposal.title}"
    _note(work, f"Proposal {named} did not reach {failure.recipient}{_because(failure)}", deal=deal)
    if deal is not None and deal.owner_id is not None:
        payload = {"what": f"proposal {named}", "destination": failure.recipient, "digest": None, "reason": reason}
        work.send(NOTICE, deal.owner_id, payload)


def _note(work: Work, text: str, *, contact: Contact | None = None, deal: Deal | None = None) -> None:
    work.keep(
        Note(
            text=text,
            author_id=None,
            created_at=work.now,
            lead_id=None,
            contact_id=contact.id if contact else deal.contact_id if deal else None,
            company_id=contact.company_id if contact else deal.company_id if deal else None,
            deal_id=deal.id if deal else None,
        )
    )


def _because(failure: Failure) -> str:
    why = _why(failure)
    return f" ({why})" if why else ""


def _why(failure: Failure) -> str:
    said = failure.reason
    return said if failure.status in said else f"{failure.status} {said}".strip()
