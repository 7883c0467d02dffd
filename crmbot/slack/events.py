"""Lines in threads: a mention of the bot, `!crm` in a message, and direct messages."""

import re
from collections.abc import Callable
from typing import Any

from slack_bolt import App, BoltContext, BoltResponse

from crmbot.errors import SendFailed
from crmbot.slack.commands import COMMANDS
from crmbot.slack.desk import Desk, Incoming
from crmbot.slack.gateway import SlackGateway

_MENTION = re.compile(r"^\s*(?:<@[UW]\w+>\s*)?(?:!crm\b\s*)?")
_CALLED = re.compile(r"^\s*!crm\b")


def register(app: App, desk: Desk, gateway: SlackGateway) -> None:
    """Listen to mentions and messages."""
    app.event("app_mention")(event_listener(desk, gateway))
    app.event("message")(event_listener(desk, gateway))
    app.event(re.compile(".*"))(ignore)


def ignore() -> None:
    """Acknowledge an event that means nothing to crmbot."""


def event_listener(
    desk: Desk, gateway: SlackGateway
) -> Callable[[dict[str, Any], dict[str, Any], BoltContext], BoltResponse | None]:
    """Return the listener of messages that speak to the bot."""

    def answer_event(body: dict[str, Any], event: dict[str, Any], context: BoltContext) -> BoltResponse | None:
        if not speaks_to_bot(event) or event["user"] in own_accounts(body):
            return None
        noun, line = split_line(str(event.get("text") or ""))
        incoming = event_incoming(body, event, context)
        reply = desk.command(incoming, noun, line)
        thread = event.get("thread_ts")
        try:
            gateway.post_ephemeral(str(event["channel"]), incoming.user_id, reply.message, thread)
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


def event_incoming(body: dict[str, Any], event: dict[str, Any], context: BoltContext) -> Incoming:
    """Return who wrote it; the workspace is the one of the installation, never the event's own team."""
    authorizations = body.get("authorizations") or [{}]
    return Incoming(
        team_id=str(authorizations[0].get("team_id") or body.get("team_id") or ""),
        user_id=str(event["user"]),
        key=str(context["delivery_key"]),
        deadline=float(context["deadline"]),
        user_team_id=event.get("user_team") or event.get("source_team"),
    )
