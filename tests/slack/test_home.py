import json
from datetime import timedelta
from typing import Any

from slack_app import Bot, send_waiting
from sqlalchemy import func, select

from crmbot.crm.answers import DealView, Shown
from crmbot.crm.requests import AssignDeal, CreateDeal, CreateTask, Due, OpenHome, ShowDeal, SnoozeActivity, WinDeal
from crmbot.domain.money import Money
from crmbot.models import HomeTab, Outbox, User
from crmbot.playground import ServerError, View


def open_home(bot: Bot, user: str = "U1") -> View:
    assert bot.slack.open_home(bot.url, user).status == 200
    send_waiting(bot)
    view = bot.slack.home(user)
    assert view is not None
    return view


def shown(view: View) -> str:
    return json.dumps(view.body["blocks"], ensure_ascii=False)


def queued(bot: Bot) -> int:
    with bot.store.reading(bot.workspace_id) as session:
        return (
            session.scalar(
                select(func.count())
                .select_from(Outbox)
                .where(Outbox.workspace_id == bot.workspace_id, Outbox.state == "queued")
            )
            or 0
        )


def task_due(bot: Bot, text: str, hours: int, user: str = "U1") -> str:
    return bot.do(CreateTask(text, Due(at=bot.clock() + timedelta(hours=hours))), user)


def test_my_day_and_my_pipeline_stand_on_my_home_tab(bot: Bot) -> None:
    task_due(bot, "Call Jane", -26)
    task_due(bot, "Send the offer", 2)
    task_due(bot, "Not mine", -2, "U2")
    bot.do(CreateDeal("Acme", Money(4_000_000, "USD"), stage="negotiation"))
    bot.do(CreateDeal("Not mine either", Money(100, "USD")), "U2")
    text = shown(open_home(bot))
    for word in (
        "Overdue",
        "Call Jane",
        "Today",
        "Send the offer",
        "My pipeline",
        "Negotiation",
        "$40,000",
        "$30,000",
    ):
        assert word in text, word
    assert "Not mine" not in text
    assert bot.slack.violations == []


def test_a_press_on_the_home_tab_does_it_and_the_tab_says_so_with_undo(bot: Bot) -> None:
    task_due(bot, "Call Jane", -26)
    bot.clock.advance(timedelta(minutes=1))
    view = open_home(bot)
    bot.slack.click(bot.url, view, "task.done", "U1")
    send_waiting(bot)
    text = shown(view)
    assert "Overdue" not in text
    assert "Undo" in text
    bot.slack.click(bot.url, view, "crm.undo", "U1")
    send_waiting(bot)
    assert "Overdue" in shown(view)
    assert bot.slack.violations == []


def test_whatever_way_a_record_changes_its_owners_tab_follows(bot: Bot) -> None:
    bot.do(CreateDeal("Acme", Money(4_000_000, "USD")), "U2")
    view = open_home(bot, "U2")
    bot.do(WinDeal("D-1"), "U1")
    send_waiting(bot)
    assert "You have no open deals." in shown(view)
    bot.do(CreateDeal("Globex"), "U1")
    bot.do(AssignDeal("D-2", "ben@example.com"), "U1")
    send_waiting(bot)
    assert "Globex" in shown(view)
    bot.do(AssignDeal("D-2", "ada@example.com"), "U1")
    send_waiting(bot)
    assert "Globex" not in shown(view)


def test_many_changes_at_once_are_one_message_a_person(bot: Bot) -> None:
    open_home(bot, "U1")
    before = len(bot.slack.calls_to("views.publish"))
    for number in range(20):
        task_due(bot, f"Task {number}", -1)
    assert queued(bot) == 1
    send_waiting(bot)
    assert len(bot.slack.calls_to("views.publish")) == before + 1
    task_due(bot, "One more", -1)
    send_waiting(bot)
    assert "21 activities overdue" in shown(open_home(bot))
    with bot.store.reading(bot.workspace_id) as session:
        rows = session.scalars(
            select(Outbox.key).where(Outbox.workspace_id == bot.workspace_id, Outbox.kind == "notice.home")
        ).all()
    assert len(rows) == 1


def test_a_change_while_a_tab_is_being_sent_is_not_lost(bot: Bot) -> None:
    open_home(bot)
    task_due(bot, "First", -1)
    with bot.store.writing(bot.workspace_id) as session:
        row = session.scalars(
            select(Outbox).where(Outbox.workspace_id == bot.workspace_id, Outbox.kind == "notice.home")
        ).one()
        row.state, row.lease_until = "sending", bot.clock() + timedelta(seconds=60)
    task_due(bot, "Second", -1)
    task_due(bot, "Third", -1)
    assert queued(bot) == 1


