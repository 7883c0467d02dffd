"""The chart of /report: in the answer where Slack is known to draw it, else right after it, seen by the same people."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from slack_app import Bot, make_dispatcher
from sqlalchemy import select

from crmbot.crm.requests import AddUser, CreateDeal, CreateTask, Due
from crmbot.domain.money import Money
from crmbot.jobs.charts import ChartMemory
from crmbot.jobs.outbox import Sender
from crmbot.models import JournalEntry, Outbox
from crmbot.playground import Answer, Message
from crmbot.service import CrmService
from crmbot.slack.api import SlackApi
from crmbot.slack.gateway import SlackGateway
from crmbot.slack.http import Dispatcher
from crmbot.slack.outbox import SlackOutbox


@pytest.fixture(autouse=True)
def _deal(bot: Bot) -> None:
    bot.do(CreateDeal("Acme renewal", value=Money(4_000_000, "USD")))
    bot.clock.advance(timedelta(minutes=1))


@pytest.fixture
def send(bot: Bot) -> Callable[[], int]:
    """Lets the sender do what waits in the outbox."""
    api = SlackApi(bot.slack.bot_token, bot.slack.api_url, 2.0)
    out = SlackOutbox(lambda name: SlackGateway(lambda: api, ChartMemory(bot.store, bot.clock, name)))
    return Sender(bot.store, {"slack": out}, bot.clock, paces={}).run_once


def ask(bot: Bot, url: str = "") -> Answer:
    return bot.slack.command(url or bot.url, "/report", "pipeline", "U1", channel="C1")


def report_card(bot: Bot, url: str) -> Message:
    """Ask for a report whose card has buttons, and return the card."""
    card = bot.slack.command(url, "/report", "activity-summary 7", "U1", channel="C1").message
    assert card is not None
    return card


def kinds(blocks: Any) -> list[str]:
    return [block["type"] for block in blocks]


def test_where_nobody_knows_the_chart_follows_the_answer_and_only_who_asked_sees_it(
    bot: Bot, send: Callable[[], int]
) -> None:
    answer = ask(bot)
    assert "data_visualization" not in kinds(answer.blocks)
    assert "Pipeline" in str(answer.blocks[0])
    assert send() == 1
    first, second = bot.slack.ephemerals("U1")
    assert kinds(second.blocks) == ["data_visualization"]
    assert "table" in kinds(first.blocks)
    assert bot.slack.ephemerals("U2") == []
    assert bot.slack.messages("C1") == []
    assert bot.slack.violations == []


def test_once_slack_drew_one_the_chart_rides_in_the_answer(
    bot: Bot, send: Callable[[], int], serve: Callable[[Dispatcher], str]
) -> None:
    ask(bot)
    send()
    later = CrmService(bot.store, bot.clock, bot.service.policy)
    answer = ask(bot, serve(make_dispatcher(bot.slack, later)))
    assert "data_visualization" in kinds(answer.blocks)
    assert send() == 0


def test_where_slack_has_no_charts_a_picture_follows_and_is_believed_for_a_week(
    bot: Bot, send: Callable[[], int]
) -> None:
    bot.slack.refused_blocks = {"data_visualization"}
    ask(bot)
    send()
    assert kinds(bot.slack.ephemerals("U1")[-1].blocks) == ["image"]
    memory = ChartMemory(bot.store, bot.clock, bot.workspace_id)
    assert memory.takes() is False
    bot.clock.advance(timedelta(days=8))
    assert memory.takes() is None


def test_an_address_that_is_too_old_is_replaced_by_a_direct_message(bot: Bot, send: Callable[[], int]) -> None:
    ask(bot)
    for url in bot.slack.response_urls.values():
        url.at -= 31 * 60
    assert send() == 1
    assert bot.slack.messages("C1") == []
    (message,) = bot.slack.messages(bot.slack.direct_channel("U1").id)
    assert kinds(message.blocks) == ["data_visualization"]


def test_a_chart_that_follows_leaves_no_trace_in_the_journal(bot: Bot, send: Callable[[], int]) -> None:
    ask(bot)
    send()
    with bot.store.reading(bot.workspace_id) as session:
        done = select(JournalEntry.request).where(JournalEntry.workspace_id == bot.workspace_id)
        assert "" not in set(session.scalars(done))
        (row,) = session.scalars(select(Outbox).where(Outbox.workspace_id == bot.workspace_id))
    assert row.state == "sent"


def test_a_report_is_shared_with_its_chart_for_everybody_in_the_channel(bot: Bot, send: Callable[[], int]) -> None:
    ask(bot)
    answer = bot.slack.ephemerals("U1")[-1]
    bot.slack.click(bot.url, answer, "card.share", "U1")
    assert send() == 2
    card, chart = bot.slack.messages("C1")
    assert "Shared by Ada" in str(card.blocks)
    assert "card.share" not in str(card.blocks)
    assert kinds(chart.blocks) == ["data_visualization"]
    assert bot.slack.violations == []


def _late_work(bot: Bot) -> None:
    """Give Ben a task that is overdue by now, so that a report names him with buttons."""
    bot.do(CreateTask("Call Jane", due=Due(at=bot.clock() + timedelta(hours=1))), "U2")
    bot.clock.advance(timedelta(days=2))


def test_a_chart_that_followed_its_card_is_not_drawn_again_where_the_card_changes(
    bot: Bot, send: Callable[[], int], serve: Callable[[Dispatcher], str]
) -> None:
    _late_work(bot)
    card = report_card(bot, bot.url)
    send()
    later = serve(make_dispatcher(bot.slack, CrmService(bot.store, bot.clock, bot.service.policy)))
    for _ in range(2):
        bot.slack.click(later, card, "nudge.send", "U1")
        assert "Nudged Ben" in str(card.blocks[-1])
        assert "data_visualization" not in kinds(card.blocks)
        # He is reminded once a day.
        bot.clock.advance(timedelta(days=1))
    assert [kinds(one.blocks).count("data_visualization") for one in bot.slack.ephemerals("U1")] == [0, 1]
    assert bot.slack.violations == []


def test_a_card_that_holds_its_chart_keeps_it_where_it_changes(
    bot: Bot, send: Callable[[], int], serve: Callable[[Dispatcher], str]
) -> None:
    ask(bot)
    send()
    _late_work(bot)
    later = serve(make_dispatcher(bot.slack, CrmService(bot.store, bot.clock, bot.service.policy)))
    card = report_card(bot, later)
    bot.slack.click(later, card, "nudge.send", "U1")
    assert kinds(card.blocks).count("data_visualization") == 1
    assert "Nudged Ben" in str(card.blocks)


def test_the_chart_of_a_report_that_was_chosen_by_a_press_follows_as_well(bot: Bot, send: Callable[[], int]) -> None:
    for name in ("Jane Doe", "Jane Roe"):
        bot.service.perform(
            bot.service.system(bot.workspace_id), AddUser(f"{name[5:].lower()}@example.com", name, "rep")
        )
    bot.do(CreateDeal("Globex", value=Money(4_000_000, "USD"), owner="roe@example.com"))
    bot.clock.advance(timedelta(minutes=1))
    question = bot.slack.command(bot.url, "/report", "pipeline jane", "U1", channel="C1").message
    assert question is not None
    chosen = '{"do":"report.show","report":"pipeline","owner":"roe@example.com"}'
    bot.slack.click(bot.url, question, chosen, "U1")
    assert send() == 1
    assert kinds(bot.slack.ephemerals("U1")[-1].blocks) == ["data_visualization"]
