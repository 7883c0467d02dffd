"""`/crm today`: the same figures as the Home tab, in a message."""

import json

from slack_app import Bot
from slack_windows import card

from crmbot.crm.requests import CreateDeal
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


def test_without_open_deals_today_says_nothing_of_a_pipeline(bot: Bot) -> None:
    assert "pipeline" not in shown(bot, "U2")
