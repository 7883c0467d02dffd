"""Presses in a digest: what is chosen is done through the one door, and the row becomes what is true now."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from slack_bolt import Ack, App, BoltContext

from crmbot.crm.answers import ActivityView, DealView, Outcome, Shown
from crmbot.crm.requests import AssignActivity, AssignDeal, NudgeOwner, Request, SetDeal, ShowActivity, SnoozeActivity
from crmbot.domain.ids import Kind, parse_reference
from crmbot.errors import BadInput, Conflict, MissingFact, NotFound
from crmbot.slack.blocks.buttons import next_week
from crmbot.slack.blocks.limits import fit
from crmbot.slack.blocks.lines import show_request
from crmbot.slack.blocks.primitives import section, sentence
from crmbot.slack.blocks.refusals import refusal_message
from crmbot.slack.clicks import Click, read_click
from crmbot.slack.desk import Reply
from crmbot.slack.digests.rows import RowName, replace_row, row_after, without_deeds
from crmbot.slack.forms.opening import Asker
from crmbot.slack.message import Block, Message
from crmbot.slack.mrkdwn import Mrkdwn, escape, join, one_line
from crmbot.slack.press import Press
from crmbot.slack.reader import Reader
from crmbot.slack.telling import Told, tell

_ACTION = re.compile(r"^digest\.[a-z_]+$")
_STRANGER = "That person is no user of crmbot here yet. They become one with their first command, or by an admin."


@dataclass(frozen=True, slots=True)
class _Pressed:
    """A press in a digest: what was pressed in which row, and the person or day that was chosen."""

    asker: Asker
    click: Click
    name: RowName | None
    chosen: str

    def do(self, request: Request) -> Reply:
        """Do a request as the person who pressed."""
        return self.asker.desk.press(self.click.incoming, request, shared=not self.click.is_private)


def register(app: App, asker: Asker) -> None:
    """Listen to the buttons and menus of digests."""
    app.action(_ACTION)(digest_listener(asker))


def digest_listener(asker: Asker) -> Callable[[Ack, dict[str, Any], BoltContext], None]:
    """Return the listener of everything that a digest offers."""

    def answer_press(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        click, action = read_click(body, context), body["actions"][0]
        chosen = str(action.get("selected_user") or action.get("selected_date") or "")
        for told in respond_to(_Pressed(asker, click, RowName.read(click.block_id), chosen)):
            tell(asker, click, told)
        ack()

    return answer_press


def respond_to(pressed: _Pressed) -> list[Told]:
    """Do what was chosen and return what is told of it, in order."""
    try:
        request = _request(pressed)
    except BadInput as error:
        return [Told(refusal_message(error, Reader.nobody(pressed.asker.desk.service.clock())))]
    reply = pressed.do(request)
    if reply.error is not None:
        return _refused(pressed, request, reply)
    if _was_so_before(request, reply):
        said = str(reply.answer.said) if reply.answer else ""
        return [Told(Message(escape(said), (sentence(said),)))]
    fresh = _row(pressed, reply)
    if not fresh or pressed.name is None or not pressed.click.blocks:
        # Of a message that only one person sees, Slack does not say what it shows.
        return [Told(reply.message, reply)]
    blocks = replace_row(pressed.click.blocks, pressed.name, fresh)
    return [Told(fit(Message(reply.message.text, blocks)), reply, instead=True)]


def _request(pressed: _Pressed) -> Request:
    """Return what is asked for; BadInput when no version here knows it."""
    reference, chosen = pressed.name.reference if pressed.name else "", pressed.chosen
    match pressed.click.action_id:
        case "digest.assign" if chosen:
            parsed = parse_reference(reference)
            of_activity = parsed is not None and parsed[0] is Kind.ACTIVITY
            return AssignActivity(reference, chosen) if of_activity else AssignDeal(reference, chosen)
        case "digest.close_on" if chosen:
            return SetDeal(reference, expected_close=date.fromisoformat(chosen))
    request = Press.read(pressed.click.value).request
    if pressed.click.action_id == "digest.snooze_week" and isinstance(request, SnoozeActivity):
        look = pressed.do(ShowActivity(request.activity))
        if isinstance(look.answer, Shown) and isinstance(look.answer.record, ActivityView) and look.reader:
            return replace(request, due=next_week(look.answer.record, look.reader))
    return request


def _was_so_before(request: Request, reply: Reply) -> bool:
    """Say whether a press changed nothing, as the second of two: what the row says of the first one then stays."""
    changes = request.WRITES and not isinstance(request, NudgeOwner)
    return changes and isinstance(reply.answer, Outcome) and reply.answer.entry_id is None


def _row(pressed: _Pressed, reply: Reply) -> tuple[Block, ...]:
    """Return the row as it is after what was done; none when that is about no record the row could show."""
    outcome, name = reply.answer, pressed.name
    if not isinstance(outcome, Outcome) or name is None or reply.reader is None:
        return ()
    said = _said(outcome.said, reply)
    if isinstance(outcome.record, ActivityView | DealView):
        return row_after(name, outcome.record, reply.reader, said, outcome.entry_id)
    return (_nudged(pressed.click.blocks, name, said),) if name.kind == "owner" else ()


def _nudged(blocks: Sequence[Block], name: RowName, said: Mrkdwn) -> Block:
    """Return an owner's heading as it was posted, with what was done below it."""
    block_id = name.block_id("title")
    posted = next((block for block in blocks if block.get("block_id") == block_id), {})
    heading = str((posted.get("text") or {}).get("text", "")).partition("\n")[0]
    return section(join([Mrkdwn(heading), said], "\n"), block_id=block_id)


def _said(said: str, reply: Reply) -> Mrkdwn:
    by = f" — {one_line(reply.actor.name, 60)}" if reply.actor else ""
    return Mrkdwn(f"✅ {one_line(said, 300)}{by}")


def _refused(pressed: _Pressed, request: Request, reply: Reply) -> list[Told]:
    """Tell the person why, ask them for what is missing, and bring a row that was overtaken up to date."""
    click, name, error = pressed.click, pressed.name, reply.error
    if isinstance(error, MissingFact):
        asks = pressed.asker.message(
            reply, click.place(), trigger_id=click.trigger_id, deadline=click.incoming.deadline
        )
        return [] if asks is None else [Told(asks, reply)]
    if isinstance(error, NotFound) and isinstance(request, AssignDeal | AssignActivity) and error.field == "owner":
        return [Told(Message(escape(_STRANGER), (sentence(_STRANGER),)))]
    told = [Told(reply.message, reply)]
    overtaken = isinstance(error, Conflict | NotFound) and not isinstance(request, NudgeOwner)
    if name is None or not click.blocks or not overtaken:
        return told
    blocks = _overtaken(pressed, name)
    return [Told(fit(Message(reply.message.text, blocks)), instead=True), *told] if blocks else told


def _overtaken(pressed: _Pressed, name: RowName) -> tuple[Block, ...]:
    """Return the message with a row as its record is now, or with nothing to press when that is gone."""
    look = show_request(name.reference)
    if look is None:
        return ()
    fresh = pressed.do(look)
    if isinstance(fresh.error, NotFound):
        return without_deeds(pressed.click.blocks, name)
    if isinstance(fresh.answer, Shown) and isinstance(fresh.answer.record, ActivityView | DealView) and fresh.reader:
        shown = row_after(name, fresh.answer.record, fresh.reader, Mrkdwn(""), None)
        return replace_row(pressed.click.blocks, name, shown)
    return ()
