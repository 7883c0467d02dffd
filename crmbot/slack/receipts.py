"""The receipt for a mail that somebody sent in: where it went and why, what it asked for, how to put it right."""

from collections.abc import Mapping
from typing import Any

from crmbot.crm.requests import AddSender, AttachEmail, ChoosePlace, IgnoreEmail, Request
from crmbot.slack.blocks.limits import fit
from crmbot.slack.blocks.outcomes import undo_button
from crmbot.slack.blocks.primitives import actions, context, section, stack
from crmbot.slack.message import Block, Element, Message
from crmbot.slack.mrkdwn import Mrkdwn, bold, escape, one_line
from crmbot.slack.press import press_button
from crmbot.slack.rewriting import KEPT

_MOST_CHOICES = 5
_MOST_FAILURES = 5
_STATES = {"triage": "🤔 Waiting for you", "noise": "🗂 Left aside", "ignored": "🗂 Left aside"}
_UNVERIFIED = " · _unverified: as your forward shows it_"


def receipt_message(payload: Mapping[str, Any]) -> Message:
    """Return what became of a forwarded mail: to whom it was logged, because of what, with buttons to put it right.

    `payload` is that of the outbox row `notice.receipt` (crm.emails.placing).
    """
    if payload.get("bounced"):
        return _bounce_message(payload)
    asks, where, asked = payload.get("asks", []), payload.get("where", []), payload.get("asked")
    title = _title(payload)
    places = ", ".join(f"{reference} {name}" for reference, name in where)
    activity = f"{payload['activity']} with " if payload.get("activity") else ""
    sender = f"from {one_line(payload['from'], 120)}" if payload["from"] else ""
    unverified = _UNVERIFIED if payload.get("forwarded") and sender else ""
    mark = "" if title.endswith("?") else ":"
    head = Mrkdwn(f"{title}{mark} {bold(payload['subject'], 200)}\n{sender}{unverified}")
    facts = [
        Mrkdwn(one_line(f"{activity}{places}", 300)) if places else None,
        Mrkdwn(f"Because: {one_line(payload['why'], 300)}"),
    ]
    blocks = stack(
        command_blocks(asked) if asked else None,
        section(head),
        context(*(fact for fact in facts if fact)),
        actions(*_choices(payload)),
    )
    said = f"{title.split(' ', 1)[1]}{mark} {payload['subject']}" + (f" ({places})" if places else "")
    if asked:
        said = f"{asked['said']} {said}"
    elif asks:
        said = f"{said} {', '.join(reference for reference, _ in asks)}"
    return fit(Message(escape(said), blocks))


def _bounce_message(payload: Mapping[str, Any]) -> Message:
    """Return what was marked for a notice of what did not arrive."""
    title, told = "📪 Noted: a mail did not arrive", payload["bounced"]
    lines = Mrkdwn("\n".join(one_line(line, 400) for line in told[:_MOST_FAILURES]))
    more = len(told) - _MOST_FAILURES
    blocks = stack(
        section(Mrkdwn(f"{bold(title)}\n{lines}")),
        context(f"… and {more} more") if more > 0 else None,
        context(Mrkdwn(f"You passed on: {one_line(payload['subject'], 200)}")),
        actions(undo_button(payload.get("entry_id"))),
    )
    return fit(Message(escape(f"{title}. {told[0]}"), blocks))


def _title(payload: Mapping[str, Any]) -> str:
    if payload.get("repeated"):
        return "↩️ Logged before"
    if payload.get("asks"):
        return "🤔 Which deal is it about?"
    if payload["reason"] == "command":
        return "📨 Your mail"
    return _STATES.get(payload["state"], "📨 Logged")


def command_blocks(asked: Mapping[str, Any]) -> list[Block]:
    """Return what the mail asked for and what came of it; what can't be understood comes with a line that would do.

    They bear ids of their own, by which they stay when the mail below them is decided about.
    """
    sign = "⚠️" if asked["failed"] else "✅"
    hint = f"For example: {one_line(asked['example'], 200)}" if asked["failed"] and asked["example"] else ""
    undo = undo_button(asked["undo"], row=True)
    head = section(Mrkdwn(f"{sign} {one_line(asked['said'], 600)}"), accessory=undo, block_id=f"{KEPT}said")
    told = context(Mrkdwn(f"You wrote: {one_line(asked['line'], 200)}"), Mrkdwn(hint) if hint else None)
    return [head, {**told, "block_id": f"{KEPT}line"}] if told else [head]


def _choices(payload: Mapping[str, Any]) -> list[Element | None]:
    email = str(payload["email_id"])
    buttons: list[Element | None] = [
        press_button(f"{reference} {name}"[:70], AttachEmail(email, reference), action_id=f"email.attach_{place}")
        for place, (reference, name) in enumerate(payload.get("asks", [])[:_MOST_CHOICES])
    ]
    if payload["state"] == "triage":
        choices: tuple[tuple[str, Request, str], ...] = (
            ("Add as contact", AddSender(email), "email.add_sender"),
            ("Attach to…", ChoosePlace(email), "email.places"),
            ("Leave aside", IgnoreEmail(email), "email.ignore"),
            ("Ignore this sender", IgnoreEmail(email, "sender"), "email.ignore_sender"),
        )
        buttons += [press_button(label, request, action_id=action) for label, request, action in choices]
    if payload.get("activity"):
        buttons.append(press_button("Other deal…", ChoosePlace(email), action_id="email.places"))
        buttons += [
            press_button("Contact only", AttachEmail(email, reference), action_id="email.attach_alone")
            for reference in payload.get("alone", [])
        ]
    # Undoing a mail that waits would make it vanish.
    return [*buttons, undo_button(payload.get("entry_id")) if payload["state"] != "triage" else None]
