"""A short mail written in chat: logged and queued as one effect; answers come to the deal's own address."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select

from crmbot.crm.answers import MailAnswer
from crmbot.crm.emails.addresses import deal_address
from crmbot.crm.emails.matching import WRITTEN, Match, match_with
from crmbot.crm.emails.placing import add_email_activities
from crmbot.crm.emails.threads import thread_of
from crmbot.crm.emails.views import activity_reference, email_view, place_words
from crmbot.crm.lookup import find_target
from crmbot.crm.requests import SendProposal, WriteEmail
from crmbot.crm.views import about_links, activity_view
from crmbot.crm.work import Work
from crmbot.domain.identity import domain_of, fold_name
from crmbot.errors import BadInput, Conflict, MissingFact, NotFound
from crmbot.models import (
    Activity,
    Company,
    Contact,
    ContactEmail,
    Deal,
    Email,
    EmailReference,
    JournalEntry,
    Lead,
    Outbox,
)

TAKEN_BACK_WITHIN = timedelta(seconds=20)
"""So long a written mail stays here, so that it can be taken back."""

_LONGEST = 10_000
_LONGEST_SUBJECT = 200
_WRITTEN = "written:"
_WRITES = frozenset({WriteEmail.NAME, SendProposal.NAME})
Target = Deal | Lead | Contact | Company


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to log and send; `to` is a name and an address, `payload` what its `kind` needs beside the text."""

    subject: str
    text: str
    to: tuple[str, str]
    kind: str = "mail.send"
    payload: Mapping[str, Any] = field(default_factory=dict)
    answers: tuple[str, ...] = ()
    """The Message-IDs of the thread that it goes on with, the nearest one last."""


def write_email(work: Work, request: WriteEmail) -> MailAnswer:
    """Queue a mail to the person of a deal, contact or lead, and log it there.

    Raises:
        BadInput: there is nothing to say, or nobody with an address.
        NotFound: no mail server is set up.
    """
    if not work.policy.sends_mail:
        raise NotFound("No mail server is set up to send through. An admin fills in [mail.smtp] in config.toml.")
    text = request.text.strip()
    if not text:
        raise MissingFact(
            "What should the mail say?",
            field="text",
            example='/deal mail D-17 "Could we talk on Monday?"',
            request=WriteEmail.NAME,
            known={"target": request.target, "subject": request.subject},
        )
    if len(text) > _LONGEST:
        raise BadInput(f"A mail from chat may have {_LONGEST:,} characters; this one has {len(text):,}.", field="text")
    target = find_target(work, request.target)
    name, address = recipient_of(work, target)
    subject = " ".join((request.subject or _usual_subject(target)).split())[:_LONGEST_SUBJECT]
    letter = Letter(subject, _signed(text, work.actor.name), (name, address), answers=thread_of(work, subject, address))
    email, activity = write_letter(work, target, letter)
    about = about_links(work, activity)
    seconds = int(TAKEN_BACK_WITHIN.total_seconds())
    said = f"“{subject}” goes to {name} ({address}) in {seconds} seconds, logged as {activity_reference(activity)} with"
    return MailAnswer(
        f"{said} {place_words(about)}. Undo stops it until then.{_warning(work, address)}",
        email=email_view(work, email, about),
        activity=activity_view(work, activity, about),
    )


def write_letter(work: Work, target: Target, letter: Letter) -> tuple[Email, Activity]:
    """Log a mail with a record and queue it, to leave in `TAKEN_BACK_WITHIN`."""
    match = match_with(target)
    email = _keep(work, letter)
    activity, *_ = add_email_activities(work, email, match)
    activity.owner_id = work.actor.user_id or activity.owner_id
    work.session.flush()
    _queue(work, email, match, letter)
    return email, activity


