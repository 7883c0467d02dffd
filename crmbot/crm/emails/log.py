"""Logging a mail: the same mail once, matched by the ladder or kept for a person, with its receipt."""

from datetime import timedelta

from sqlalchemy import bindparam, select

from crmbot.crm.answers import MailAnswer
from crmbot.crm.attachments import keep_files
from crmbot.crm.emails.announcing import announce
from crmbot.crm.emails.bounces import note_bounce
from crmbot.crm.emails.keeping import (
    describe,
    finish_delivery,
    hand_in,
    keep_email,
    keep_references,
    new_email,
    thread_ids,
)
from crmbot.crm.emails.knowledge import Knowledge, look_up
from crmbot.crm.emails.matching import MEETING, Match, climb, place_with_contact
from crmbot.crm.emails.placing import add_email_activities, keep_further, logged_sentence
from crmbot.crm.emails.receipts import Wish, answers_notice, send_receipt
from crmbot.crm.emails.statements import Row
from crmbot.crm.emails.strangers import contact_of
from crmbot.crm.emails.views import activity_reference, email_view, match_links, why_words
from crmbot.crm.meetings import Heard, hear, hear_outsider
from crmbot.crm.requests import LogEmail, Participant
from crmbot.crm.views import about_links, activity_view
from crmbot.crm.work import Work
from crmbot.domain.meetings import Method
from crmbot.failpoints import reach
from crmbot.models import Activity, Counter, Email
from crmbot.store.prepared import Prepared

_WEIGHT = {"noise": 0, "triage": 1}
"""How far a mail got; a copy that gets farther replaces it, so that a forged copy sent first hides nothing."""
_FARTHEST_ZONES = timedelta(hours=14)
_ZONE_STEP_MINUTES = 15
_TURN = Prepared(
    select(Counter.value)
    .where(Counter.workspace_id == bindparam("workspace"), Counter.name == "activity")
    .with_for_update()
)


def log_email(work: Work, request: LogEmail) -> MailAnswer:
    """Log a mail once, however often it comes; what cannot be placed waits for a person."""
    _take_turn(work)
    known = look_up(work, request)
    if request.told_later:
        known.users = {key: row._replace(label="none") for key, row in known.users.items()}
    earlier = _earlier(request, known)
    if earlier is not None:
        return _log_again(work, request, known, earlier)
    email = new_email(work, request)
    answer = _place(work, request, known, email)
    finish_delivery(work, request, email.state, email)
    reach("mail.written")
    return answer


def _take_turn(work: Work) -> None:
    """On PostgreSQL wait for other mail of this workspace, so that two copies of one mail see each other.

    Their activities take numbers from this same counter, so they would wait for each other anyway. SQLite has one
    writer.
    """
    if work.connection.dialect.name != "sqlite":
        _TURN.rows(work.connection, {"workspace": work.workspace_id})


def _earlier(request: LogEmail, known: Knowledge) -> Row | None:
    for row in known.copies:
        if row.key == request.dedupe_key:
            return row
    return next((row for row in known.copies if _is_copy(request, row)), None)


def _is_copy(request: LogEmail, row: Row) -> bool:
    """Say whether a mail of the same writer, subject and words is this one, forwarded: a zone apart at the most.

    Two mails of those same words that came directly are two mails: each has a Message-ID or a date of its own.
    """
    if row.at is None or not (request.forwarded or row.one == "forward"):
        return False
    apart = abs(request.sent_at.replace(second=0, microsecond=0) - row.at.replace(second=0, microsecond=0))
    return apart <= _FARTHEST_ZONES and apart.seconds // 60 % _ZONE_STEP_MINUTES == 0


def _log_again(work: Work, request: LogEmail, known: Knowledge, earlier: Row) -> MailAnswer:
    email: Email = work.get(Email, earlier.id)
    mine = "noise" if request.leave else "triage" if request.hold else "logged"
    if _WEIGHT.get(email.state, 2) < _WEIGHT.get(mine, 2):
        describe(work, email, request)
        answer = _place(work, request, known, email)
        finish_delivery(work, request, email.state, email)
        return answer
    finish_delivery(work, request, "duplicate", email)
    activity: Activity | None = work.get(Activity, email.activity_id)
    about = about_links(work, activity) if activity else ()
    mate = work.actor.user_id
    if activity is not None and mate and mate not in (email.logged_by_id, *email.also_logged_by):
        email.also_logged_by = [*email.also_logged_by, mate]
        send_receipt(work, email, wish=_wish(work, known), about=about, activity=activity, repeated=True)
    if request.message_id and request.message_id not in known.threads and email.state == "logged":
        # A forward has no Message-ID of the original; the direct copy has, and answers will name it.
        keep_references(work, email, (request.message_id,))
    work.flush()
    said = f"“{email.subject}” was taken in before" + (f" as {activity_reference(activity)}." if activity else ".")
    view = activity_view(work, activity, about) if activity else None
    return MailAnswer(said, email=email_view(work, email, about), activity=view, repeated=True)


