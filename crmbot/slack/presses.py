"""Buttons and menus: the request in their value is done, and the card changes to what is true now."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from slack_bolt import Ack, App, BoltContext

from crmbot.crm.answers import ActivityView, Outcome, Shown
from crmbot.crm.requests import Request, ShowActivity, SnoozeActivity
from crmbot.errors import BadInput, Conflict, MissingFact, SendFailed
from crmbot.slack.api import SlackApi
from crmbot.slack.blocks.limits import fit
from crmbot.slack.blocks.outcomes import undo_button
from crmbot.slack.blocks.primitives import actions, context, section, stack
from crmbot.slack.blocks.records import activity_buttons, next_week, show_request
from crmbot.slack.blocks.refusals import refusal_message
from crmbot.slack.desk import Answered, Desk, Incoming, Reply
from crmbot.slack.message import Block, Message
from crmbot.slack.mrkdwn import Mrkdwn, one_line
from crmbot.slack.press import Press
from crmbot.slack.reader import Reader

_ACTION = re.compile(r"^[a-z]+\.[a-z0-9_]+$")
_ANSWER_SECONDS = 2.0
_LEAST_SECONDS = 0.5
_TURNS_PAGE = frozenset({"list.back", "list.more", "record.choose"})


@dataclass(frozen=True, slots=True)
class Click:
    """A press as Slack tells of it, read at the edge."""

    incoming: Incoming
    action_id: str
    value: str
    block_id: str
    response_url: str
    channel_id: str
    is_private: bool
    blocks: tuple[Block, ...]
    message_ts: str


def register(app: App, desk: Desk, api: SlackApi) -> None:
    """Listen to every button and menu; what they do is in their value."""
    app.action(_ACTION)(press_listener(desk, api))


def press_listener(desk: Desk, api: SlackApi) -> Callable[[Ack, dict[str, Any], BoltContext], None]:
    """Return the listener of all buttons."""
    shared = Answered()

    def answer_press(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        click = read_click(body, context)
        if click.action_id == "card.share" and not shared.add(f"{click.message_ts} {click.value}", click.incoming.key):
            ack()
            return
        for payload in respond_to(desk, click):
            _deliver(api, click, payload)
        ack()

    return answer_press


def read_click(body: dict[str, Any], context: BoltContext) -> Click:
    """Return the press in an interaction payload."""
    action = body["actions"][0]
    option = action.get("selected_option") or {}
    container, user = body.get("container") or {}, body.get("user") or {}
    message = body.get("message") or {}
    return Click(
        incoming=Incoming(
            team_id=str((body.get("team") or {}).get("id") or user.get("team_id") or ""),
            user_id=str(user.get("id") or ""),
            key=str(context["delivery_key"]),
            deadline=float(context["deadline"]),
            user_team_id=user.get("team_id"),
        ),
        action_id=str(action.get("action_id") or ""),
        value=str(action.get("value") or option.get("value") or ""),
        block_id=str(action.get("block_id") or ""),
        response_url=str(body.get("response_url") or ""),
        channel_id=str((body.get("channel") or {}).get("id") or container.get("channel_id") or ""),
        is_private=bool(container.get("is_ephemeral")),
        blocks=tuple(message.get("blocks") or ()),
        message_ts=str(container.get("message_ts") or ""),
    )


def respond_to(desk: Desk, click: Click) -> list[dict[str, Any]]:
    """Do what was pressed and return what its response_url is told, in order."""
    try:
        press = Press.read(click.value)
    except BadInput as error:
        return [_beside(refusal_message(error, Reader.nobody(desk.service.clock())))]
    if click.action_id == "card.share":
        return _share(desk, click, press)
    request = _finished(desk, click, press.request)
    reply = desk.press(click.incoming, request, shared=not click.is_private)
    if reply.error is not None:
        return _refused(desk, click, press, reply)
    if press.row and isinstance(reply.answer, Outcome) and click.blocks:
        return [_instead(_with_row(click, reply.answer, reply))]
    if press.then is not None and isinstance(reply.answer, Outcome):
        return [_instead(_list_again(desk, click, press.then, reply.answer, reply))]
    if press.request.WRITES or (click.action_id in _TURNS_PAGE and click.is_private):
        return [_instead(reply.message)]
    return [_beside(reply.message)]


def _finished(desk: Desk, click: Click, request: Request) -> Request:
    """Return the request with what only the moment of the press can tell: when next week is."""
    if click.action_id != "task.snooze_week" or not isinstance(request, SnoozeActivity):
        return request
    look = desk.press(click.incoming, ShowActivity(request.activity))
    if not isinstance(look.answer, Shown) or not isinstance(look.answer.record, ActivityView) or look.reader is None:
        return request
    return replace(request, due=next_week(look.answer.record, look.reader))


def _share(desk: Desk, click: Click, press: Press) -> list[dict[str, Any]]:
    """Show the card to everybody in the channel; response_url reaches channels the bot is no member of."""
    reply = desk.press(click.incoming, press.request, shared=True)
    if reply.error is not None or reply.actor is None:
        return [_beside(reply.message)]
    by = context(Mrkdwn(f"Shared by {one_line(reply.actor.name, 60)}"))
    message = fit(Message(reply.message.text, stack(_without(reply.message.blocks, "card.share"), by)))
    return [{"response_type": "in_channel", "replace_original": False, **message.payload}]


def _refused(desk: Desk, click: Click, press: Press, reply: Reply) -> list[dict[str, Any]]:
    """Tell the person why; ask in the card's own place, and bring a card that was overtaken up to date."""
    if isinstance(reply.error, MissingFact) and click.is_private:
        return [_instead(reply.message)]
    told = [_beside(reply.message)]
    look = _look_at(press.request)
    if isinstance(reply.error, Conflict) and look is not None and not press.row and press.then is None:
        fresh = desk.press(click.incoming, look, shared=not click.is_private)
        if fresh.error is None:
            told.insert(0, _instead(fresh.message))
    return told