def call_back(work: Work, effect: JournalEntry, *, again: bool) -> None:
    """Keep a written mail from leaving, when its effect is taken back.

    Raises:
        Conflict: it left, or it was taken back and would have to be written again.
    """
    if effect.request not in _WRITES:
        return
    if again:
        raise Conflict("A mail that was taken back has to be written again.")
    row = work.session.scalar(
        select(Outbox)
        .where(Outbox.workspace_id == work.workspace_id, Outbox.key == f"{_WRITTEN}{effect.id}")
        .with_for_update()
    )
    if row is None and effect.request == SendProposal.NAME:
        # Only its link was told.
        return
    if row is None or row.state != "queued" or row.attempts:
        raise Conflict("This mail has left; nothing can call it back.")
    work.session.execute(
        delete(Outbox).where(Outbox.workspace_id == work.workspace_id, Outbox.id == row.id),
        execution_options={"synchronize_session": False},
    )


def recipient_of(work: Work, target: Target) -> tuple[str, str]:
    """Return the name and the first good address of the person to write to."""
    if isinstance(target, Lead) and target.email:
        return target.name, target.email
    contact: Contact | None = work.get(Contact, target.contact_id) if isinstance(target, Deal) else None
    contact = target if isinstance(target, Contact) else contact
    addresses = select(ContactEmail.email).where(ContactEmail.workspace_id == work.workspace_id)
    found = (
        work.session.scalar(
            # One that mail came back from only when there is no other.
            addresses.where(ContactEmail.contact_id == contact.id)
            .order_by(ContactEmail.bounced_at.is_not(None), ContactEmail.position)
            .limit(1)
        )
        if contact
        else None
    )
    if contact is None or found is None:
        what = target.title if isinstance(target, Deal) else target.name
        raise BadInput(
            f"“{what}” has nobody with an e-mail address. Give its contact one first.",
            field="target",
            example="/contact set C-3 jane@acme.com",
        )
    return contact.name, found


def _usual_subject(target: Target) -> str:
    return target.title if isinstance(target, Deal) else target.name


def _signed(text: str, name: str) -> str:
    """Return the text with its writer's name below, unless it ends with that already."""
    last = text.rstrip().rpartition("\n")[2]
    first = name.partition(" ")[0]
    return text if not name or fold_name(first) in fold_name(last).split() else f"{text}\n\n{name}"


def _warning(work: Work, address: str) -> str:
    """Return what is to be known of an address that mail came back from."""
    reason = work.session.scalar(
        select(ContactEmail.bounce_reason).where(
            ContactEmail.workspace_id == work.workspace_id,
            ContactEmail.email == address,
            ContactEmail.bounced_at.is_not(None),
        )
    )
    return "" if reason is None else f" Mail to this address came back before ({reason or 'nobody said why'})."


def _keep(work: Work, letter: Letter) -> Email:
    identity = work.new_id()
    intake = next(iter(work.policy.intake_addresses), work.actor.email or "")
    message_id = f"<{identity}@{domain_of(intake)}>"
    digest = hashlib.sha256(message_id.encode()).hexdigest()
    email = Email(
        id=identity,
        dedupe_key=digest,
        content_key=digest,
        message_id=message_id,
        references=list(letter.answers),
        direction="out",
        kind="reply" if letter.answers else "direct",
        from_name=work.actor.name,
        from_address=work.actor.email,
        recipients=[[*letter.to, "to"]],
        subject=letter.subject,
        text=letter.text,
        sent_at=work.now,
        received_at=work.now,
        attachments=[],
        state="logged",
        reason=WRITTEN,
        detail={},
        logged_by_id=work.actor.user_id,
        also_logged_by=[],
    )
    work.keep(email)
    work.session.flush()
    work.keep(EmailReference(message_id=message_id, email_id=email.id))
    work.session.flush()
    return email


def _queue(work: Work, email: Email, match: Match, letter: Letter) -> None:
    home = deal_address(work, match.deal.number) if match.deal else None
    name, address = letter.to
    payload = {
        "subject": email.subject,
        "text": email.text,
        "to_name": name,
        "from_name": work.actor.name,
        "reply_to": [one for one in (work.actor.email, home) if one],
        "message_id": email.message_id,
        "references": list(letter.answers),
        "automatic": False,
        **letter.payload,
    }
    work.write(
        Outbox(
            key=f"{_WRITTEN}{work.entry_id}",
            kind=letter.kind,
            destination=address,
            payload=payload,
            created_at=work.now,
            not_before=work.now + TAKEN_BACK_WITHIN,
            state="queued",
            attempts=0,
        )
    )
