"""Presses on cards that the world has left behind: every kind, on HTTP and through the socket."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from slack_app import Bot, send_waiting

from crmbot.crm.requests import (
    AddStage,
    AssignDeal,
    AttachEmail,
    CompleteActivity,
    ConvertLead,
    CreateDeal,
    CreateLead,
    CreateTask,
    Due,
    ForgetAlias,
    IgnoreEmail,
    LoseDeal,
    MoveDeal,
    RemoveStage,
    ReopenDeal,
    Request,
    SetDeal,
    SetLeadStatus,
    SetUserRole,
    ShowActivity,
    ShowCompany,
    ShowContact,
    ShowDeal,
    ShowLead,
    SnoozeActivity,
    Undo,
    WinDeal,
)
from crmbot.playground import Message, ServerError, View
from crmbot.slack.app import SlackOptions, build_app
from crmbot.slack.forms.asked import Asked
from crmbot.slack.press import Press
from crmbot.slack.socket import SocketListener

GONE = ("D-404", "L-404", "A-404", "C-404", "O-404", "", "x" * 1500, "<!channel>", "0" * 26)


def kinds(reference: str) -> Iterator[Request]:
    """Yield every kind of request that buttons carry, about a record that is not there."""
    for make in (WinDeal, LoseDeal, ReopenDeal, ShowDeal, ShowLead, ShowContact, ShowCompany, ShowActivity):
        yield make(reference)
    yield from (ConvertLead(reference), CompleteActivity(reference), SnoozeActivity(reference))
    # Without an entry it is the last effect that is meant.
    yield Undo(reference or "0" * 26)
    yield from (MoveDeal(reference, "negotiation"), SetDeal(reference, probability=1), AssignDeal(reference, "me"))
    yield from (SetLeadStatus(reference, "qualified"), ForgetAlias(reference))
    yield from (AttachEmail(reference, "D-1"), IgnoreEmail(reference))


def pressed(bot: Bot, message: Message, value: str, url: str | None = "", action: str = "deal.won") -> int:
    """Put a value into a card's button and press it."""
    for block in message.blocks:
        for element in block.get("elements", []):
            if element.get("action_id") == action:
                element["value"] = value
    return bot.slack.click(bot.url if url == "" else url, message, action, "U1").status


def card(bot: Bot, text: str = "show D-1", user: str = "U1") -> Message:
    message = bot.slack.command(bot.url, "/deal", text, user).message
    assert message is not None
    return message


@pytest.mark.parametrize("reference", GONE)
def test_a_press_about_what_is_gone_is_explained_and_breaks_nothing(
    bot: Bot, reference: str, caplog: pytest.LogCaptureFixture
) -> None:
    bot.do(CreateDeal("Acme"))
    for request in kinds(reference):
        before = len(bot.slack.ephemerals("U1"))
        message = card(bot)
        for press in (Press(request), Press(request, then=ShowDeal("D-1")), Press(request, row=True)):
            assert pressed(bot, card(bot), press.value) == 200, request
        assert len(bot.slack.ephemerals("U1")) > before
        assert message.blocks
    assert "incident" not in caplog.text
    assert bot.slack.violations == []


def test_ninety_days_later_every_button_of_a_card_still_does_what_it_says(bot: Bot) -> None:
    bot.do(CreateDeal("Acme"))
    message = card(bot)
    bot.clock.advance(timedelta(days=90))
    bot.slack.click(bot.url, message, "deal.move", "U1", "Negotiation")
    assert "Negotiation" in json.dumps(message.blocks)
    bot.slack.click(bot.url, message, "deal.won", "U1")
    assert "🏆" in json.dumps(message.blocks, ensure_ascii=False)


def test_an_undo_ninety_days_later_is_refused_and_says_why(bot: Bot) -> None:
    message = bot.slack.command(bot.url, "/deal", "new Acme", "U1").message
    assert message is not None
    bot.clock.advance(timedelta(days=90))
    bot.slack.click(bot.url, message, "crm.undo", "U1")
    assert "more than 24 hours ago" in bot.slack.ephemerals("U1")[-1].text


def test_a_deal_that_was_taken_back_is_gone_for_an_older_card(bot: Bot) -> None:
    first = bot.slack.command(bot.url, "/deal", "new Acme", "U1").message
    assert first is not None
    old = card(bot)
    bot.slack.click(bot.url, first, "crm.undo", "U1")
    assert bot.slack.click(bot.url, old, "deal.won", "U1").status == 200
    assert "There is no deal D-1" in bot.slack.ephemerals("U1")[-1].text


