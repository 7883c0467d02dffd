"""`/crm today`: the same figures as the Home tab, in a message."""

import json
from datetime import timedelta

from slack_app import Bot, send_waiting
from slack_windows import card

from crmbot.crm.requests import CreateDeal, CreateTask, Due
from crmbot.domain.money import Money


def shown(bot: Bot, user: str) -> str:
    return json.dumps(card(bot, "/crm", "today", user).blocks, ensure_ascii=False)


def test_today_tells_what_stands_in_each_of_my_stages(bot: Bot) -> None:
    bot.do(CreateDeal("Acme", value=Money(4_000_000, "USD"), stage="negotiation"), "U2")
    bot.do(CreateDeal("Globex", value=Money(1_000_000, "USD"), stage="qualified"), "U2")
    bot.do(CreateDeal("Initech", value=Money(9_900_000, "USD")), "U1")
    mine = shown(bot, "U2")
    assert "💼 My pipeline" in mine
    assert "*Negotiation*  1 deal · $40,000 · weighted $30,000" in mine
    assert "*$50,000*, weighted $32,500" in mine
    assert "$99,000" not in mine
    assert bot.slack.violations == []


def test_anothers_pipeline_is_not_mine(bot: Bot) -> None:
    bot.do(CreateDeal("Acme", value=Money(4_000_000, "USD")), "U2")
    theirs = json.dumps(card(bot, "/crm", "today @ben", "U1").blocks, ensure_ascii=False)
    assert "💼 Pipeline" in theirs
    assert "My pipeline" not in theirs


def test_what_is_left_out_of_a_long_day_is_counted_and_led_to(bot: Bot) -> None:
    for place in range(12):
        bot.do(CreateDeal(f"Acme {place}"), "U2")
        bot.do(CreateTask(f"Call {place}", Due(at=bot.clock() + timedelta(days=1))), "U2")
    bot.clock.advance(timedelta(days=40))
    bot.slack.open_home(bot.url, "U2")
    send_waiting(bot)
    home = bot.slack.home("U2")
    assert home is not None
    for seen in (shown(bot, "U2"), json.dumps(home.body["blocks"], ensure_ascii=False)):
        assert "12 activities overdue · 12 deals going stale" in seen
        assert "Overdue (12)" in seen
        assert "Going stale (12)" in seen
        assert "… and 7 more: /deal list stale mine" in seen
        assert "more: /task list" in seen
    assert bot.slack.violations == []


def test_without_open_deals_today_says_nothing_of_a_pipeline(bot: Bot) -> None:
    assert "pipeline" not in shown(bot, "U2")
