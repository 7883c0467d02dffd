"""Sharing a card with everybody in its channel; the thread below then knows which record it is about."""

import time

from crmbot.crm.answers import Shown
from crmbot.errors import SendFailed
from crmbot.slack.asides import send_aside
from crmbot.slack.blocks.limits import fit
from crmbot.slack.blocks.primitives import actions, context, stack
from crmbot.slack.clicks import Click
from crmbot.slack.desk import Reply
from crmbot.slack.forms.opening import Asker
from crmbot.slack.message import Block, Message
from crmbot.slack.mrkdwn import Mrkdwn, escape, one_line
from crmbot.slack.press import Press
from crmbot.slack.telling import Told
from crmbot.slack.threads import Thread, keep_shown

_LONGEST, _LEAST, _SPARE = 1.5, 0.3, 0.4
_UNSURE = "Slack did not say whether it took the card. If it is not there, press Share on a new one."


def share(asker: Asker, click: Click, press: Press) -> list[Told]:
    """Post the card as its channel may see it; where the bot is no member, the press itself carries it there."""
    reply = asker.desk.press(click.incoming, press.request, shared=True)
    if reply.error is not None or reply.actor is None:
        return [Told(reply.message, reply)]
    by = context(Mrkdwn(f"Shared by {one_line(reply.actor.name, 60)}"))
    message = fit(Message(reply.message.text, stack(_without(reply.message.blocks, "card.share"), by)))
    try:
        _post(asker, click, reply, message)
    except SendFailed as failure:
        if failure.unknown:
            return [Told(Message(escape(_UNSURE)))]
        return [Told(message, in_channel=True)]
    asked = {"user_id": click.incoming.user_id, "response_url": click.response_url}
    send_aside(asker.desk.service, reply.actor, reply.aside, asked, in_channel=True)
    return []


def _post(asker: Asker, click: Click, reply: Reply, message: Message) -> None:
    """Post as the bot and remember what the message shows; SendFailed when Slack did not take it."""
    posted = asker.api.call(
        "chat.postMessage",
        seconds=max(_LEAST, min(_LONGEST, click.incoming.deadline - time.monotonic() - _SPARE)),
        channel=click.channel_id,
        thread_ts=click.thread_ts or None,
        unfurl_links=False,
        unfurl_media=False,
        **message.payload,
    )
    if reply.actor is not None and isinstance(reply.answer, Shown):
        thread = Thread(str(posted.get("channel") or click.channel_id), str(posted["ts"]))
        keep_shown(asker.desk.service, reply.actor, thread, reply.answer.record.reference)


def _without(blocks: tuple[Block, ...], action_id: str) -> list[Block | None]:
    """Return the blocks without one kind of button."""
    return [
        actions(*(element for element in block["elements"] if element.get("action_id") != action_id))
        if block["type"] == "actions"
        else block
        for block in blocks
    ]
