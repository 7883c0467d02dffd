"""Reports that name people who need a hand: a manager reminds them or hands their work on, right there."""

import json
from datetime import timedelta

from slack_app import Bot, send_waiting
from slack_windows import card, form, initial

from crmbot.crm.requests import CreateDeal, CreateTask, Due, ListDeals


def shown(blocks: object) -> str:
    return json.dumps(blocks, ensure_ascii=False)


def make_old_deals(bot: Bot) -> None:
    for title in ("Acme", "Globex"):
        bot.do(CreateDeal(title), "U2")
    bot.do(CreateDeal("Initech"), "U1")
    bot.clock.advance(timedelta(days=91))


def test_owners_of_old_deals_are_nudged_from_the_report_once_a_day(bot: Bot) -> None:
    make_old_deals(bot)
    card(bot, "/crm", "help", "U2")
    message = card(bot, "/report", "sales-pipeline")
    assert "*Ben*  2 deals older than 90 days" in shown(message.blocks)
    assert "*Ada*  1 deal older" not in shown(message.blocks)
    bot.slack.click(bot.url, message, "nudge.send", "U1")
    assert "Nudged Ben about 2 open deals older than 90 days." in shown(message.blocks[-1]), "beside the buttons"
    send_waiting(bot)
    told = shown([one.blocks for one in bot.slack.messages(bot.slack.direct_channel("U2").id)])
    assert "Acme" in told
    assert "Globex" in told
    bot.slack.click(bot.url, message, "nudge.send", "U1")
    assert "today already" in bot.slack.ephemerals("U1")[-1].text
    assert bot.slack.violations == []


def test_a_deal_of_ninety_days_is_not_old_yet(bot: Bot) -> None:
    bot.do(CreateDeal("Acme"), "U2")
    bot.clock.advance(timedelta(days=90))
    assert "Who needs a hand" not in shown(card(bot, "/report", "sales-pipeline").blocks)


def test_who_has_overdue_activities_is_looked_at_and_nudged(bot: Bot) -> None:
    bot.do(CreateTask("Call Jane", due=Due(at=bot.clock() + timedelta(hours=1))), "U2")
    bot.clock.advance(timedelta(days=2))
    message = card(bot, "/report", "activity-summary 7")
    assert "*Ben*  1 of 1 activity overdue" in shown(message.blocks)
    bot.slack.click(bot.url, message, "report.look", "U1")
    assert "Call Jane" in shown(bot.slack.ephemerals("U1")[-1].blocks)
    bot.slack.click(bot.url, message, "nudge.send", "U1")
    assert "Nudged Ben about 1 overdue activity." in shown(message.blocks)


def test_deals_are_handed_over_from_the_report(bot: Bot) -> None:
    make_old_deals(bot)
    message = card(bot, "/report", "sales-pipeline")
    bot.slack.click(bot.url, message, "form.hand_over", "U1")
    assert initial(form(bot), "only")["value"] == "deals"
    bot.slack.submit_view(bot.url, form(bot), {"to": "U1"})
    mine = bot.service.perform(bot.actor("U1"), ListDeals(owner="me"))
    assert len(getattr(mine, "records", ())) == 3
    assert bot.slack.violations == []


def test_neither_a_rep_nor_a_channel_is_shown_who_needs_a_hand(bot: Bot) -> None:
    make_old_deals(bot)
    assert "nudge.send" not in shown(card(bot, "/report", "sales-pipeline", "U2").blocks)
    answer = bot.slack.command(bot.url, "/report", "sales-pipeline", "U1", channel="C1")
    assert answer.message is not None
    bot.slack.click(bot.url, answer.message, "card.share", "U1")
    posted = bot.slack.messages("C1")
    assert posted
    assert all("Who needs a hand" not in shown(one.blocks) for one in posted)
