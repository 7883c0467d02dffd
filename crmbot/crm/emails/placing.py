"""Putting a mail where it belongs: its activity, its lead's status, and the receipt."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Integer, bindparam, literal, select

from crmbot.crm.answers import Link
from crmbot.crm.emails.invites import add_invited_meeting
from crmbot.crm.emails.matching import Match
from crmbot.crm.emails.statements import KnownDeal
from crmbot.crm.emails.views import activity_reference, place_words, why_words
from crmbot.crm.leads import climb
from crmbot.crm.prepared import Prepared
from crmbot.crm.work import Work
from crmbot.domain.ids import Kind, reference
from crmbot.domain.stages import LeadStatus
from crmbot.models import Activity, Deal, Email, EmailActivity, Lead, Outbox

COMMAND_ONLY = "command"
"""Why a mail has no activity that only asked crmbot for something."""

NEVER = "never_logged"
"""Why nothing was kept of a mail: its domain is never logged."""

RECEIPT = "notice.receipt"
MORE_RECEIPTS = "notice.more_receipts"
MORE_SAID = "More mail of yours was logged than is worth a message each. What needs you still comes one by one."

_WAITING = Prepared(
    select(Outbox.id)
    .where(
        Outbox.workspace_id == bindparam("workspace"),
        Outbox.destination == bindparam("user"),
        Outbox.state == literal("queued"),
    )
    .order_by(Outbox.created_at)
    .offset(bindparam("others", type_=Integer))
    .limit(1)
)
_KNOWN = Prepared(
    select(Outbox.id).where(Outbox.workspace_id == bindparam("workspace"), Outbox.key == bindparam("key"))
)
_MOST_NOTES = 2_000
_NO_SUBJECT = "(no subject)"


def add_email_activities(work: Work, email: Email, match: Match) -> tuple[Activity, ...]:
    """Add the finished activity of a mail, and one for each further deal of the match; return them.

    Once the mail is written, `keep_further` remembers those beyond the first.
    """
    places = [match.about, *({**match.about, "deal_id": deal.id} for deal in match.also)]
    owner_id = work.actor.user_id or (match.deal.owner_id if match.deal else None)
    meeting = add_invited_meeting(work, email, match, owner_id=owner_id, notes=_notes(email))
    if meeting is not None:
        move_lead_on(work, match.lead_id)
        return (meeting,)
    made = tuple(_activity(work, email, about, owner_id) for about in places)
    work.write(*made)
    email.activity_id = made[0].id
    move_lead_on(work, match.lead_id)
    return made


def keep_further(work: Work, email: Email, activities: Sequence[Activity]) -> None:
    """Remember which further activities a mail has, so that each of them shows what it carried."""
    work.write(*(EmailActivity(email_id=email.id, activity_id=activity.id) for activity in activities))


def move_lead_on(work: Work, lead_id: str | None) -> None:
    """Move a new lead to contacted: there is mail with it now."""
    lead: Lead | None = work.get(Lead, lead_id)
    if lead is not None and lead.status == LeadStatus.NEW:
        climb(work, lead, LeadStatus.CONTACTED)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a mail asked for in its words, and what came of it; `undo` is the entry that takes it back."""

    line: str
    said: str
    example: str = ""
    undo: str | None = None
    failed: bool = False


