"""What a press is answered with, brought to where the button stands: a message, a window, the Home tab."""

import time
from dataclasses import dataclass

from crmbot.crm.answers import MailAnswer, Outcome
from crmbot.errors import SendFailed
from crmbot.slack.answering import respond_at
from crmbot.slack.clicks import Click
from crmbot.slack.desk import Reply
from crmbot.slack.forms.opening import Asker
from crmbot.slack.message import Message
from crmbot.slack.places import Place
from crmbot.slack.windows import card_modal, message_modal

_LONGEST, _LEAST = 1.5, 0.3


@dataclass(frozen=True, slots=True)
class Told:
    """A message for the person who pressed; `instead` of the card it stands in, or for everybody `in_channel`."""

    message: Message
    reply: Reply | None = None
    instead: bool = False
    in_channel: bool = False


def tell(asker: Asker, click: Click, told: Told) -> None:
    """Bring an answer to where the button stands.

    Raises:
        SendFailed: no way got through; without an ack Slack marks the button as failed.
    """
    if click.view_kind:
        _in_window(asker, click, told)
        return
    if click.unfurl_url and told.instead:
        _below_link(asker, click, told)
        return
    if told.instead:
        how: dict[str, object] = {"replace_original": True}
    else:
        kind = "in_channel" if told.in_channel else "ephemeral"
        how = {"response_type": kind, "replace_original": False}
    place = Place(click.response_url, click.channel_id, click.thread_ts)
    respond_at(asker.api, place, click.incoming, {**how, **told.message.payload})


def _below_link(asker: Asker, click: Click, told: Told) -> None:
    """Change the card below a link: the message itself is somebody else's."""
    seconds = max(_LEAST, min(_LONGEST, click.incoming.deadline - time.monotonic()))
    card = {click.unfurl_url: {"blocks": list(told.message.blocks)}}
    asker.api.call("chat.unfurl", seconds=seconds, channel=click.channel_id, ts=click.message_ts, unfurls=card)


def _in_window(asker: Asker, click: Click, told: Told) -> None:
    """Answer a press in a window: it changes, or another one opens above it; a Home tab changes by itself."""
    on_home = click.view_kind == "home"
    if on_home and told.reply is not None and isinstance(told.reply.answer, Outcome | MailAnswer):
        return
    modal = (
        card_modal(told.reply)
        if told.reply and told.reply.message is told.message
        else message_modal("crmbot", told.message)
    )
    if told.instead and not on_home:
        seconds = max(_LEAST, min(_LONGEST, click.incoming.deadline - time.monotonic()))
        asker.api.call("views.update", seconds=seconds, view_id=click.view_id, view=modal.view)
    elif not asker.open(modal, click.trigger_id, click.incoming.deadline, above=not on_home):
        raise SendFailed("Slack did not open the window.")
