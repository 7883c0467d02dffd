import json
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from concurrency import outcomes_of
from slack_app import PEOPLE, Bot, make_dispatcher
from sqlalchemy import select

from crmbot.crm.answers import ActivityView, DealView, Listing, Shown
from crmbot.crm.requests import CreateDeal, CreateTask, Due, ListActivities, LoseDeal, ShowDeal, WinDeal
from crmbot.models import JournalEntry
from crmbot.playground import Message, ServerError
from crmbot.slack.api import SlackApi
from crmbot.slack.blocks.messages import answer_message
from crmbot.slack.gateway import SlackGateway
from crmbot.slack.http import Dispatcher
from crmbot.slack.press import Press
from crmbot.slack.reader import Reader


def card(bot: Bot, text: str, user: str = "U1", command: str = "/deal") -> Message:
    """Type a command and return the card it leaves."""
    answer = bot.slack.command(bot.url, command, text, user)
    assert answer.message is not None
    return answer.message


def outcome(bot: Bot, number: str = "D-1") -> str:
    answer = bot.service.perform(bot.actor(), ShowDeal(number))
    assert isinstance(answer, Shown)
    assert isinstance(answer.record, DealView)
    return answer.record.outcome


def shown(message: Message) -> str:
    return json.dumps(message.blocks, ensure_ascii=False)


def test_a_press_does_its_request_and_the_card_rewrites_itself(bot: Bot) -> None:
    message = card(bot, "new Acme $1k")
    bot.slack.click(bot.url, message, "deal.move", "U1", "Negotiation")
    assert "Negotiation" in shown(message)
    bot.slack.click(bot.url, message, "deal.won", "U1")
    assert outcome(bot) == "won"
    assert "🏆" in shown(message)
    bot.slack.click(bot.url, message, "crm.undo", "U1")
    assert outcome(bot) == "open"
    assert bot.slack.violations == []


def test_lost_asks_for_the_reason_with_buttons(bot: Bot) -> None:
    message = card(bot, "new Acme $1k")
    bot.slack.click(bot.url, message, "deal.lost", "U1")
    assert outcome(bot) == "open"
    bot.slack.click(bot.url, message, "Competitor", "U1")
    assert outcome(bot) == "lost"
    assert "Competitor" in shown(message)


def test_a_press_delivered_twice_has_one_effect(bot: Bot) -> None:
    message = card(bot, "new Acme $1k")
    click = bot.slack.click(bot.url, message, "deal.won", "U1")
    bot.slack.replay(click)
    assert outcome(bot) == "won"
    assert "Already done" in shown(message)


def test_two_people_close_at_once_and_one_wins(bot: Bot) -> None:
    for user in ("U1", "U2"):
        bot.slack.command(bot.url, "/crm", "today", user)
    bot.do(CreateDeal("Acme"), "U2")
    cards = {user: card(bot, "show D-1", user) for user in ("U1", "U2")}
    presses = [
        threading.Thread(target=bot.slack.click, args=(bot.url, cards["U1"], "deal.won", "U1")),
        threading.Thread(target=bot.slack.click, args=(bot.url, cards["U2"], "deal.won", "U2")),
    ]
    for press in presses:
        press.start()
    for press in presses:
        press.join()
    texts = [message.text for user in cards for message in bot.slack.ephemerals(user)]
    assert outcome(bot) == "won"
    assert sum(text.startswith("Won") or "is won" in text for text in texts) >= 1
    assert any("already" in text.lower() for text in texts)
    assert bot.slack.violations == []


def test_won_pressed_by_fifty_at_once_is_one_transition_and_everybody_else_is_told_who_did_it(
    bot: Bot, serve: Callable[[Dispatcher], str]
) -> None:
    url = serve(make_dispatcher(bot.slack, bot.service, ack_seconds=60))
    for user in ("U1", "U2"):
        bot.slack.command(url, "/crm", "today", user)
    bot.do(CreateDeal("Acme"), "U2")
    bot.clock.advance(timedelta(seconds=1))
    cards = [card(bot, "show D-1", ("U1", "U2")[index % 2]) for index in range(50)]
    before = {user: len(bot.slack.ephemerals(user)) for user in ("U1", "U2")}
    answers = outcomes_of(
        50, lambda index: bot.slack.click(url, cards[index], "deal.won", ("U1", "U2")[index % 2]).status
    )
    assert answers == [200] * 50
    told = {user: [one.text for one in bot.slack.ephemerals(user)[before[user] :]] for user in before}
    notices = [text for texts in told.values() for text in texts if "is won already by" in text]
    won = [one for one in cards if "Won D-1" in one.text]
    assert (len(won), len(notices)) == (1, 49)
    winner = won[0].ephemeral_to
    assert all("by you" in text for text in told[str(winner)])
    ((loser, theirs),) = [(user, texts) for user, texts in told.items() if user != winner]
    assert all(f"by {PEOPLE[str(winner)][0]}" in text for text in theirs), loser
    assert all("🏆" in shown(one) for one in cards)
    with bot.store.reading(bot.workspace_id) as session:
        entries = select(JournalEntry).where(
            JournalEntry.workspace_id == bot.workspace_id, JournalEntry.request == "deal.won"
        )
        assert len(session.scalars(entries).all()) == 1


def test_an_overtaken_card_is_explained_and_brought_up_to_date(bot: Bot) -> None:
    message = card(bot, "new Acme $1k")
    bot.do(WinDeal("D-1"))
    bot.slack.click(bot.url, message, "deal.won", "U1")
    assert "Reopen" in shown(message)
    assert len(bot.slack.ephemerals("U1")) == 2


