"""Slash commands: the answer rides in the ack."""

import re
from collections.abc import Callable
from typing import Any

from slack_bolt import Ack, App, BoltContext

from crmbot.slack.asides import send_aside
from crmbot.slack.desk import Incoming
from crmbot.slack.forms.opening import Asker
from crmbot.slack.message import Message
from crmbot.slack.places import Place

COMMANDS: dict[str, tuple[str, str]] = {
    "crm": ("Help, my day, search, undo, settings", "[help | today | find WORDS | undo | mail | settings]"),
    "lead": ("Capture, qualify and convert leads", "new NAME EMAIL from SOURCE | list | convert L-3 $40k"),
    "deal": ("Open, move, win and lose deals", "new TITLE $40k close:15 dec | move D-17 STAGE | won D-17 | lost D-17"),
    "contact": ("People: add, show, change, merge", "new NAME EMAIL at COMPANY | show NAME"),
    "log": ("Log a call, meeting, e-mail or note", "call acme “wants 40 seats” 25m next:“send contract” fri"),
    "task": ("Plan what to do, and finish it", "call Jane tomorrow 3pm | list | done A-204 | snooze A-204"),
    "pipeline": ("Open deals by stage", "[@user]"),
    "report": ("Reports", "NAME [7 | 30 | 90 | FROM..TO]"),
    "digest": ("Weekly digests", "list | add | preview NAME | pause NAME | resume NAME | send NAME"),
}
"""Every slash command: what it is for, and a hint of what follows it."""


def register(app: App, asker: Asker, prefix: str) -> None:
    """Listen to every command of the table, each under the workspace's prefix."""
    pattern = re.compile(f"^/{re.escape(prefix)}({'|'.join(COMMANDS)})$")
    app.command(pattern)(command_listener(asker, prefix))


def command_listener(asker: Asker, prefix: str) -> Callable[[Ack, dict[str, Any], BoltContext], None]:
    """Return the listener of all commands."""
    desk = asker.desk

    def answer_command(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        context["answered"] = desk.answered
        noun = str(body["command"]).removeprefix(f"/{prefix}")
        reply = desk.command(command_incoming(body, context), noun, str(body.get("text") or ""))
        send_aside(desk.service, reply.actor, reply.aside, body)
        place = Place(str(body.get("response_url") or ""), str(body.get("channel_id") or ""))
        trigger_id = str(body.get("trigger_id") or "")
        message = asker.message(reply, place, trigger_id=trigger_id, deadline=float(context["deadline"]))
        # A form that is open asks what the answer would.
        if message is None:
            ack()
        else:
            ack(private(message))

    return answer_command


def command_incoming(body: dict[str, Any], context: BoltContext) -> Incoming:
    """Return who sent a command."""
    return Incoming(
        team_id=str(body.get("team_id") or ""),
        user_id=str(body.get("user_id") or ""),
        key=str(context["delivery_key"]),
        deadline=float(context["deadline"]),
    )


def private(message: Message) -> dict[str, Any]:
    """Return a message that only who asked will see."""
    return {"response_type": "ephemeral", **message.payload, "unfurl_links": False, "unfurl_media": False}