def _look_at(request: Request) -> Request | None:
    """Return the request that shows the record another one is about."""
    for name in ("deal", "activity", "lead", "contact", "company"):
        reference = getattr(request, name, None)
        if isinstance(reference, str):
            return show_request(reference)
    return None


def _list_again(desk: Desk, click: Click, then: Request, outcome: Outcome, reply: Reply) -> Message:
    """Return the list the button stood in as it is now, under what was just done."""
    again = desk.press(click.incoming, then, shared=not click.is_private)
    if again.error is not None:
        return reply.message
    done = section(_done(outcome, reply), accessory=undo_button(outcome.entry_id, then=then))
    return fit(Message(reply.message.text, (done, *again.message.blocks)))


def _with_row(click: Click, outcome: Outcome, reply: Reply) -> Message:
    """Return the message with the pressed row changed to what is true now; other rows stay as they were posted."""
    row: tuple[Block, ...] = stack(section(_done(outcome, reply), accessory=undo_button(outcome.entry_id, row=True)))
    record = outcome.record
    if isinstance(record, ActivityView) and record.completed_at is None:
        row = (*row, *stack(actions(*activity_buttons(record, row=True))))
    blocks: list[Block] = []
    for block in click.blocks:
        blocks.extend(row if block.get("block_id") == click.block_id else [block])
    return fit(Message(reply.message.text, tuple(blocks)))


def _done(outcome: Outcome, reply: Reply) -> Mrkdwn:
    by = f" — {one_line(reply.actor.name, 60)}" if reply.actor else ""
    return Mrkdwn(f"✅ {one_line(outcome.said, 300)}{by}")


def _without(blocks: tuple[Block, ...], action_id: str) -> list[Block | None]:
    """Return the blocks without one kind of button."""
    return [
        actions(*(element for element in block["elements"] if element.get("action_id") != action_id))
        if block["type"] == "actions"
        else block
        for block in blocks
    ]


def _instead(message: Message) -> dict[str, Any]:
    return {"replace_original": True, **message.payload}


def _beside(message: Message) -> dict[str, Any]:
    return {"response_type": "ephemeral", "replace_original": False, **message.payload}


def _deliver(api: SlackApi, click: Click, payload: dict[str, Any]) -> None:
    """Send an answer to a click; when its response_url fails, as an ephemeral message.

    Raises:
        SendFailed: neither got through; without an ack Slack marks the button as failed.
    """
    seconds = max(_LEAST_SECONDS, min(_ANSWER_SECONDS, click.incoming.deadline - time.monotonic()))
    try:
        api.respond(click.response_url, payload, seconds=seconds)
    except SendFailed:
        content = {"text": payload["text"], "blocks": payload["blocks"]}
        api.call(
            "chat.postEphemeral",
            seconds=seconds,
            channel=click.channel_id,
            user=click.incoming.user_id,
            **content,
        )