def _place(work: Work, request: LogEmail, known: Knowledge, email: Email) -> MailAnswer:
    """Decide what becomes of a mail, and do it."""
    heard = _heard(work, request)
    if heard is not None:
        return _log_with_meeting(work, request, known, email, heard)
    if request.leave:
        told = note_bounce(work, request)
        wish = _wish(work, known) if told and request.forwarded else None
        return _set_aside(work, email, "noise", request.leave, receipt=wish, bounced=told)
    if request.hold:
        return _set_aside(work, email, "triage", request.hold, request=request)
    if known.outside and all(_is_ignored(one, known) for one in known.outside):
        return _set_aside(work, email, "ignored", "ignored", receipt=_wish(work, known))
    match = climb(work, request, known) or _make_contact(work, request, known)
    if match is None:
        if not known.outside and answers_notice(work, request.references):
            return _set_aside(work, email, "noise", "receipt.answer: it only answers a receipt")
        reason = "unknown_sender" if known.outside else "nobody_outside"
        return _set_aside(work, email, "triage", reason, receipt=_wish(work, known), request=request)
    return _log(work, request, known, email, match)


def _heard(work: Work, request: LogEmail) -> Heard | None:
    """Take what a mail says of a meeting that is known, as far as its sender may say it."""
    if request.invite is None:
        return None
    if work.actor.user_id is not None:
        return None if request.hold else hear(work, request.invite)
    if not request.vouched or (request.hold and request.invite.method is not Method.REPLY):
        return None
    sender = next((one.email for one in request.participants if one.place == "from"), None)
    return hear_outsider(work, request.invite, sender) if sender else None


def _log(work: Work, request: LogEmail, known: Knowledge, email: Email, match: Match) -> MailAnswer:
    email.state, email.reason = "logged", match.reason
    email.logged_by_id = work.actor.user_id
    if match.asks:
        email.detail = {**email.detail, "asks": [deal.id for deal in match.asks]}
    activity, *further = add_email_activities(work, email, match)
    keep_email(work, email)
    keep_further(work, email, further)
    keep_files(work, email, request.files)
    keep_references(work, email, thread_ids(request, known))
    about = match_links(work, known, match)
    send_receipt(work, email, wish=_wish(work, known), about=about, activity=activity, match=match)
    return MailAnswer(
        logged_sentence(email, activity, about, match),
        email=email_view(work, email, about),
        activity=activity_view(work, activity, about),
    )


def _log_with_meeting(work: Work, request: LogEmail, known: Knowledge, email: Email, heard: Heard) -> MailAnswer:
    """Log a mail with the meeting that it moves, cancels or answers."""
    email.state, email.reason = "logged", MEETING
    email.logged_by_id = work.actor.user_id
    email.activity_id = heard.activity.id
    keep_email(work, email)
    keep_references(work, email, thread_ids(request, known))
    about = about_links(work, heard.activity)
    send_receipt(work, email, wish=_wish(work, known), about=about, activity=heard.activity)
    view = activity_view(work, heard.activity, about)
    return MailAnswer(heard.said, email=email_view(work, email, about), activity=view)


def _set_aside(
    work: Work,
    email: Email,
    state: str,
    why: str,
    *,
    receipt: Wish | None = None,
    request: LogEmail | None = None,
    bounced: tuple[str, ...] = (),
) -> MailAnswer:
    """Keep a mail without an activity; `why` is a reason code, with a sentence of its own after a colon.

    What a person may need who places it later is kept with it: the files and the signature of the `request`.
    """
    code, _, sentence = why.partition(": ")
    email.state, email.reason = state, code
    if state == "triage":
        hand_in(email, work.actor.user_id)
    if sentence:
        email.detail = {**email.detail, "why": sentence}
    if request is not None and request.signature:
        email.detail = {**email.detail, "signature": request.signature}
    keep_email(work, email)
    if request is not None:
        keep_files(work, email, request.files)
    if receipt:
        send_receipt(work, email, wish=receipt, bounced=bounced)
    if state == "triage":
        announce(work, email)
    words = {"triage": "It waits for a person", "noise": "Left aside", "ignored": "Left aside"}[state]
    said = " ".join(bounced) if bounced else f"{words}: “{email.subject}” — {why_words(email)}."
    return MailAnswer(said, email=email_view(work, email))


def _make_contact(work: Work, request: LogEmail, known: Knowledge) -> Match | None:
    if work.policy.unknown_sender != "create" or not known.outside or request.deal_address_only:
        return None
    one = known.outside[0]
    contact = contact_of(work, one, request.text if request.forwarded else request.signature)
    return place_with_contact(work, request, known, contact, "new_contact")


def _is_ignored(one: Participant, known: Knowledge) -> bool:
    email = one.email or ""
    return email in known.ignored or any(email.endswith(("@" + value, "." + value)) for value in known.ignored)


def _wish(work: Work, known: Knowledge) -> Wish:
    """Return which receipts the person wants who sent the mail in."""
    mine = next((row for row in known.users.values() if row.id == work.actor.user_id), None)
    return Wish(mine.label or "all", mine.two) if mine else Wish()
