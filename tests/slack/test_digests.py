from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from slack_app import Bot

from crmbot.crm.requests import CreateDeal, CreateTask, Due
from crmbot.domain.money import Money
from crmbot.playground import Message, message_tokens
from crmbot.playground.validation import message_verdict
from crmbot.reports.digests import AgingDigest, ForecastDigest, OverdueDigest
from crmbot.reports.digests.aging import AgingBucket, OldDeal
from crmbot.reports.digests.base import Digest
from crmbot.reports.digests.forecast import Moved, MovementSum
from crmbot.reports.digests.overdue import About, OverdueItem, OverdueOwner
from crmbot.reports.sales_forecast import ForecastRow, MonthRow
from crmbot.reports.sales_pipeline import Scenarios
from crmbot.reports.values import CountAndValue, Period, Unconverted
from crmbot.slack.api import SlackApi
from crmbot.slack.digests import change, render
from crmbot.slack.gateway import SlackGateway

NOW = datetime(2031, 3, 5, 7, 0, tzinfo=UTC)
HOSTILE = "<!channel> *x* <http://a|b>"


def usd(amount: int) -> Money:
    return Money(amount * 100, "USD")


def common() -> dict[str, Any]:
    return {
        "workspace_id": "w",
        "timezone": "Europe/Berlin",
        "currency": "USD",
        "scope": "all",
        "owner_id": None,
        "as_of": NOW,
        "compared_to": datetime(2031, 2, 26, 7, 0, tzinfo=UTC),
        "period": Period(date(2031, 2, 4), date(2031, 3, 5)),
    }


def overdue(name: str = "Call Jane", owners: int = 2, items: int = 3) -> OverdueDigest:
    about = About("D-17", name)
    listed = tuple(
        OverdueItem("a" * 26, f"A-{number}", "call", name, about, NOW, NOW.date(), number) for number in range(items)
    )
    each = OverdueOwner("u", name, items + 2, listed, 2)
    return OverdueDigest(
        **common(),
        overdue=owners * (items + 2),
        overdue_last_week=3,
        change=7,
        total=80,
        overdue_rate=0.125,
        owners=(each,) * owners,
        more=owners * 2,
    )


def aging(name: str = "Acme renewal", deals: int = 3) -> AgingDigest:
    old = OldDeal("d" * 26, "D-17", name, "u", name, name, usd(40_000), "USD", 120, NOW, stale=True)
    keys = ("under_30_days", "30_to_60_days", "60_to_90_days", "over_90_days")
    return AgingDigest(
        **common(),
        open_deals=40,
        pipeline_value=usd(1_400_000),
        buckets=tuple(AgingBucket(key, 10, usd(350_000), 9, usd(300_000)) for key in keys),
        over_90_days=CountAndValue(deals, usd(350_000)),
        over_90_days_last_week=CountAndValue(9, usd(300_000)),
        stale=CountAndValue(1, usd(40_000)),
        stale_days=14,
        old_deals_by_owner={name: 4, "Ben": 6},
        deals=(old,) * deals,
        more=0,
        unconverted=(Unconverted("x", 9, name, Money(100, "EUR"), "EUR"),),
    )


def forecast(name: str = "Acme renewal") -> ForecastDigest:
    row = ForecastRow(3, usd(100_000), usd(60_000))
    return ForecastDigest(
        **common(),
        forecast=Scenarios(usd(1_400_000), usd(600_000), usd(250_000)),
        last_week=Scenarios(usd(1_300_000), usd(640_000), usd(250_000)),
        change=Scenarios(usd(100_000), usd(-40_000), usd(0)),
        age_adjusted=usd(480_000),
        by_category={"commit": row},
        by_month=tuple(
            MonthRow(f"2031-{month:02}", 3, usd(90_000), usd(50_000 + 9_000 * month), usd(0)) for month in range(3, 9)
        ),
        no_date=row,
        past_due=ForecastRow(1, usd(5_000), usd(2_500)),
        opening_value=usd(1_300_000),
        movements=(MovementSum("created", 3, usd(150_000)), MovementSum("lost", 1, usd(-50_000))),
        closing_value=usd(1_400_000),
        deals=tuple(Moved(how, "d" * 26, "D-17", name, name, usd(50_000)) for how in ("created", "pushed_out", "lost")),
        more=0,
        unconverted=(),
    )


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
