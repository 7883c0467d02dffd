"""Putting a mail where it belongs: its activity, its lead's status, and the receipt."""

from collections.abc import Sequence

from crmbot.crm.answers import Link
from crmbot.crm.emails.invites import add_invited_meeting
from crmbot.crm.emails.matching import Match
from crmbot.crm.emails.views import activity_reference, place_words, why_words
from crmbot.crm.leads import climb
from crmbot.crm.work import Work
from crmbot.domain.ids import Kind, reference
from crmbot.domain.stages import LeadStatus
from crmbot.models import Activity, Email, EmailActivity, Lead

COMMAND_ONLY = "command"
"""Why a mail has no activity that only asked crmbot for something."""

NEVER = "never_logged"
"""Why nothing was kept of a mail: its domain is never logged."""

_MOST_NOTES = 2_000
NO_SUBJECT = "(no subject)"


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


def forget_words(email: Email) -> None:
    """Empty everything that a mail says and who is in it; what is left knows it again, so that it stays away."""
    email.subject, email.text, email.from_name = "(not kept)", "", ""
    email.from_address, email.message_id = None, None
    email.recipients, email.references, email.attachments, email.detail = [], [], [], {}


def logged_sentence(email: Email, activity: Activity, about: tuple[Link, ...], match: Match) -> str:
    """Return where the mail went and why, in one sentence, and the question that is left."""
    where = place_words(about) or "nobody"
    said = f"Logged “{email.subject or NO_SUBJECT}” as {activity_reference(activity)} with {where}: {why_words(email)}."
    if not match.asks:
        return said
    named = ", ".join(f"{reference(Kind.DEAL, deal.number)} {deal.title}" for deal in match.asks)
    return f"{said} Which deal is it about: {named}?"


def _activity(work: Work, email: Email, about: dict[str, str | None], owner_id: str | None) -> Activity:
    return Activity(
        number=work.next_number(Kind.ACTIVITY),
        kind="email",
        subject=email.subject or NO_SUBJECT,
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
