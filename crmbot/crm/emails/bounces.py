"""Mail that came back: noted with the contact, and with what was sent; whoever sent it is told."""

import re

from sqlalchemy import select

from crmbot.crm.requests import LogEmail
from crmbot.crm.undelivered import NOTICE, tell_undelivered
from crmbot.crm.work import Work
from crmbot.domain.bounces import Bounce, Failure
from crmbot.domain.ids import Kind, is_id, reference
from crmbot.models import Activity, Contact, ContactEmail, Deal, Email, Note, Outbox, Proposal

PROPOSAL = "proposal_id"
"""The key in an outgoing mail's payload that names the proposal it carries."""

_LOCAL = re.compile(r"<([0-9a-z]{26})@")


def note_bounce(work: Work, request: LogEmail) -> tuple[str, ...]:
    """Note whom an earlier mail did not reach, for good; return what came of it, a sentence for each recipient.

    Anybody can write such a notice. It counts when a person passed it on or it came to their own address, or when it
    names a mail that went from here to that very recipient.
    """
    bounce = request.bounce
    if bounce is None:
        return ()
    sent = _sent_from_here(work, bounce)
    logged = _logged_here(work, bounce)
    writer_id = next((email.logged_by_id for email in logged if email.logged_by_id), None)
    by_id = work.actor.user_id if request.forwarded else None
    told = []
    for failure in bounce.failures:
        mine = [row for row in sent if _went_to(work, row, failure.recipient)]
        theirs = [email for email in logged if any(one[1] == failure.recipient for one in email.recipients)]
        marked: list[str] = []
        if failure.permanent and (work.actor.user_id or mine or theirs):
            marked += [*_mark_contacts(work, failure, by_id), *_mark_logged(work, theirs, failure)]
            for row in mine:
                marked += _mark_sent(work, row, failure, writer_id)
        told.append(_told(failure, next((email.subject for email in theirs), ""), marked))
    work.session.flush()
    return tuple(told)


def _told(failure: Failure, subject: str, marked: list[str]) -> str:
    """Return what a receipt says of one recipient."""
    what = f"“{subject}”" if subject else "a mail"
    said = f"{failure.recipient} did not get {what}{_because(failure)}."
    if marked:
        return f"{said} Marked: {', '.join(marked)}."
    if not failure.permanent:
        return f"{said} That may pass, so nothing is marked."
    return f"{said} Nobody here has this address, so nothing is marked."


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


def _mark_contacts(work: Work, failure: Failure, by_id: str | None) -> list[str]:
    """Mark the address with its contacts; return their names."""
    rows = select(ContactEmail).where(
        ContactEmail.workspace_id == work.workspace_id, ContactEmail.email == failure.recipient
    )
    named = []
    for address in work.session.scalars(rows):
        contact: Contact = work.get(Contact, address.contact_id)
        name = f"{reference(Kind.CONTACT, contact.number)} {contact.name}"
        if address.bounced_at is not None:
            named.append(f"{name} (before)")
            continue
        named.append(name)
        address.bounced_at, address.bounce_reason = work.now, failure.why
        _note(work, f"Address bounced: {failure.recipient}{_because(failure)}", contact=contact, by_id=by_id)
    return named


def _mark_logged(work: Work, emails: list[Email], failure: Failure) -> list[str]:
    """Let the timeline say of a logged mail that it did not arrive; return the activities' names."""
    named = []
    for email in emails:
        activity: Activity | None = work.get(Activity, email.activity_id)
        if activity is not None and activity.kind == "email":
            activity.outcome = f"did not arrive at {failure.recipient}"
            named.append(reference(Kind.ACTIVITY, activity.number))
    return named


def _mark_sent(work: Work, row: Outbox, failure: Failure, writer_id: str | None) -> list[str]:
    """Mark an outgoing mail as undelivered, and tell whose it is: the deal's owner, who wrote it, else the admins.

    Return the proposal's name when the mail carried one.
    """
    reason = f"It came back{_because(failure)}."
    if row.state == "sent":
        # who runs crmbot gets the server's own words, people in chat what they mean
        row.state, row.reason = "parked", reason if not failure.detail else f"{reason[:-1]} ({failure.detail})."
    proposal: Proposal | None = work.get(Proposal, row.payload.get(PROPOSAL))
    if proposal is not None:
        proposal.bounced_at, proposal.bounce_reason = work.now, failure.why
        deal: Deal | None = work.get(Deal, proposal.deal_id)
        named = f"{reference(Kind.PROPOSAL, proposal.number)} {proposal.title}"
        _note(work, f"Proposal {named} did not reach {failure.recipient}{_because(failure)}", deal=deal)
        writer_id = deal.owner_id if deal is not None and deal.owner_id is not None else writer_id
    if writer_id is None:
        tell_undelivered(work.session, work.workspace_id, row.key, row.kind, failure.recipient, reason, work.now)
    elif writer_id != work.actor.user_id:
        what = f"proposal {named}" if proposal is not None else row.kind
        payload = {"what": what, "destination": failure.recipient, "digest": None, "reason": reason}
        work.send(NOTICE, writer_id, payload, key=f"bounced:{row.id}:{failure.recipient}"[:128])
    return [named] if proposal is not None else []


def _note(
    work: Work, text: str, *, contact: Contact | None = None, deal: Deal | None = None, by_id: str | None = None
) -> None:
    work.keep(
        Note(
            text=text,
            author_id=by_id,
            created_at=work.now,
            lead_id=None,
            contact_id=contact.id if contact else deal.contact_id if deal else None,
            company_id=contact.company_id if contact else deal.company_id if deal else None,
            deal_id=deal.id if deal else None,
        )
    )


def _because(failure: Failure) -> str:
    return f": {failure.why}" if failure.why else ""
