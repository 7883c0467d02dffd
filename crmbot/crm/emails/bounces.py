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
    logged = _logged_here(work, bounce)
    recipients = {one[1] for email in logged for one in email.recipients if one[1]}
    writer_id = next((email.logged_by_id for email in logged if email.logged_by_id), None)
    for failure in bounce.failures:
        mine = [row for row in sent if _went_to(work, row, failure.recipient)]
        if not failure.permanent or not (work.actor.user_id or mine or failure.recipient in recipients):
            continue
        _note_with_contacts(work, failure)
        for row in mine:
            _mark_sent(work, row, failure, writer_id)
    work.session.flush()


def _sent_from_here(work: Work, bounce: Bounce) -> list[Outbox]:
    """Return our own mails among those that came back: by a Message-ID that is the row's id, or that it went out with.

    Nobody can guess the first, and only who got the mail knows the second.
    """
    ids = [found[1] for word in bounce.message_ids if (found := _LOCAL.match(word)) and is_id(found[1])]
    recipients = [failure.recipient for failure in bounce.failures]
    mine = select(Outbox).where(Outbox.workspace_id == work.workspace_id)
    found_rows = list(work.session.scalars(mine.where(Outbox.id.in_(ids)))) if ids else []
    if bounce.message_ids:
        received = mine.where(Outbox.destination.in_(recipients), Outbox.receipt.in_(bounce.message_ids))
        found_rows += [row for row in work.session.scalars(received) if row not in found_rows]
    return found_rows


def _logged_here(work: Work, bounce: Bounce) -> list[Email]:
    """Return the logged mails of ours among those that came back."""
    if not bounce.message_ids:
        return []
    rows = select(Email).where(
        Email.workspace_id == work.workspace_id,
        Email.message_id.in_(bounce.message_ids),
        Email.direction == "out",
        Email.state == "logged",
    )
    return list(work.session.scalars(rows))


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


def _mark_sent(work: Work, row: Outbox, failure: Failure, writer_id: str | None) -> None:
    """Mark an outgoing mail as undelivered, and tell whose it is: the deal's owner, who wrote it, else the admins."""
    reason = f"It came back{_because(failure)}."
    if row.state == "sent":
        row.state, row.reason = "parked", reason
    proposal: Proposal | None = work.get(Proposal, row.payload.get(PROPOSAL))
    if proposal is not None:
        proposal.bounced_at, proposal.bounce_reason = work.now, _why(failure)
        deal: Deal | None = work.get(Deal, proposal.deal_id)
        named = f"{reference(Kind.PROPOSAL, proposal.number)} {proposal.title}"
        _note(work, f"Proposal {named} did not reach {failure.recipient}{_because(failure)}", deal=deal)
        writer_id = deal.owner_id if deal is not None and deal.owner_id is not None else writer_id
    if writer_id is None:
        tell_undelivered(work.session, work.workspace_id, row.key, row.kind, failure.recipient, reason, work.now)
        return
    what = f"proposal {named}" if proposal is not None else row.kind
    payload = {"what": what, "destination": failure.recipient, "digest": None, "reason": reason}
    work.send(NOTICE, writer_id, payload, key=f"bounced:{row.id}:{failure.recipient}"[:128])


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
