"""Slash commands: the answer rides in the ack."""

from collections.abc import Callable
from typing import Any

from slack_bolt import BoltContext, BoltRequest, BoltResponse
from slack_bolt.middleware import Middleware

from crmbot.packing import packed
from crmbot.slack.asides import send_aside
from crmbot.slack.desk import Incoming, Reply
from crmbot.slack.forms.opening import Asker
from crmbot.slack.installations import acting_team
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


class Command(BoltRequest):
    """A command as Bolt takes it, without what Bolt would gather of it for listeners: events and forms have that."""

    def __init__(self, body: dict[str, Any], context: dict[str, Any]) -> None:
        self.raw_body, self.body, self.mode = "", body, "socket_mode"
        self.query, self.headers, self.content_type = {}, {}, None
        self.lazy_only, self.lazy_function_name = False, None
        self.context = BoltContext(context)


class Commands(Middleware):
    """Answers every command of the table, each under the workspace's prefix.

    It goes before Bolt's authorization and listeners: they find out nothing that isn't known of a command, and people
    wait for commands most.
    """

    def __init__(self, asker: Asker, prefix: str) -> None:
        self._asker = asker
        self._names = {f"/{prefix}{noun}": noun for noun in COMMANDS}

    # The names are Bolt's.
    def process(self, *, req: BoltRequest, resp: BoltResponse, next: Callable[[], BoltResponse]) -> BoltResponse:  # noqa: A002
        """Answer a command in the response; leave everything else to those that follow."""
        del resp
        context = req.context
        answer = self._answer(req.body, str(context["delivery_key"]), float(context["deadline"]))
        if answer is None:
            return next()
        context["answered"] = self._asker.desk.answered
        return BoltResponse(status=200, body=answer)

    def _answer(self, body: dict[str, Any], key: str, deadline: float) -> str | None:
        """Return what a command is answered, "" when a form was opened that asks for it; None for all else.

        `key` is the input's delivery key, `deadline` the monotonic instant until which it is answered.
        """
        said = body.get("command")
        noun = self._names.get(said) if isinstance(said, str) else None
        if noun is None:
            return None
        team_id, user_id = str(body.get("team_id") or ""), str(body.get("user_id") or "")
        acting_team.set(team_id)
        desk = self._asker.desk
        reply = desk.command(Incoming(team_id, user_id, key, deadline), noun, str(body.get("text") or ""))
        if reply.aside is not None:
            send_aside(desk.service, reply.actor, reply.aside, body)
        message = reply.message if reply.error is None else self._asked(reply, body, deadline)
        return packed(private(message)) if message is not None else ""

    def _asked(self, reply: Reply, body: dict[str, Any], deadline: float) -> Message | None:
        """Return what a refusal is answered; None when a form was opened that asks for what is missing."""
        place = Place(str(body.get("response_url") or ""), str(body.get("channel_id") or ""))
        return self._asker.message(reply, place, trigger_id=str(body.get("trigger_id") or ""), deadline=deadline)


def private(message: Message) -> dict[str, Any]:
    """Return a message that only who asked will see."""
    return {"response_type": "ephemeral", **message.payload, "unfurl_links": False, "unfurl_media": False}
