"""Notices of mail that waits, and of a mailbox that can't be read."""

from collections.abc import Mapping
from typing import Any

from crmbot.crm.answers import MailAnswer
from crmbot.slack.blocks.limits import fit
from crmbot.slack.blocks.outcomes import mail_blocks, undo_button
from crmbot.slack.blocks.primitives import actions, context, section, sentence, stack
from crmbot.slack.blocks.triage import triage_buttons
from crmbot.slack.message import Message
from crmbot.slack.mrkdwn import Mrkdwn, escape, one_line
from crmbot.slack.reader import Reader
from crmbot.slack.receipts import command_blocks


def triage_card(answer: MailAnswer, reader: Reader) -> Message:
    """Return a mail that waits, with what can be done about it; as it is now, should it be decided about already."""
    email = answer.email
    if email.state != "triage":
        return done_card(answer, {"said": f"Decided: {answer.said}"})
    head = Mrkdwn("📥 *A mail waits for somebody to say where it belongs*")
    blocks = stack(section(head), mail_blocks(email, reader), actions(*triage_buttons(email)))
    return fit(Message(escape(f"A mail waits: {email.subject or '(no subject)'}"), blocks))


def done_card(answer: MailAnswer, payload: Mapping[str, Any]) -> Message:
    """Return what takes a card's place once somebody decided; the payload is that of `notice.triage_done`."""
    by = f" — {one_line(payload['by'], 60)}" if payload.get("by") else ""
    line = Mrkdwn(f"✅ {one_line(payload['said'], 300)}{by}")
    undo = None if answer.email.reason == "forgotten" else undo_button(payload.get("entry_id"))
    command = command_blocks(payload["asked"]) if payload.get("asked") else None
    return fit(Message(escape(str(payload["said"])), stack(command, section(line), actions(undo))))


def more_waits_message(_payload: Mapping[str, Any]) -> Message:
    """Return the one line for mail that waits beyond what is shown one by one."""
    said = "More mail waits than is worth a card each. It is all in /crm triage"
    return Message(escape(said), stack(sentence(f"📥 {said}")))


def mailbox_message(payload: Mapping[str, Any]) -> Message:
    """Return what keeps a mailbox from being read; the payload is that of `notice.mailbox`."""
    said = f"Mail of “{payload['mailbox']}” is not read. {payload['problem']}"
    hint = "crmbot doctor looks at it again. Mail stays on the server and is read once this is right."
    return fit(Message(escape(said), stack(sentence(f"⚠️ {said}"), context(hint))))


def more_receipts_message(payload: Mapping[str, Any]) -> Message:
    """Return the one line for receipts beyond what is worth a message each."""
    said = str(payload["said"])
    return Message(escape(said), stack(sentence(f"📨 {said}")))
