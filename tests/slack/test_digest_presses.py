"""What a digest's buttons and menus do: one effect through the one door, and the row says what is true now."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from slack_app import PEOPLE, Bot
from sqlalchemy import select

from crmbot.crm.answers import ActivityView, DealView, Shown
from crmbot.crm.requests import (
    AssignDeal,
    CompleteActivity,
    CreateDeal,
    CreateTask,
    Due,
    LoseDeal,
    SetUserRole,
    ShowActivity,
    ShowDeal,
    WinDeal,
)
from crmbot.domain.money import Money
from crmbot.models import Deal, Outbox
from crmbot.playground import Message
from crmbot.reports.digests import DIGESTS
from crmbot.reports.values import Scope
from crmbot.slack.api import SlackApi
from crmbot.slack.digests import render
from crmbot.slack.gateway import SlackGateway


@pytest.fixture
def deal(bot: Bot) -> str:
    """Ben's deal, 120 days old and past its expected close; everybody has spoken to crmbot before."""
    for user in PEOPLE:
        bot.slack.command(bot.url, "/crm", "today", user)
    close = (bot.clock() + timedelta(days=100)).date()
    number = bot.do(CreateDeal("Acme renewal", value=Money(4_000_000, "USD"), expected_close=close), "U2")
    bot.clock.advance(timedelta(days=120))
    return number


@pytest.fixture
def task(bot: Bot) -> str:
    """Ben's task, five days late."""
    for user in PEOPLE:
        bot.slack.command(bot.url, "/crm", "today", user)
    number = bot.do(CreateTask("Call Jane", Due(at=bot.clock() + timedelta(hours=1))), "U2")
    bot.clock.advance(timedelta(days=5))
    return number


def post(bot: Bot, report: str) -> Message:
    """Post a digest of the store as it is, in the channel."""
    workspace = bot.service.workspace(bot.workspace_id)
    scope = Scope(
        workspace_id=bot.workspace_id,
        zone=ZoneInfo(workspace.timezone),
        currency=workspace.currency,
        viewer_id=None,
        sees_all=True,
        owner_id=None,
        now=bot.clock(),
    )
    with bot.store.reading(bot.workspace_id) as session:
        digest: Any = DIGESTS[report](session, scope)
    SlackGateway(lambda: SlackApi(bot.slack.bot_token, bot.slack.api_url)).post("C1", render(digest))
    return bot.slack.messages("C1")[-1]


def press(bot: Bot, message: Message, action: str, user: str = "U1", value: Any = None) -> None:
    bot.slack.click(bot.url, message, action, user, value)


def deal_of(bot: Bot, reference: str) -> DealView:
    shown = bot.service.perform(bot.actor(), ShowDeal(reference))
    assert isinstance(shown, Shown)
    assert isinstance(shown.record, DealView)
    return shown.record


def task_of(bot: Bot, reference: str) -> ActivityView:
    shown = bot.service.perform(bot.actor(), ShowActivity(reference))
    assert isinstance(shown, Shown)
    assert isinstance(shown.record, ActivityView)
    return shown.record


def waiting(bot: Bot) -> list[Outbox]:
    with bot.store.reading(bot.workspace_id) as session:
        return list(session.scalars(select(Outbox).where(Outbox.workspace_id == bot.workspace_id)))


def words(message: Message) -> str:
    return str(message.blocks)


def test_a_late_task_is_done_in_its_row_and_undone_there(bot: Bot, task: str) -> None:
    message = post(bot, "overdue")
    before = len(message.blocks)
    press(bot, message, "digest.done")
    assert task_of(bot, task).completed_at == bot.clock()
    assert "Completed A-1 Call Jane. — Ada" in words(message)
    assert "digest.done" not in words(message)
    press(bot, message, "digest.undo")
    assert task_of(bot, task).completed_at is None
    assert "digest.done" in words(message)
    assert len(message.blocks) == before
    assert bot.slack.violations == []


@pytest.mark.parametrize(("action", "days"), [("digest.snooze", 1), ("digest.snooze_week", 5)])
def test_a_late_task_is_put_off_to_tomorrow_or_to_next_week(bot: Bot, task: str, action: str, days: int) -> None:
    # The clock stands on Monday, 10 March 2031.
    message = post(bot, "overdue")
    press(bot, message, action)
    due = task_of(bot, task).due_at
    assert due is not None
    expected = bot.clock().date() + timedelta(days=1 if days == 1 else 7)
    assert due.date() == expected
    assert "digest.done" in words(message)
    assert bot.slack.violations == []


