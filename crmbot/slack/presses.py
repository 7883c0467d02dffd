"""Buttons and menus: the request in their value is done, and the card changes to what is true now."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from slack_bolt import Ack, App, BoltContext

from crmbot.crm.answers import ActivityView, MailAnswer, Outcome, Shown
from crmbot.crm.requests import RememberAlias, Request, ShowActivity, SnoozeActivity
from crmbot.errors import BadInput, Conflict, MissingFact, NotFound
from crmbot.slack.asides import send_aside, stand_apart, stands_apart
from crmbot.slack.blocks.buttons import next_week
from crmbot.slack.blocks.lines import show_request
from crmbot.slack.blocks.refusals import refusal_message
from crmbot.slack.blocks.settings import LOOKS
from crmbot.slack.clicks import Click, read_click
from crmbot.slack.desk import Answered, Reply
from crmbot.slack.forms.opening import Asker
from crmbot.slack.message import Message
from crmbot.slack.press import Press
from crmbot.slack.reader import Reader
from crmbot.slack.rewriting import list_again, with_choice, with_kept, with_row
from crmbot.slack.sharing import share
from crmbot.slack.telling import Told, tell

_ACTION = re.compile(r"^[a-z]+\.[a-z0-9_]+$")
_TURNS_PAGE = frozenset({"list.back", "list.more", "record.choose", *LOOKS})


@dataclass(frozen=True, slots=True)
class Pressed:
    """One press being answered."""

    asker: Asker
    click: Click
    press: Press

    def do(self, request: Request, *, remember: bool = False) -> Reply:
        """Do a request as the person who pressed."""
        shared = not self.click.is_private
        picked = self.press.picked if remember else None
        # Who picked a record sees only now how the rest of their line was read.
        retells = self.click.action_id == "record.choose"
        return self.asker.desk.press(self.click.incoming, request, shared=shared, picked=picked, retells=retells)


def register(app: App, asker: Asker) -> None:
    """Listen to every button and menu; what they do is in their value."""
    app.action(_ACTION)(press_listener(asker))


def press_listener(asker: Asker) -> Callable[[Ack, dict[str, Any], BoltContext], None]:
    """Return the listener of all buttons."""
    shared = Answered()

    def answer_press(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        click = read_click(body, context)
        if click.action_id == "card.share" and not shared.add(f"{click.message_ts} {click.value}", click.incoming.key):
            ack()
            return
        for told in respond_to(asker, click):
            tell(asker, click, told)
            if told.reply is not None:
                asked = {"user_id": click.incoming.user_id, "response_url": click.response_url}
                send_aside(asker.desk.service, told.reply.actor, told.reply.aside, asked)
        ack()

    return answer_press


def respond_to(asker: Asker, click: Click) -> list[Told]:
    """Do what was pressed and return what is told of it, in order."""
    try:
        press = Press.read(click.value)
    except BadInput as error:
        return [Told(refusal_message(error, Reader.nobody(asker.desk.service.clock())))]
    if click.action_id == "card.share":
        return share(asker, click, press)
    pressed = Pressed(asker, click, press)
    reply = pressed.do(_finished(pressed), remember=True)
    if reply.error is not None:
        return _refused(pressed, reply)
    return [_answered(pressed, reply)]


def _answered(pressed: Pressed, reply: Reply) -> Told:
    """Return what takes the card's place, or stands beside it."""
    click, press, outcome = pressed.click, pressed.press, reply.answer
    if isinstance(outcome, Outcome) and press.row and click.blocks:
        return Told(with_row(click.blocks, click.block_id, outcome, reply), reply, instead=True)
    # What an outcome offers to do next would be lost in the list it stood in.
    if isinstance(outcome, Outcome) and press.then is not None and outcome.offer is None:
        again = pressed.do(press.then)
        message = list_again(again.message, press.then, outcome, reply) if again.error is None else reply.message
        return Told(stand_apart(message) if stands_apart(click.block_id) else message, reply, instead=True)
    message = _with_word(pressed, reply)
    wrote = isinstance(outcome, Outcome | MailAnswer)
    if wrote:
        message = with_kept(click.blocks, message)
    return Told(message, reply, instead=wrote or (click.action_id in _TURNS_PAGE and click.is_private))


def _with_word(pressed: Pressed, reply: Reply) -> Message:
    """Return the answer, with the word that means its record from now on."""
    picked = pressed.press.picked
    if picked is None:
        return reply.message
    if isinstance(reply.answer, Outcome):
        return with_choice(reply.message, picked) if reply.answer.learnt else reply.message
    # What was looked at changes nothing, so the choice is an effect of its own.
    learnt = pressed.do(RememberAlias(picked.word, picked.record)).answer
    changed = isinstance(learnt, Outcome) and learnt.entry_id is not None
    return with_choice(reply.message, picked) if changed else reply.message


def _finished(pressed: Pressed) -> Request:
    """Return the request with what only the moment of the press can tell: when next week is."""
    request = pressed.press.request
    if pressed.click.action_id != "task.snooze_week" or not isinstance(request, SnoozeActivity):
        return request
    look = pressed.do(ShowActivity(request.activity))
    if not isinstance(look.answer, Shown) or not isinstance(look.answer.record, ActivityView) or look.reader is None:
        return request
    return replace(request, due=next_week(look.answer.record, look.reader))


def _refused(pressed: Pressed, reply: Reply) -> list[Told]:
    """Tell the person why; ask for what is missing, and bring a card that was overtaken up to date."""
    click, press = pressed.click, pressed.press
    if isinstance(reply.error, MissingFact):
        place = click.place(replace=click.is_private and not click.view_kind)
        asks = pressed.asker.message(
            reply,
            place,
            trigger_id=click.trigger_id,
            deadline=click.incoming.deadline,
            above=click.view_kind == "modal",
        )
        return [] if asks is None else [Told(asks, reply, instead=click.is_private)]
    told = [Told(reply.message, reply)]
    look = _look_at(press.request)
    overtaken = isinstance(reply.error, Conflict | NotFound)
    if overtaken and look is not None and not press.row and press.then is None:
        fresh = pressed.do(look)
        if fresh.error is None:
            told.insert(0, Told(fresh.message, fresh, instead=True))
    return told


def _look_at(request: Request) -> Request | None:
    """Return the request that shows the record another one is about."""
    for name in ("deal", "activity", "lead", "contact", "company"):
        reference = getattr(request, name, None)
        if isinstance(reference, str):
            return show_request(reference)
    return None
