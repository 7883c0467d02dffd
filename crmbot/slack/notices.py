"""Notices to one person: the receipt for a mail, and the word about a message that could not be delivered."""

from collections.abc import Mapping
from typing import Any

from crmbot.crm.requests import AddSender, AttachEmail, IgnoreEmail, Request
from crmbot.slack.blocks.limits import fit
from crmbot.slack.blocks.outcomes import undo_button
from crmbot.slack.blocks.primitives import actions, context, section, sentence, stack
from crmbot.slack.message import Element, Message
from crmbot.slack.mrkdwn import Mrkdwn, bold, escape, one_line
from crmbot.slack.press import press_button

_MOST_CHOICES = 5
_STATES = {"triage": "🤔 Waiting for you", "noise": "🗂 Left aside", "ignored": "🗂 Left aside"}


def receipt_message(payload: Mapping[str, Any]) -> Message:
    """Return what became of a forwarded mail: to whom it was logged, because of what, with buttons to put it right.

    `payload` is that of the outbox row `notice.receipt` (crm.emails.placing).
    """
    asks, where = payload.get("asks", []), payload.get("where", [])
    title = "🤔 Which deal is it about?" if asks else _STATES.get(payload["state"], "📨 Logged")
    if payload.get("repeated"):
        title = "↩️ Logged before"
    places = ", ".join(f"{reference} {name}" for reference, name in where)
    activity = f"{payload['activity']} with " if payload.get("activity") else ""
    head = Mrkdwn(f"{title}: {bold(payload['subject'], 200)}\nfrom {one_line(payload['from'], 120)}")
    facts = [
        Mrkdwn(one_line(f"{activity}{places}", 300)) if places else None,
        Mrkdwn(f"Because: {one_line(payload['why'], 300)}"),
    ]
    blocks = stack(section(head), context(*(fact for fact in facts if fact)), actions(*_choices(payload)))
    said = f"{title.split(' ', 1)[1]}: {payload['subject']}" + (f" ({places})" if places else "")
    return fit(Message(escape(said), blocks))


def undelivered_message(payload: Mapping[str, Any]) -> Message:
    """Return what could not be delivered, where to, and why; the payload is that of `notice.undelivered`."""
    what = f"The digest “{payload['digest']}”" if payload.get("digest") else "A message"
    said = f"{what} could not be delivered to {payload['destination']}. {payload['reason']}"
    hint = "Choose another channel, or invite the bot there: /invite @crmbot" if payload.get("digest") else None
    return fit(Message(escape(said), stack(sentence(f"⚠️ {said}"), context(hint) if hint else None)))


def _choices(payload: Mapping[str, Any]) -> list[Element | None]:
    email = str(payload["email_id"])
    buttons: list[Element | None] = [
        press_button(f"{reference} {name}"[:70], AttachEmail(email, reference), action_id=f"email.attach_{place}")
        for place, (reference, name) in enumerate(payload.get("asks", [])[:_MOST_CHOICES])
    ]
    if payload["state"] == "triage":
        choices: tuple[tuple[str, Request, str], ...] = (
            ("Add sender as contact", AddSender(email), "email.add_sender"),
            ("Leave aside", IgnoreEmail(email), "email.ignore"),
            ("Ignore this sender", IgnoreEmail(email, "sender"), "email.ignore_sender"),
        )
        buttons += [press_button(label, request, action_id=action) for label, request, action in choices]
    return [*buttons, undo_button(payload.get("entry_id"))]
