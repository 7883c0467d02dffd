import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from slack_app import Bot, make_digests, send_waiting

from crmbot.crm.answers import DealView, Shown
from crmbot.crm.requests import AddDigest, CreateDeal, CreateLead, CreateProposal, KeepCard, SendDigest, ShowDeal
from crmbot.domain.line_items import LineItem
from crmbot.domain.money import Money
from crmbot.playground import Message, RateLimited, ServerError


def shared(bot: Bot, number: str = "D-1", user: str = "U1", channel: str = "C1") -> Message:
    """Share a record's card with a channel and return the post."""
    command = {"D": "/deal", "L": "/lead", "P": "/crm proposal"}[number[0]]
    command, _, noun = command.partition(" ")
    answer = bot.slack.command(bot.url, command, f"{noun} show {number}".strip(), user, channel=channel)
    assert answer.message is not None
    bot.slack.click(bot.url, answer.message, "card.share", user)
    return bot.slack.messages(channel)[-1]


def say(bot: Bot, text: str, thread: str, user: str = "U1") -> str:
    """Write a line in a thread and return the answer: its words and its blocks."""
    bot.slack.say(bot.url, text, user, "C1", thread=thread, mention=not text.startswith("!crm"))
    answer = bot.slack.ephemerals(user)[-1]
    assert answer.thread_ts == thread
    return f"{answer.text} {json.dumps(answer.blocks, ensure_ascii=False)}"


@pytest.fixture(autouse=True)
def later(bot: Bot) -> None:
    """Deals stand since yesterday, so that what happens now is a version of its own."""
    bot.clock.advance(timedelta(days=-1))
    for title in ("Acme", "Globex"):
        bot.do(CreateDeal(title))
    bot.clock.advance(timedelta(days=1))


def shown(bot: Bot, number: str = "D-1") -> Shown:
    answer = bot.service.perform(bot.actor(), ShowDeal(number))
    assert isinstance(answer, Shown)
    return answer


@pytest.mark.parametrize(
    ("line", "logged"),
    [
        ('log call "wants 40 seats" 25m', "Call: wants 40 seats, 25 min"),
        ("!crm log call wants 40 seats", "Call: wants 40 seats"),
        ("log note they said yes", "they said yes"),
        ("task call Jane tomorrow 3pm", "Task: call Jane (to do)"),
        ("deal move negotiation", "Moved to Negotiation"),
        ("deal lost price", "Moved to Lost: Price"),
    ],
)
def test_a_line_below_a_shared_card_is_about_its_deal(bot: Bot, line: str, logged: str) -> None:
    post = shared(bot)
    say(bot, line, post.ts)
    assert logged in [entry.text for entry in shown(bot).timeline]
    assert bot.slack.violations == []


def test_a_record_that_is_named_wins_over_the_thread(bot: Bot) -> None:
    post = shared(bot)
    for line in ("deal move globex negotiation", 'log call D-2 "hello"', "task send it re:globex", "deal won D-2"):
        say(bot, line, post.ts)
    assert len(shown(bot).timeline) == 1
    assert len(shown(bot, "D-2").timeline) == 4


def test_a_number_that_is_wrong_is_not_taken_for_words(bot: Bot) -> None:
    assert "D-404" in say(bot, 'log call D-404 "hello"', shared(bot).ts)
    assert len(shown(bot).timeline) == 1


def test_a_name_that_several_bear_still_asks(bot: Bot) -> None:
    bot.do(CreateDeal("Globex two"))
    bot.do(CreateDeal("Globex three"))
    assert "could be 2 records" in say(bot, 'log call "globex t" "hello"', shared(bot).ts)


def test_a_thread_below_a_lead_is_about_the_lead_and_no_deal(bot: Bot) -> None:
    bot.do(CreateLead("Jane"))
    post = shared(bot, "L-1")
    assert "L-1" in say(bot, "lead contacted", post.ts)
    assert "Which deal?" in say(bot, "deal won", post.ts)