def test_a_task_is_given_to_somebody_else(bot: Bot, task: str) -> None:
    message = post(bot, "overdue")
    press(bot, message, "digest.assign", "U1", "U1")
    owner = task_of(bot, task).owner
    assert owner is not None
    assert owner.name == "Ada"
    assert "belongs to Ada now. — Ada" in words(message)
    press(bot, message, "digest.undo")
    owner = task_of(bot, task).owner
    assert owner is not None
    assert owner.name == "Ben"


def test_an_owner_is_nudged_about_all_that_is_late_once_a_day_and_told_by_whom(bot: Bot, task: str) -> None:
    message = post(bot, "overdue")
    press(bot, message, "digest.nudge")
    (nudge,) = waiting(bot)
    assert (nudge.kind, nudge.payload["by"]) == ("notice.nudge", "Ada")
    assert [item["reference"] for item in nudge.payload["items"]] == [task]
    assert "*Ben*  1 activity\\n✅ Nudged Ben about 1 overdue activity. — Ada" in words(message)
    again = post(bot, "overdue")
    press(bot, again, "digest.nudge")
    assert len(waiting(bot)) == 1
    assert "You nudged Ben about 1 overdue activity today already." in bot.slack.ephemerals("U1")[-1].text
    bot.clock.advance(timedelta(days=1))
    press(bot, again, "digest.nudge")
    assert len(waiting(bot)) == 2
    assert bot.slack.violations == []


@pytest.mark.usefixtures("task")
def test_nobody_nudges_themselves(bot: Bot) -> None:
    message = post(bot, "overdue")
    press(bot, message, "digest.nudge", "U2")
    assert waiting(bot) == []
    assert "your own" in bot.slack.ephemerals("U2")[-1].text


def test_the_owner_of_an_old_deal_is_nudged(bot: Bot, deal: str) -> None:
    message = post(bot, "aging")
    press(bot, message, "digest.nudge")
    (nudge,) = waiting(bot)
    assert nudge.payload["about"] == f"about {deal} Acme renewal"
    assert f"Nudged Ben about {deal} Acme renewal. — Ada" in words(message)
    assert "digest.lose" in words(message)


def test_an_old_deal_is_closed_as_lost_with_its_reason_and_opened_again(bot: Bot, deal: str) -> None:
    message = post(bot, "aging")
    press(bot, message, "digest.lose", "U1", "Timing")
    lost = deal_of(bot, deal)
    assert (lost.outcome, lost.lost_reason) == ("lost", "Timing")
    assert "digest.lose" not in words(message)
    press(bot, message, "digest.undo")
    assert deal_of(bot, deal).outcome == "open"
    assert "digest.lose" in words(message)
    assert bot.slack.violations == []


def test_another_reason_is_asked_for(bot: Bot, deal: str) -> None:
    message = post(bot, "aging")
    press(bot, message, "digest.lose", "U1", "Another reason …")
    assert deal_of(bot, deal).outcome == "open"
    assert "Why was" in bot.slack.ephemerals("U1")[-1].text
    assert bot.slack.violations == []


def test_an_old_deal_gets_another_owner_and_a_date(bot: Bot, deal: str) -> None:
    message = post(bot, "aging")
    press(bot, message, "digest.assign", "U1", "U1")
    press(bot, message, "digest.close_on", "U1", "2031-09-30")
    shown = deal_of(bot, deal)
    assert shown.owner is not None
    assert (shown.owner.name, shown.expected_close) == ("Ada", date(2031, 9, 30))
    assert "expected close Tue 30 Sep 2031. — Ada" in words(message)
    assert bot.slack.violations == []


@pytest.mark.parametrize(("choice", "percent"), [("0 %", 0), ("90 %", 90), ("As its stage says", 10)])
def test_a_late_deal_gets_a_probability_in_the_forecast(bot: Bot, deal: str, choice: str, percent: int) -> None:
    message = post(bot, "forecast")
    press(bot, message, "digest.probability", "U1", "50 %")
    press(bot, message, "digest.probability", "U1", choice)
    assert deal_of(bot, deal).probability == percent
    assert f"probability {percent} %. — Ada" in words(message)
    assert bot.slack.violations == []


def test_the_second_of_two_same_presses_takes_nothing_back_from_the_first(bot: Bot, deal: str) -> None:
    message = post(bot, "forecast")
    press(bot, message, "digest.probability", "U1", "50 %")
    before = words(message)
    press(bot, message, "digest.probability", "U1", "50 %")
    assert (words(message), "digest.undo" in before) == (before, True)
    assert f"Nothing to change on {deal}" in bot.slack.ephemerals("U1")[-1].text
    press(bot, message, "digest.nudge")
    press(bot, message, "digest.nudge")
    assert "— Ada" in words(message)
    assert len(waiting(bot)) == 1


