"""Cards of what a writing request did, with undo."""

from typing import Any

from crmbot.crm.answers import Change, EmailView, MailAnswer, Outcome
from crmbot.crm.emails.matching import REASONS
from crmbot.crm.requests import Request, Undo
from crmbot.slack.blocks.buttons import record_actions
from crmbot.slack.blocks.lines import named, record_line, share_record
from crmbot.slack.blocks.numbered import numbered
from crmbot.slack.blocks.primitives import actions, context, divider, in_order, section, sentence, stack
from crmbot.slack.blocks.records import record_card
from crmbot.slack.blocks.triage import triage_buttons
from crmbot.slack.message import Block, Element, Message
from crmbot.slack.mrkdwn import Mrkdwn, bold, code, escape, join, one_line, title_line, trim
from crmbot.slack.press import press_button, press_menu
from crmbot.slack.reader import Reader

_MOST_CHANGES = 12
_MOST_ALSO = 6
_MAIL_TEXT = 400


def outcome_message(outcome: Outcome, reader: Reader) -> Message:
    """Return what was done, the record as it is now, and the way back."""
    sign = "👀 Dry run, nothing was changed. It would say: " if outcome.dry_run else "↩️ " if outcome.repeated else "✅ "
    blocks = in_order(
        sentence(f"{sign}{outcome.said}"),
        *[sentence(f"⚠️ {doubt}") for doubt in outcome.warnings],
        *(_secret(outcome.secret) if outcome.secret else ()),
        section(Mrkdwn(f"<{outcome.link}>")) if outcome.link else None,
        _changes(outcome.changes) if outcome.changes else None,
        *(record_card(outcome.record, reader) if outcome.record else ()),
        *[section(record_line(record, reader)) for record in outcome.also[:_MOST_ALSO]],
        None if outcome.dry_run else _buttons(outcome, reader),
    )
    return Message(escape(outcome.said), blocks)


def undo_button(entry_id: str | None, *, then: Request | None = None, row: bool = False) -> Element | None:
    """Return the button that takes an effect back; None when there is nothing to take back."""
    buttons = _undo(entry_id, then, row) if entry_id else []
    return buttons[0] if buttons else None


@numbered
def _undo(entry_id: str, then: Request | None, row: bool) -> list[Element | None]:
    return [press_button("Undo", Undo(entry_id), then=then, row=row)]


def share_button(look: Request | None) -> Element | None:
    """Return the button that shows the card to everybody in the channel."""
    return press_button("Share", look, action_id="card.share") if look else None


def _buttons(outcome: Outcome, reader: Reader) -> Block | None:
    undo, offer = undo_button(outcome.entry_id), outcome.offer
    if outcome.record is None:
        return actions(undo, press_menu(offer.label, "offer.take", offer.choices) if offer else None)
    return record_actions(outcome.record, reader, undo, share_record(outcome.record.reference))


def _changes(changes: tuple[Change, ...]) -> Block:
    lines = [
        Mrkdwn(f"*{title_line(change.label, 40)}*  {_shown(change.before)} → {_shown(change.after)}")
        for change in changes[:_MOST_CHANGES]
    ]
    left = len(changes) - len(lines)
    return section(join([*lines, f"… and {left} more" if left else ""], "\n"))


def _shown(value: str) -> Mrkdwn:
    return title_line(value, 120) if value else Mrkdwn("–")  # noqa: RUF001 - a dash


def _secret(secret: str) -> tuple[Block, ...]:
    return in_order(section(code(secret)), context("Shown this once and to you only. Keep it somewhere safe."))


# Mail


def receipt_message(answer: MailAnswer, reader: Reader) -> Message:
    """Return what became of a mail: to whom and what it was logged, and because of what."""
    blocks = stack(
        sentence(f"{'↩️' if answer.repeated else '📨'} {answer.said}"),
        mail_blocks(answer.email, reader),
        actions(*triage_buttons(answer.email), undo_button(answer.entry_id)),
    )
    return Message(escape(answer.said), blocks)


def triage_blocks(email: EmailView, reader: Reader, then: Request) -> tuple[Block, ...]:
    """Return one waiting mail with what can be done about it."""
    return stack(mail_blocks(email, reader), actions(*triage_buttons(email, then)), divider())


def mail_blocks(email: EmailView, reader: Reader) -> tuple[Block, ...]:
    """Return a mail's subject, sender, first words, and why it is where it is."""
    address = f" ({one_line(email.from_address, 120)})" if email.from_address else ""
    about = join([named(link) for link in email.about], ", ")
    facts: list[Any] = [
        Mrkdwn(f"Because: {one_line(REASONS.get(email.reason, email.reason), 200)}") if email.reason else "",
        Mrkdwn(f"With: {about}") if about else "",
        Mrkdwn(f"Forwarded by {one_line(email.forwarder, 120)}") if email.forwarder else "",
        Mrkdwn(f"📎 {one_line(', '.join(email.files), 200)}") if email.files else "",
        reader.moment(email.sent_at),
    ]
    text = one_line(trim(email.text, _MAIL_TEXT), _MAIL_TEXT)
    return stack(
        section(
            Mrkdwn(f"{bold(email.subject or '(no subject)')}\nfrom {one_line(email.from_name, 80)}{address}\n{text}")
        ),
        context(join(facts)),
    )
