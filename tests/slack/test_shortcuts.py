import json
from typing import Any

import pytest
from slack_app import Bot, send_waiting

from crmbot.crm.answers import ActivityView, Listing, Shown
from crmbot.crm.requests import CreateDeal, KeepCard, ListActivities, ShowDeal
from crmbot.playground import ErrorCode, Message, View
from crmbot.slack.mrkdwn import unescape
from crmbot.slack.shortcuts import LOG_TO_CRM


def chosen(bot: Bot, text: str, user: str = "U1", thread: str | None = None) -> View:
    """Write a message, choose the shortcut on it and return the form."""
    message = written(bot, text, thread)
    assert bot.slack.shortcut(bot.url, LOG_TO_CRM, user, message).status == 200
    return bot.slack.open_views(user)[-1]


def written(bot: Bot, text: str, thread: str | None = None) -> Message:
    bot.slack.say(bot.url, text, "U2", "C1", thread=thread)
    return bot.slack.messages("C1")[-1]


def initial(view: View, name: str) -> Any:
    element = next(block["element"] for block in view.body["blocks"] if block["block_id"] == name)
    return next((value for key, value in element.items() if key.startswith("initial_")), None)


def option(number: str) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": number}, "value": number}


def timeline(bot: Bot) -> list[str]:
    shown = bot.service.perform(bot.actor(), ShowDeal("D-1"))
    assert isinstance(shown, Shown)
    return [entry.text for entry in shown.timeline]


@pytest.mark.parametrize(
    ("kind", "logged"),
    [
        ("Note", "Wants 40 seats"),
        ("Call", "Call: Wants 40 seats"),
        ("Meeting", "Meeting: Wants 40 seats"),
        ("Task", "Task: Wants 40 seats (to do)"),
    ],
)
def test_a_message_becomes_a_note_a_call_or_a_task(bot: Bot, kind: str, logged: str) -> None:
    bot.do(CreateDeal("Acme"))
    view = chosen(bot, "Wants 40 seats")
    assert initial(view, "text") == "Wants 40 seats"
    bot.slack.submit_view(bot.url, view, {"kind": kind, "target": option("D-1")})
    assert logged in timeline(bot)
    assert bot.slack.open_views("U1") == []
    answer = bot.slack.ephemerals("U1", "C1")[-1]
    assert "crm.undo" in json.dumps(answer.blocks)
    assert bot.slack.violations == []


def test_a_day_says_when_it_was_or_when_it_is_due(bot: Bot) -> None:
    bot.do(CreateDeal("Acme"))
    view = chosen(bot, "Send the offer")
    values = {"kind": "Task", "target": option("D-1"), "at": "2031-03-10", "at_hour": "15:00"}
    bot.slack.submit_view(bot.url, view, values)
    listing = bot.service.perform(bot.actor(), ListActivities())
    assert isinstance(listing, Listing)
    (task,) = listing.records
    assert isinstance(task, ActivityView)
    assert task.due_at is not None
    assert task.due_at.isoformat() == "2031-03-10T14:00:00+00:00"


def test_what_slack_wrote_for_people_and_links_reads_as_it_was_meant(bot: Bot) -> None:
    bot.slack.command(bot.url, "/crm", "today", "U2")
    view = chosen(bot, "<@U2> &amp; <#C1|sales>: see <https://acme.com|their page> &lt;now&gt;")
    assert initial(view, "text") == "@Ben & #sales: see their page (https://acme.com) <now>"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("<!here> <!subteam^S1|@team> <mailto:a@b.c|a@b.c>", "@here @team a@b.c (mailto:a@b.c)"),
        ("<https://acme.com>", "https://acme.com"),
        ("a < b <> c", "a < b <> c"),
        ("\u202eabc\x00", "abc"),
    ],
)
def test_marks_of_slack_are_taken_out(text: str, plain: str) -> None:
    assert unescape(text) == plain


def test_the_record_of_the_thread_is_filled_in(bot: Bot) -> None:
    bot.do(CreateDeal("Acme"))
    root = written(bot, "our Acme")
    bot.do(KeepCard("C1", root.ts, ("D-1",)))
    assert initial(chosen(bot, "they said yes", thread=root.ts), "target")["value"] == "D-1"
    assert initial(chosen(bot, "elsewhere"), "target") is None


def test_a_very_long_message_is_cut_to_what_a_field_takes(bot: Bot) -> None:
    view = chosen(bot, "word " * 4000)
    assert len(initial(view, "text")) <= 3000
    assert bot.slack.violations == []


def test_a_message_without_words_can_be_logged_with_some(bot: Bot) -> None:
    bot.do(CreateDeal("Acme"))
    view = chosen(bot, " ")
    bot.slack.submit_view(bot.url, view, {"text": "A picture of the plan", "target": option("D-1")})
    assert "A picture of the plan" in timeline(bot)


def test_what_is_missing_stands_at_its_field(bot: Bot) -> None:
    view = chosen(bot, "Wants 40 seats")
    sent = bot.slack.submit_view(bot.url, view, {"target": option("nobody")})
    assert set((sent.payload or {})["errors"]) == {"target"}


def test_an_old_trigger_is_answered_with_a_line_that_works(bot: Bot) -> None:
    bot.slack.script("views.open", [ErrorCode("expired_trigger_id")])
    assert bot.slack.shortcut(bot.url, LOG_TO_CRM, "U1", written(bot, "Wants 40 seats")).status == 200
    assert "/log note acme" in bot.slack.ephemerals("U1", "C1")[-1].text


def test_a_stranger_is_told_who_may(bot: Bot) -> None:
    bot.slack.add_user("U7", "mallory", "ada@example.com", team_id="T9999")
    assert bot.slack.shortcut(bot.url, LOG_TO_CRM, "U7", written(bot, "Wants 40 seats")).status == 200
    assert bot.slack.open_views("U7") == []
    assert "members of this workspace only" in bot.slack.ephemerals("U7")[-1].text
    assert send_waiting(bot) == 0
