"""Answers that ride in no ack: to an address for answers, else as a message that one person sees."""

import time
from typing import Any

from crmbot.errors import SendFailed
from crmbot.slack.api import SlackApi
from crmbot.slack.desk import Incoming
from crmbot.slack.message import Message
from crmbot.slack.places import Place

_LONGEST, _LEAST = 2.0, 0.5


def answer_at(api: SlackApi, place: Place, incoming: Incoming, message: Message) -> bool:
    """Show an answer to the person who asked, where they asked; False when nowhere is known.

    Raises:
        SendFailed: neither way got through.
    """
    how = {"replace_original": True} if place.replace else {"response_type": "ephemeral", "replace_original": False}
    return respond_at(api, place, incoming, {**how, **message.payload})


def respond_at(api: SlackApi, place: Place, incoming: Incoming, payload: dict[str, Any]) -> bool:
    """Send what an address for answers takes; when it takes no more, the words as a message that one person sees."""
    seconds = max(_LEAST, min(_LONGEST, incoming.deadline - time.monotonic()))
    if place.response_url:
        try:
            api.respond(place.response_url, payload, seconds=seconds)
        except SendFailed:
            if not place.channel:
                raise
        else:
            return True
    if not place.channel:
        return False
    api.call(
        "chat.postEphemeral",
        seconds=seconds,
        channel=place.channel,
        user=incoming.user_id,
        thread_ts=place.thread or None,
        text=payload["text"],
        blocks=payload["blocks"],
    )
    return True
