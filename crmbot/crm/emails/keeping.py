"""A mail's own row: described, kept once, found again by its thread; and the delivery that brought it, done with."""

from sqlalchemy import bindparam, update

from crmbot.crm.emails.invites import remember_invite
from crmbot.crm.emails.knowledge import Knowledge
from crmbot.crm.requests import LogEmail
from crmbot.crm.work import Work
from crmbot.errors import Conflict
from crmbot.models import Email, EmailReference, MailDelivery
from crmbot.store.prepared import Prepared

_MOST_REFERENCES = 12
_KEEP_RAW = frozenset({"triage", "failed"})

_FINISHED = (
    update(MailDelivery)
    .where(
        MailDelivery.workspace_id == bindparam("workspace"),
        MailDelivery.id == bindparam("delivery"),
        MailDelivery.state == "fetched",
    )
    .values(state=bindparam("state"), reason=bindparam("reason"), email_id=bindparam("email"), leased_until=None)
    .returning(MailDelivery.id)
)
_DONE_RAW_KEPT, _DONE = Prepared(_FINISHED), Prepared(_FINISHED.values(raw=None))


def new_email(work: Work, request: LogEmail) -> Email:
    """Return a new row for a mail, described."""
    email = Email(dedupe_key=request.dedupe_key, content_key=request.content_key, also_logged_by=[])
    describe(work, email, request)
    return email


def describe(work: Work, email: Email, request: LogEmail) -> None:
    """Give a row what its mail says of itself."""
    sender = next((one for one in request.participants if one.place == "from"), None)
    email.message_id = request.message_id
    email.references = list(request.references)
    email.direction, email.kind = request.direction, request.kind
    email.from_name = sender.name if sender else ""
    email.from_address = sender.email if sender else None
    email.recipients = [[one.name, one.email, one.place] for one in request.participants if one.place != "from"]
    email.subject, email.text = request.subject, request.text
    email.sent_at, email.received_at = request.sent_at, request.received_at
    email.attachments = [{"name": name, "type": kind, "size": size} for name, kind, size in request.attachments]
    email.detail = {"words": request.words} if request.words else {}
    if request.forwarded and work.actor.user_id:
        email.detail = {**email.detail, "forwarded_by": work.actor.name}
    elif request.forwarder:
        email.detail = {**email.detail, "said_forwarded_by": request.forwarder}
    remember_invite(email, request.invite)


def hand_in(email: Email, user_id: str | None) -> None:
    """Remember whose matter a waiting mail is: of everybody who handed it in."""
    known = (email.logged_by_id, *email.also_logged_by)
    if email.logged_by_id is None:
        email.logged_by_id = user_id
    elif user_id is not None and user_id not in known:
        email.also_logged_by = [*email.also_logged_by, user_id]


def keep_email(work: Work, email: Email) -> None:
    """Write the row: what became of it stands in the journal, its words do not."""
    if email.id is None:
        # The words themselves stand in one place only: what is erased there is not left in the journal.
        work.write(email, journalled=("state", "reason", "activity_id"))
    else:
        work.flush()


def thread_ids(request: LogEmail, known: Knowledge) -> tuple[str, ...]:
    """Return the Message-IDs besides its own by which later mail finds this one: those that lead nowhere yet."""
    new = [found for found in request.references if found not in known.threads and found != request.message_id]
    return tuple(new[-_MOST_REFERENCES:])


def keep_references(work: Work, email: Email, message_ids: tuple[str, ...]) -> None:
    """Remember Message-IDs by which later mail finds this one."""
    work.write(*(EmailReference(message_id=found, email_id=email.id) for found in message_ids))


def finish_delivery(work: Work, request: LogEmail, state: str, email: Email) -> None:
    """Mark the delivery as done; raises Conflict when another worker was faster, so that nothing is done twice."""
    if request.delivery_id is None:
        return
    state = "noise" if state == "ignored" else state
    finish = _DONE_RAW_KEPT if state in _KEEP_RAW else _DONE
    done = {"state": state, "reason": email.reason, "email": email.id}
    if not finish.rows(work.connection, {"workspace": work.workspace_id, "delivery": request.delivery_id, **done}):
        raise Conflict("This mail was taken in by another worker.")