def send_receipt(
    work: Work,
    email: Email,
    *,
    preference: str | None,
    about: tuple[Link, ...] = (),
    activity: Activity | None = None,
    match: Match | None = None,
    repeated: bool = False,
    asked: Asked | None = None,
    asks: Sequence[KnownDeal | Deal] = (),
    entry_id: str | None = None,
    bounced: Sequence[str] = (),
) -> None:
    """Queue the word to the person who sent the mail in: where it went and why, or what they must decide.

    `bounced` are the sentences of a notice of what did not arrive.
    """
    asks = match.asks if match else asks
    problem = (
        (activity is None and email.reason != COMMAND_ONLY and not bounced)
        or bool(asks)
        or (asked is not None and asked.failed)
    )
    if work.actor.user_id is None or preference == "none" or (preference == "problems" and not problem):
        return
    if not problem and asked is None and _is_flooded(work, work.actor.user_id):
        return
    payload: dict[str, Any] = {
        "email_id": email.id,
        "subject": email.subject or _NO_SUBJECT,
        "from": email.from_name or email.from_address or "",
        "state": email.state,
        "reason": email.reason,
        "why": why_words(email),
        "where": [[one.reference, one.title] for one in about],
        "activity": activity_reference(activity) if activity else None,
        "asks": [[reference(Kind.DEAL, deal.number), deal.title] for deal in asks],
        "problem": problem,
        "repeated": repeated,
        "entry_id": None if repeated else entry_id if asked else work.entry_id,
        "forwarded": bool(email.detail.get("forwarded_by")),
        "alone": [one.reference for one in about if one.reference[:1] != "D"][:1] if _has_deal(about) else [],
        "asked": asdict(asked) if asked is not None else None,
        "bounced": list(bounced),
    }
    key = f"{RECEIPT}:{email.id}:{work.entry_id}" if email.state == "triage" else None
    work.send(RECEIPT, work.actor.user_id, payload, key=key)


def _is_flooded(work: Work, user_id: str) -> bool:
    """Say whether so many messages wait for a person already that one line tells of the rest, once an hour."""
    most = work.policy.receipts_at_once
    if not most:
        return False
    if not work.values(_WAITING, user=user_id, others=most - 1):
        return False
    key = f"{MORE_RECEIPTS}:{user_id}:{work.now:%Y-%m-%dT%H}"
    if not work.values(_KNOWN, key=key):
        work.send(MORE_RECEIPTS, user_id, {"said": MORE_SAID}, key=key)
    return True


def forget_words(email: Email) -> None:
    """Empty everything that a mail says and who is in it; what is left knows it again, so that it stays away."""
    email.subject, email.text, email.from_name = "(not kept)", "", ""
    email.from_address, email.message_id = None, None
    email.recipients, email.references, email.attachments, email.detail = [], [], [], {}


def logged_sentence(email: Email, activity: Activity, about: tuple[Link, ...], match: Match) -> str:
    """Return where the mail went and why, in one sentence, and the question that is left."""
    where = place_words(about) or "nobody"
    said = (
        f"Logged “{email.subject or _NO_SUBJECT}” as {activity_reference(activity)} with {where}: {why_words(email)}."
    )
    if not match.asks:
        return said
    named = ", ".join(f"{reference(Kind.DEAL, deal.number)} {deal.title}" for deal in match.asks)
    return f"{said} Which deal is it about: {named}?"


def _has_deal(about: tuple[Link, ...]) -> bool:
    return any(one.reference[:1] == "D" for one in about)


def _activity(work: Work, email: Email, about: dict[str, str | None], owner_id: str | None) -> Activity:
    return Activity(
        number=work.next_number(Kind.ACTIVITY),
        kind="email",
        subject=email.subject or _NO_SUBJECT,
        notes=_notes(email),
        owner_id=owner_id,
        due_at=email.sent_at,
        overdue_at=email.sent_at,
        completed_at=email.sent_at,
        billable=False,
        attendees=list(dict.fromkeys(address for address in _addresses(email) if address)),
        created_at=work.now,
        facts_since=work.now,
        **about,
    )


def _notes(email: Email) -> str | None:
    """Return what the timeline shows of a mail: who forwarded it, their words, the text."""
    forwarder, words = email.detail.get("forwarded_by"), email.detail.get("words")
    head = f"Forwarded by {forwarder}; its sender is not verified." if forwarder else ""
    text = "\n\n".join(part for part in (head, words, email.text) if part)
    return (text if len(text) <= _MOST_NOTES else text[: _MOST_NOTES - 1] + "…") or None


def _addresses(email: Email) -> list[str | None]:
    return [email.from_address, *(one[1] for one in email.recipients)]