def test_nobody_who_never_opened_it_gets_a_home_tab(bot: Bot) -> None:
    task_due(bot, "Call Jane", -1)
    assert queued(bot) == 0


def test_a_tab_that_slack_does_not_take_at_first_comes_later(bot: Bot) -> None:
    bot.slack.script("views.publish", [ServerError(503)])
    bot.slack.open_home(bot.url, "U1")
    assert send_waiting(bot) == 0
    bot.clock.advance(timedelta(minutes=1))
    assert send_waiting(bot) == 1
    assert bot.slack.home("U1") is not None


def test_an_opening_delivered_again_changes_nothing(bot: Bot) -> None:
    first = bot.slack.open_home(bot.url, "U1")
    for number in (1, 2, 3):
        assert bot.slack.redeliver(first, number).status == 200
    with bot.store.reading(bot.workspace_id) as session:
        assert (
            session.scalar(select(func.count()).select_from(HomeTab).where(HomeTab.workspace_id == bot.workspace_id))
            == 1
        )
    assert queued(bot) == 1


def test_a_refusal_on_the_home_tab_opens_a_window(bot: Bot) -> None:
    task_due(bot, "Call Jane", -26)
    view = open_home(bot)
    for block in view.body["blocks"]:
        for element in block.get("elements", []):
            if element.get("action_id") == "task.done":
                element["value"] = element["value"].replace("A-1", "A-404")
    bot.slack.click(bot.url, view, "task.done", "U1")
    (window,) = bot.slack.open_views("U1")
    assert "There is no activity A-404" in json.dumps(window.body)
    assert bot.slack.violations == []


def buttons(view: View) -> dict[str, Any]:
    return {
        str(element["text"]["text"]): element
        for block in view.body["blocks"]
        for element in [block.get("accessory"), *block.get("elements", [])]
        if element and element["type"] == "button"
    }


def test_a_record_opens_in_a_window_whose_buttons_act_there(bot: Bot) -> None:
    bot.do(CreateDeal("Acme", Money(4_000_000, "USD")))
    view = open_home(bot)
    bot.slack.click(bot.url, view, "Open D-1", "U1")
    (window,) = bot.slack.open_views("U1")
    assert window.body["title"]["text"] == "Deal D-1"
    assert "Share" not in buttons(window)
    bot.slack.click(bot.url, window, "deal.lost", "U1")
    assert "Competitor" in buttons(window)
    bot.slack.click(bot.url, window, "Competitor", "U1")
    answer = bot.service.perform(bot.actor(), ShowDeal("D-1"))
    assert isinstance(answer, Shown)
    assert isinstance(answer.record, DealView)
    assert answer.record.outcome == "lost"
    assert "🪦" in json.dumps(window.body, ensure_ascii=False)
    assert bot.slack.violations == []


def test_new_things_begin_on_the_home_tab(bot: Bot) -> None:
    view = open_home(bot)
    bot.slack.click(bot.url, view, "New deal", "U1")
    (window,) = bot.slack.open_views("U1")
    bot.slack.submit_view(bot.url, window, {"title": "Acme", "value": "$5k"})
    send_waiting(bot)
    assert "Acme" in shown(view)
    assert bot.slack.violations == []


def test_a_long_day_fits_and_says_how_much_more_there_is(bot: Bot) -> None:
    for number in range(30):
        task_due(bot, f"{'x' * 300} {number}", -number - 1)
        bot.do(CreateDeal(f"{'y' * 280} {number}", Money(10**11, "USD")))
    view = open_home(bot)
    assert "… and 20 more" in shown(view)
    assert bot.slack.violations == []


def test_a_person_who_left_gets_no_tab(bot: Bot) -> None:
    bot.slack.command(bot.url, "/crm", "today", "U2")
    bot.service.perform(bot.actor("U2"), OpenHome())
    with bot.store.writing(bot.workspace_id) as session:
        for user in session.scalars(
            select(User).where(User.workspace_id == bot.workspace_id, User.email == "ben@example.com")
        ):
            user.active = False
    assert send_waiting(bot) == 0
    assert bot.slack.home("U2") is None


def test_a_snooze_by_somebody_else_shows_on_the_owners_tab(bot: Bot) -> None:
    number = task_due(bot, "Call Jane", -26, "U2")
    view = open_home(bot, "U2")
    assert "Overdue" in shown(view)
    bot.do(SnoozeActivity(number, Due(at=bot.clock() + timedelta(days=3))), "U1")
    send_waiting(bot)
    assert "Overdue" not in shown(view)