def test_a_thread_below_an_offer_is_about_the_offer_and_its_deal(bot: Bot) -> None:
    bot.do(CreateProposal("D-1", (LineItem("Seat", Money(10_000, "USD"), Decimal(4)),), title="Offer of May"))
    post = shared(bot, "P-1")
    assert "Offer of May" in say(bot, "!crm proposal show", post.ts)
    assert "Changed" in say(bot, "!crm proposal set valid:+40d", post.ts)
    say(bot, "!crm log note they like it", post.ts)
    assert "they like it" in [entry.text for entry in shown(bot).timeline]
    assert bot.slack.violations == []


def test_a_thread_below_a_message_with_several_records_asks_which(bot: Bot) -> None:
    bot.slack.say(bot.url, "our digest", "U1", "C1")
    ts = bot.slack.messages("C1")[0].ts
    bot.do(KeepCard("C1", ts, ("D-1", "D-2")))
    asked = say(bot, 'log call "wants 40 seats"', ts)
    assert "Acme" in asked
    assert "Globex" in asked
    question = bot.slack.ephemerals("U1")[-1]
    bot.slack.click(bot.url, question, "record.choose", "U1", value_of(question, "D-2"))
    assert "Call: wants 40 seats" in [entry.text for entry in shown(bot, "D-2").timeline]
    assert "means" not in json.dumps(question.blocks, ensure_ascii=False)


def value_of(message: Message, number: str) -> Any:
    return next(
        block["accessory"]["value"] for block in message.blocks if number in json.dumps(block.get("accessory", {}))
    )


def test_an_example_in_a_thread_is_a_line_that_works_there(bot: Bot) -> None:
    told = say(bot, "deal move D-1 nowhere", shared(bot).ts)
    assert "`!crm deal move" in told
    assert "`/deal" not in told


def test_a_thread_below_any_other_message_means_nothing(bot: Bot) -> None:
    bot.slack.say(bot.url, "Acme D-1 looks good", "U1", "C1")
    ts = bot.slack.messages("C1")[0].ts
    assert "Which deal?" in say(bot, "deal won", ts)


def test_the_same_ts_in_another_channel_is_another_message(bot: Bot) -> None:
    bot.slack.add_channel("C2", "other")
    post = shared(bot, channel="C2")
    assert "Which deal?" in say(bot, "deal won", post.ts)


def test_a_share_that_slack_asks_to_wait_with_goes_the_other_way(bot: Bot) -> None:
    bot.slack.script("chat.postMessage", [RateLimited(30)])
    assert "Shared by Ada" in json.dumps(shared(bot).blocks)


def test_a_share_whose_answer_was_lost_is_not_posted_again(bot: Bot) -> None:
    answer = bot.slack.command(bot.url, "/deal", "show D-1", "U1", channel="C1")
    assert answer.message is not None
    bot.slack.script("chat.postMessage", [ServerError(500)])
    bot.slack.click(bot.url, answer.message, "card.share", "U1")
    assert bot.slack.messages("C1") == []
    assert "did not say" in bot.slack.ephemerals("U1")[-1].text


def test_a_press_on_a_shared_card_acts_for_everybody(bot: Bot) -> None:
    post = shared(bot)
    bot.slack.click(bot.url, post, "deal.won", "U1")
    record = shown(bot).record
    assert isinstance(record, DealView)
    assert record.outcome == "won"
    assert "🏆" in json.dumps(post.blocks, ensure_ascii=False)


def test_a_thread_below_a_digest_asks_which_of_its_deals_is_meant(bot: Bot) -> None:
    bot.do(AddDigest("Monday", "aging", channel="C1"))
    bot.clock.advance(timedelta(days=100))
    bot.do(SendDigest("Monday"))
    make_digests(bot)
    send_waiting(bot)
    digest = bot.slack.messages("C1")[-1]
    assert "Acme" in json.dumps(digest.blocks)
    asked = say(bot, "deal won", digest.ts)
    assert "Acme" in asked
    assert "Globex" in asked
