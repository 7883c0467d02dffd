"""Lines in threads: a mention of the bot, `!crm` in a message, and direct messages."""

import re
from collections.abc import Callable
from typing import Any

from slack_bolt import App, BoltContext, BoltResponse

from crmbot.crm.requests import OpenHome
from crmbot.errors import SendFailed
from crmbot.slack.arrivals import event_incoming
from crmbot.slack.commands import COMMANDS
from crmbot.slack.forms.opening import Asker
from crmbot.slack.gateway import SlackGateway
from crmbot.slack.places import Place
from crmbot.slack.threads import Thread
from crmbot.slack.unfurls import take_links

_MENTION = re.compile(r"^\s*(?:<@[UW]\w+>\s*)?(?:!crm\b\s*)?")
_CALLED = re.compile(r"^\s*!crm\b")


def register(app: App, asker: Asker, gateway: SlackGateway, base_url: str) -> None:
    """Listen to mentions and messages, to links that are shared, and to the Home tab being opened."""
    desk = asker.desk

    def unfurl(body: dict[str, Any], event: dict[str, Any], context: BoltContext) -> None:
        take_links(desk, base_url, body, event, context)

    def open_home(body: dict[str, Any], event: dict[str, Any], context: BoltContext) -> None:
        if event.get("tab") == "home":
            desk.press(event_incoming(body, event, context), OpenHome())

    app.event("app_mention")(event_listener(asker, gateway))
    app.event("message")(event_listener(asker, gateway))
    app.event("link_shared")(unfurl)
    app.event("app_home_opened")(open_home)
    app.event(re.compile(".*"))(ignore)


def ignore() -> None:
    """Acknowledge an event that means nothing to crmbot."""


def event_listener(
    asker: Asker, gateway: SlackGateway
) -> Callable[[dict[str, Any], dict[str, Any], BoltContext], BoltResponse | None]:
    """Return the listener of messages that speak to the bot."""

    def answer_event(body: dict[str, Any], event: dict[str, Any], context: BoltContext) -> BoltResponse | None:
        if not speaks_to_bot(event) or event["user"] in own_accounts(body):
            return None
        noun, line = split_line(str(event.get("text") or ""))
        incoming = event_incoming(body, event, context)
        channel, thread = str(event["channel"]), event.get("thread_ts")
        reply = asker.desk.command(incoming, noun, line, Thread(channel, str(thread)) if thread else None)
        # An event gives no leave to open a form, so a button does.
        message = asker.message(reply, Place(channel=channel, thread=str(thread or ""))) or reply.message
        try:
            gateway.post_ephemeral(channel, incoming.user_id, message, thread)
        except SendFailed as failure:
            # Slack delivers the event again, and the answer then is “already done”.
            return None if failure.permanent else BoltResponse(status=503)
        return None

    return answer_event


def speaks_to_bot(event: dict[str, Any]) -> bool:
    """Say whether a person wrote this to the bot: no edits, no bots, no mention that comes as app_mention too."""
    if event.get("subtype") or event.get("bot_id") or not event.get("user"):
        return False
    if event.get("type") == "app_mention":
        return True
    return event.get("channel_type") == "im" or bool(_CALLED.match(str(event.get("text") or "")))


def own_accounts(body: dict[str, Any]) -> set[Any]:
    """Return the bot's own user ids in the installations an event is for."""
    return {one.get("user_id") for one in body.get("authorizations") or () if one.get("is_bot")}


def split_line(text: str) -> tuple[str, str]:
    """Return the noun and the rest of a line that speaks to the bot; without a noun it is `/crm`'s."""
    line = _MENTION.sub("", text, count=1).strip()
    first, _, rest = line.partition(" ")
    noun = first.removeprefix("/").lower()
    return (noun, rest) if noun in COMMANDS else ("crm", line)