def test_a_late_deal_gets_a_new_date_in_the_forecast(bot: Bot, deal: str) -> None:
    message = post(bot, "forecast")
    press(bot, message, "digest.close_on", "U1", "2031-08-15")
    assert deal_of(bot, deal).expected_close == date(2031, 8, 15)
    assert "'initial_date': '2031-08-15'" in words(message)


def test_a_rep_may_not_change_what_belongs_to_somebody_else(bot: Bot, deal: str) -> None:
    bot.do(AssignDeal(deal, "ada@example.com"))
    message = post(bot, "aging")
    before = words(message)
    press(bot, message, "digest.lose", "U2", "Timing")
    assert deal_of(bot, deal).outcome == "open"
    assert "belongs to Ada" in bot.slack.ephemerals("U2")[-1].text
    assert words(message) == before


@pytest.mark.usefixtures("deal")
def test_a_viewer_presses_in_vain(bot: Bot) -> None:
    bot.service.perform(bot.service.system(bot.workspace_id), SetUserRole("ben@example.com", "viewer"))
    message = post(bot, "aging")
    press(bot, message, "digest.nudge", "U2")
    press(bot, message, "digest.assign", "U2", "U2")
    assert waiting(bot) == []
    assert "may not" in bot.slack.ephemerals("U2")[-1].text


@pytest.mark.usefixtures("task")
def test_the_second_of_two_presses_is_told_and_sees_what_is_true(bot: Bot) -> None:
    first, second = post(bot, "overdue"), post(bot, "overdue")
    press(bot, first, "digest.done")
    press(bot, second, "digest.done", "U2")
    assert "done already" in bot.slack.ephemerals("U2")[-1].text
    assert "digest.done" not in words(second)
    assert bot.slack.violations == []


@pytest.mark.usefixtures("deal")
def test_a_captured_press_sent_again_has_one_effect(bot: Bot) -> None:
    message = post(bot, "aging")
    answer = bot.slack.click(bot.url, message, "digest.nudge", "U1")
    for _ in range(3):
        bot.slack.replay(answer)
    assert len(waiting(bot)) == 1


@pytest.mark.parametrize(("closing", "word"), [(WinDeal, "won"), (LoseDeal, "lost")])
def test_the_buttons_of_a_digest_90_days_old_say_what_became_of_the_deal(
    bot: Bot, deal: str, closing: Any, word: str
) -> None:
    message = post(bot, "aging")
    bot.do(closing(deal) if closing is WinDeal else closing(deal, "Timing"))
    bot.clock.advance(timedelta(days=90))
    press(bot, message, "digest.lose", "U1", "Timing")
    assert f"is {word} already by you" in bot.slack.ephemerals("U1")[-1].text
    assert "digest.lose" not in words(message)
    assert bot.slack.violations == []


def test_of_a_deal_that_is_gone_the_row_keeps_its_words_and_loses_its_buttons(bot: Bot, deal: str) -> None:
    message = post(bot, "aging")
    with bot.store.writing(bot.workspace_id) as session:
        row = session.scalars(select(Deal).where(Deal.workspace_id == bot.workspace_id)).one()
        row.number = 999
    press(bot, message, "digest.close_on", "U1", "2031-09-30")
    assert f"There is no deal {deal}" in bot.slack.ephemerals("U1")[-1].text
    assert "Acme renewal" in words(message)
    assert "digest.close_on" not in words(message)
    assert bot.slack.violations == []


@pytest.mark.usefixtures("deal")
def test_somebody_whom_crmbot_does_not_know_can_own_nothing(bot: Bot) -> None:
    bot.slack.add_user("U9", "eve", "eve@example.com")
    message = post(bot, "aging")
    press(bot, message, "digest.assign", "U1", "U9")
    assert "no user of crmbot" in bot.slack.ephemerals("U1")[-1].text


def test_rows_keep_what_was_done_in_them(bot: Bot, task: str) -> None:
    other = bot.do(CreateTask("Send contract", Due(at=bot.clock() - timedelta(days=2))), "U2")
    bot.clock.advance(timedelta(minutes=1))
    message = post(bot, "overdue")
    for reference in (task, other):
        bot.slack.click(bot.url, message, "digest.done", "U1", block_id=f"row.overdue.{reference}.do")
    assert words(message).count("— Ada") == 2
    assert bot.slack.violations == []


def test_a_deal_done_meanwhile_is_nobodys_reason_to_be_nudged(bot: Bot, task: str) -> None:
    message = post(bot, "overdue")
    bot.do(CompleteActivity(task))
    press(bot, message, "digest.nudge")
    assert waiting(bot) == []
    assert "Nothing is overdue for Ben any more" in bot.slack.ephemerals("U1")[-1].text
