"""What the tests of forms do and look at: lines typed, windows on the screen, what stands in their fields."""

from typing import Any

from slack_app import Bot

from crmbot.crm.answers import DealView, Record, Shown
from crmbot.crm.requests import ShowDeal, ShowLead
from crmbot.playground import Answer, Message, View


def form(bot: Bot, user: str = "U1") -> View:
    """Return the window on top of a person's screen."""
    return bot.slack.open_views(user)[-1]


def typed(bot: Bot, command: str, text: str, user: str = "U1") -> Answer:
    answer = bot.slack.command(bot.url, command, text, user)
    assert answer.in_time
    return answer


def card(bot: Bot, command: str, text: str, user: str = "U1") -> Message:
    message = typed(bot, command, text, user).message
    assert message is not None
    return message


def errors(answer: Answer) -> dict[str, str]:
    payload = answer.payload or {}
    assert payload.get("response_action") == "errors", payload
    return dict(payload["errors"])


def initial(view: View, name: str) -> Any:
    """Return what a field begins with."""
    element = next(block["element"] for block in view.body["blocks"] if block["block_id"] == name)
    return next((value for key, value in element.items() if key.startswith("initial_")), None)


def record(bot: Bot, number: str = "D-1") -> Record:
    shown = bot.service.perform(bot.actor(), ShowDeal(number) if number.startswith("D") else ShowLead(number))
    assert isinstance(shown, Shown)
    return shown.record


def deal(bot: Bot) -> DealView:
    found = record(bot)
    assert isinstance(found, DealView)
    return found
