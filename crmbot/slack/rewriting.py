"""How a card changes when one of its buttons did its work: a row, the list it stood in, a word that was learnt."""

from crmbot.crm.aliases import Picked
from crmbot.crm.answers import ActivityView, Outcome
from crmbot.crm.requests import ForgetAlias, Request, ShowReport
from crmbot.slack.blocks.buttons import activity_buttons
from crmbot.slack.blocks.limits import fit
from crmbot.slack.blocks.outcomes import undo_button
from crmbot.slack.blocks.primitives import actions, section, stack
from crmbot.slack.desk import Reply
from crmbot.slack.message import Block, Message
from crmbot.slack.mrkdwn import Mrkdwn, one_line
from crmbot.slack.press import press_button

KEPT = "kept."
"""How the ids of blocks begin that stay when a button below them changes the rest of the message."""


def with_kept(blocks: tuple[Block, ...], message: Message) -> Message:
    """Return what takes a message's place, below those of its blocks that stay."""
    kept = [block for block in blocks if str(block.get("block_id", "")).startswith(KEPT)]
    return fit(Message(message.text, (*kept, *message.blocks))) if kept else message


def with_row(blocks: tuple[Block, ...], block_id: str, outcome: Outcome, reply: Reply) -> Message:
    """Return the message with the pressed row changed to what is true now; other rows stay as they were posted."""
    undo = undo_button(outcome.entry_id, row=True)
    kept = block_id if block_id.startswith(KEPT) else None
    row: tuple[Block, ...] = stack(section(_done(outcome, reply), accessory=undo, block_id=kept))
    record = outcome.record
    if isinstance(record, ActivityView) and record.completed_at is None:
        row = (*row, *stack(actions(*activity_buttons(record, row=True))))
    rewritten: list[Block] = []
    for block in blocks:
        rewritten.extend(row if block.get("block_id") == block_id else [block])
    return fit(Message(reply.message.text, tuple(rewritten)))


def list_again(again: Message, then: Request, outcome: Outcome, reply: Reply) -> Message:
    """Return the list the button stood in as it is now, under what was just done; a report's buttons stand below it."""
    done = section(_done(outcome, reply), accessory=undo_button(outcome.entry_id, then=then))
    blocks = (*again.blocks, done) if isinstance(then, ShowReport) else (done, *again.blocks)
    return fit(Message(reply.message.text, blocks))


def with_choice(message: Message, picked: Picked) -> Message:
    """Return an answer that says what a word means from now on, and how to forget it."""
    words = Mrkdwn(
        f"🔖 “{one_line(picked.word, 60)}” means {one_line(picked.record, 40)} when you say it, from now on."
    )
    forget = press_button("Forget that", ForgetAlias(picked.word), action_id="alias.forget")
    return fit(Message(message.text, stack(message.blocks, section(words, accessory=forget))))


def _done(outcome: Outcome, reply: Reply) -> Mrkdwn:
    by = f" — {one_line(reply.actor.name, 60)}" if reply.actor else ""
    return Mrkdwn(f"✅ {one_line(outcome.said, 300)}{by}")
