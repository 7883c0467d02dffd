from collections.abc import Callable

import pytest
from digest_values import HOSTILE, aging, forecast, overdue
from slack_app import Bot

from crmbot.crm.requests import CreateDeal, CreateTask, Due
from crmbot.playground import Message, message_tokens
from crmbot.playground.validation import message_verdict
from crmbot.reports.digests.base import Digest
from crmbot.slack.api import SlackApi
from crmbot.slack.digests import change, render
from crmbot.slack.gateway import SlackGateway


@pytest.mark.parametrize("name", ["Acme", HOSTILE, "🎉" * 2000, "x" * 5000])
@pytest.mark.parametrize("make", [overdue, aging, forecast])
def test_every_digest_is_a_message_slack_takes(make: Callable[[str], Digest], name: str) -> None:
    message = render(make(name), late="Two hours late: crmbot was down.")
    verdict = message_verdict(message.payload)
    assert verdict.reasons + verdict.remarks == []
    assert {token.kind for token in message_tokens(message.payload)} <= {"date"}


def test_the_period_the_change_and_the_reason_of_lateness_are_printed() -> None:
    message = render(overdue(), late="Two hours late: crmbot was down.")
    words = str(message.payload)
    assert "Tue 4 Feb – Wed 5 Mar" in words  # noqa: RUF001 - a dash between days
    assert "as of 08:00 Europe/Berlin" in words
    assert "*10 activities* are overdue, 7 more than a week ago." in words
    assert "Two hours late" in words


@pytest.mark.parametrize("owners", [1, 4, 9, 30])
def test_what_does_not_fit_is_counted(owners: int) -> None:
    digest = overdue(owners=owners, items=5)
    message = render(digest)
    assert len(message.blocks) <= 50
    told = sum("task.done" in str(block) for block in message.blocks)
    assert f"{digest.overdue - told} more" in str(message.blocks[-1])


def test_numbers_have_their_plural() -> None:
    assert change(1, 1) == "as many as a week ago"
    assert change(1, 3) == "2 fewer than a week ago"
    words = str(render(overdue(owners=1, items=1)).payload)
    assert "1 day late" not in words


def test_an_empty_digest_is_kind() -> None:
    digest = overdue(owners=0)
    assert "Nothing is overdue" in render(digest).text


def test_a_row_of_a_digest_is_done_in_its_place(bot: Bot) -> None:
    for name in ("Call Jane", "Call Bob"):
        bot.do(CreateTask(name, Due(at=bot.clock())))
    bot.do(CreateDeal("Acme"))
    message = _posted(bot, overdue(owners=1, items=3))
    value = next(
        element["value"]
        for block in message.blocks
        for element in block.get("elements", [])
        if element.get("action_id") == "task.done" and "A-1" in element["value"]
    )
    before = len(message.blocks)
    bot.slack.click(bot.url, message, "task.done", "U1", value)
    assert len(message.blocks) == before
    assert "— Ada" in str(message.blocks)
    assert str(message.blocks).count("'task.done'") == 2
    bot.slack.click(bot.url, message, "crm.undo", "U1")
    assert str(message.blocks).count("'task.done'") == 3
    assert bot.slack.violations == []


def test_closing_an_old_deal_asks_for_the_reason_in_private(bot: Bot) -> None:
    for number in range(17):
        bot.do(CreateDeal(f"Deal {number}"))
    message = _posted(bot, aging(deals=1))
    bot.slack.click(bot.url, message, "deal.lost", "U1")
    ask = bot.slack.ephemerals("U1")[-1]
    bot.slack.click(bot.url, ask, "Timing", "U1")
    assert "🪦" in str(ask.blocks)
    assert bot.slack.violations == []


def _posted(bot: Bot, digest: Digest) -> Message:
    SlackGateway(lambda: SlackApi(bot.slack.bot_token, bot.slack.api_url)).post("C1", render(digest))
    return bot.slack.messages("C1")[-1]