def test_a_stage_that_was_removed_is_explained_with_those_that_are_left(bot: Bot) -> None:
    system = bot.service.system(bot.workspace_id)
    bot.do(CreateDeal("Acme"))
    bot.service.perform(system, AddStage("Legal review", probability=80, after="Negotiation"))
    message = card(bot)
    bot.service.perform(system, RemoveStage("Legal review", move_to="Negotiation"))
    bot.slack.click(bot.url, message, "deal.move", "U1", "Legal review")
    told = bot.slack.ephemerals("U1")[-1].text
    assert "Negotiation" in told
    assert "New Lead" in told


def test_a_role_taken_away_counts_at_the_next_press(bot: Bot) -> None:
    bot.do(CreateDeal("Acme"), "U2")
    message = card(bot, user="U2")
    bot.service.perform(bot.service.system(bot.workspace_id), SetUserRole("ben@example.com", "viewer"))
    bot.slack.click(bot.url, message, "deal.won", "U2")
    assert "viewer" in bot.slack.ephemerals("U2")[-1].text
    assert "deal.won" not in json.dumps(card(bot, user="U2").blocks)


def test_an_answer_whose_address_takes_no_more_comes_as_a_message(bot: Bot) -> None:
    bot.do(CreateDeal("Acme"))
    message = card(bot)
    before = len(bot.slack.ephemerals("U1"))
    bot.slack.script("response_url", [ServerError(404)])
    bot.slack.click(bot.url, message, "deal.won", "U1")
    told = bot.slack.ephemerals("U1")[before:]
    assert ["Won D-1" in one.text for one in told] == [True]
    assert told[0].via == "chat.postEphemeral"
    assert bot.slack.violations == []


@pytest.fixture
def socket(bot: Bot) -> Iterator[None]:
    """The app listening through a socket too."""
    options = SlackOptions(bot_token=bot.slack.bot_token, api_url=bot.slack.api_url, slack_seconds=2)
    listener = SocketListener(build_app(options, bot.service), options.api, bot.slack.app_token)
    listener.start()
    bot.slack.wait_for(lambda: bot.slack.links.open)
    yield
    listener.stop()
    bot.slack.wait_for(lambda: not bot.slack.links.open)


def window(bot: Bot) -> View:
    return bot.slack.open_views("U1")[-1]


@pytest.mark.usefixtures("socket")
def test_forms_searches_shortcuts_and_the_home_tab_work_through_the_socket_too(bot: Bot) -> None:
    assert bot.slack.command(None, "/deal", "new $40k", "U1").in_time
    wrong = bot.slack.submit_view(None, window(bot), {"title": "Acme", "value": "a lot"})
    assert set((wrong.payload or {})["errors"]) == {"value"}
    bot.slack.submit_view(None, window(bot), {"title": "Acme"})
    assert "Opened D-1" in bot.slack.ephemerals("U1")[-1].text
    bot.slack.say(None, "Wants 40 seats", "U2", "C1")
    bot.slack.shortcut(None, "log_to_crm", "U1", bot.slack.messages("C1")[-1])
    offered: dict[str, Any] = bot.slack.suggest(None, window(bot), "record.search", "acm").payload or {}
    bot.slack.submit_view(None, window(bot), {"target": offered["options"][0]})
    assert "Wants 40 seats" in json.dumps(bot.slack.ephemerals("U1")[-1].blocks)
    bot.do(CreateTask("Call Jane", Due(at=bot.clock() - timedelta(days=1))))
    bot.slack.open_home(None, "U1")
    send_waiting(bot)
    home = bot.slack.home("U1")
    assert home is not None
    bot.slack.click(None, home, "task.done", "U1")
    send_waiting(bot)
    assert "Overdue" not in json.dumps(home.body)
    assert bot.slack.violations == []


def test_a_form_of_a_record_that_is_gone_is_explained(bot: Bot) -> None:
    bot.do(CreateDeal("Acme"))
    bot.do(CreateLead("Jane"))
    for form, known in (
        ("deal.set", {"deal": "D-404"}),
        ("lead.set", {"lead": "L-404"}),
        ("contact.set", {"contact": "C-404"}),
        ("company.set", {"company": "O-404"}),
    ):
        message = card(bot)
        assert pressed(bot, message, Asked(form, known).value, action="form.edit") == 200
        assert "There is no" in bot.slack.ephemerals("U1")[-1].text
    assert bot.slack.open_views("U1") == []
