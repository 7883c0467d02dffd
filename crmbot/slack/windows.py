"""Cards in windows: what a message shows, where there is no message to show it in."""

from crmbot.crm.answers import Outcome, Shown
from crmbot.slack.blocks.limits import simplify
from crmbot.slack.blocks.modals import Modal
from crmbot.slack.blocks.primitives import actions
from crmbot.slack.desk import Reply
from crmbot.slack.message import Block, Message

_IN_CHANNELS_ONLY = frozenset({"card.share"})


def card_modal(reply: Reply) -> Modal:
    """Return a reply's card as a window."""
    return message_modal(_title(reply), reply.message)


def message_modal(title: str, message: Message) -> Modal:
    """Return a message as a window: tables and charts as text, without what makes sense in a channel only."""
    plain = simplify(message) or message
    return Modal(title, tuple(kept for block in plain.blocks if (kept := _kept(block))), close="Close")


def _kept(block: Block) -> Block | None:
    if block["type"] != "actions":
        return block
    return actions(*(one for one in block["elements"] if one.get("action_id") not in _IN_CHANNELS_ONLY))


def _title(reply: Reply) -> str:
    if reply.error is not None:
        return "Not done"
    answer = reply.answer
    if isinstance(answer, Shown):
        return f"{answer.record.kind.value.title()} {answer.record.reference}"
    return "Done" if isinstance(answer, Outcome) else "crmbot"