@pytest.mark.parametrize(
    "value",
    [
        "",
        "nonsense",
        "[]",
        "{}",
        "null",
        '{"do":"deal.fly","deal":"D-1"}',
        '{"do":"deal.won"}',
        '{"do":"deal.won","deal":"D-1","colour":"red"}',
        '{"do":"deal.won","deal":"D-404"}',
        '{"do":"deal.move","deal":"D-1","stage":"removed_stage"}',
        '{"do":"task.done","activity":"A-404"}',
        '{"do":"crm.undo","entry":"00000000000000000000000000"}',
        '{"do":"deal.won","deal":17}',
        '{"do":"deal.won","deal":{"money":["x","y"]}}',
    ],
)
def test_a_stale_or_broken_button_is_explained_to_who_pressed_it(bot: Bot, value: str) -> None:
    message = card(bot, "new Acme $1k")
    message.blocks[-1]["elements"][1]["value"] = value
    click = bot.slack.click(bot.url, message, "deal.won", "U1")
    assert click.status == 200
    assert len(bot.slack.ephemerals("U1")) == 2
    assert outcome(bot) == "open"
    assert bot.slack.violations == []


def test_a_viewer_or_another_rep_presses_in_vain(bot: Bot) -> None:
    bot.do(CreateDeal("Acme"), "U1")
    assert "deal.won" not in shown(card(bot, "show D-1", "U2"))
    bot.slack.click(bot.url, _posted(bot, "D-1"), "deal.won", "U2")
    assert outcome(bot) == "open"
    assert "belongs to Ada" in bot.slack.ephemerals("U2")[-1].text


def test_somebody_of_another_team_presses_in_vain(bot: Bot) -> None:
    bot.do(CreateDeal("Acme"))
    bot.slack.add_user("U7", "mallory", "ada@example.com", team_id="T9999")
    message = _posted(bot, "D-1")
    bot.slack.click(bot.url, message, "deal.won", "U7")
    assert outcome(bot) == "open"
    assert "members of this workspace only" in bot.slack.ephemerals("U7")[-1].text


def _posted(bot: Bot, number: str) -> Message:
    """Post a deal's card to the channel, as a share does."""
    answer = bot.service.perform(bot.actor(), ShowDeal(number))
    gateway = SlackGateway(lambda: SlackApi(bot.slack.bot_token, bot.slack.api_url))
    gateway.post("C1", answer_message(answer, Reader(bot.actor().zone, bot.clock(), shared=True)))
    return bot.slack.messages("C1")[-1]


def test_share_shows_the_card_to_the_channel_once(bot: Bot) -> None:
    bot.slack.add_channel("C2", "elsewhere", is_member=False)
    bot.do(CreateDeal("Acme"))
    answer = bot.slack.command(bot.url, "/deal", "show D-1", "U1", channel="C2")
    assert answer.message is not None
    assert bot.slack.messages("C2") == []
    for _ in range(2):
        bot.slack.click(bot.url, answer.message, "card.share", "U1")
    posted = bot.slack.messages("C2")
    assert len(posted) == 1
    assert "Shared by Ada" in shown(posted[0])
    assert "card.share" not in shown(posted[0])
    bot.slack.click(bot.url, posted[0], "deal.won", "U1")
    assert "🏆" in shown(posted[0])
    assert bot.slack.violations == []


def test_my_day_stays_a_list_when_something_is_done(bot: Bot) -> None:
    for name in ("Call Jane", "Call Bob"):
        bot.do(CreateTask(name, Due(at=bot.clock())))
    message = card(bot, "today", command="/crm")
    bot.slack.click(bot.url, message, "task.done", "U1", done_value(message, 0))
    text = shown(message)
    assert "Undo" in text
    assert text.count('"task.done"') == 1
    bot.slack.click(bot.url, message, "crm.undo", "U1")
    assert shown(message).count('"task.done"') == 2


def done_value(message: Message, place: int) -> str:
    buttons = [element for block in message.blocks for element in block.get("elements", [])]
    return str([one["value"] for one in buttons if one.get("action_id") == "task.done"][place])


def test_next_week_means_the_monday_after_the_press(bot: Bot) -> None:
    bot.do(CreateTask("Call Jane", Due(at=bot.clock())))
    message = card(bot, "today", command="/crm")
    bot.slack.click(bot.url, message, "task.snooze_week", "U1")
    listing = bot.service.perform(bot.actor(), ListActivities())
    assert isinstance(listing, Listing)
    (task,) = listing.records
    assert isinstance(task, ActivityView)
    assert task.due_at is not None
    assert task.due_at.isoformat() == "2031-03-10T09:30:00+00:00"


def test_an_answer_that_slack_does_not_take_comes_another_way(bot: Bot) -> None:
    message = card(bot, "new Acme $1k")
    bot.slack.script("response_url", [ServerError(500)])
    click = bot.slack.click(bot.url, message, "deal.won", "U1")
    assert click.status == 200
    assert "Won" in bot.slack.ephemerals("U1")[-1].text


def test_without_any_way_back_slack_is_told_that_it_failed(bot: Bot) -> None:
    message = card(bot, "new Acme $1k")
    bot.slack.script("response_url", [ServerError(500)])
    bot.slack.script("chat.postEphemeral", [ServerError(500)])
    assert bot.slack.click(bot.url, message, "deal.won", "U1").status == 503
    assert outcome(bot) == "won"


def test_what_a_button_carries_comes_back_as_it_was() -> None:
    press = Press(LoseDeal("D-1", "Price"), then=ShowDeal("D-1"), row=True)
    assert Press.read(press.value) == press
