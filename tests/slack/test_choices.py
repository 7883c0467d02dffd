import json
from datetime import timedelta

import pytest
from slack_app import Bot
from sqlalchemy import select

from crmbot.crm.answers import Shown, Table
from crmbot.crm.requests import CreateCompany, CreateContact, CreateDeal, ListAliases, ShowDeal, WinDeal
from crmbot.models import Draft
from crmbot.playground import Message


def asked(bot: Bot, command: str, text: str, user: str = "U1") -> Message:
    answer = bot.slack.command(bot.url, command, text, user)
    assert answer.message is not None
    return answer.message


def pick(bot: Bot, message: Message, number: str, user: str = "U1") -> None:
    values = [block["accessory"]["value"] for block in message.blocks if block.get("accessory")]
    value = next(one for one in values if f'"{number}"' in one)
    bot.slack.click(bot.url, message, "record.choose", user, value)


def words(bot: Bot, user: str = "U1") -> dict[str, str]:
    table = bot.service.perform(bot.actor(user), ListAliases())
    assert isinstance(table, Table)
    return {word: meaning.split()[0] for word, meaning in table.rows}


def shown(message: Message) -> str:
    return json.dumps(message.blocks, ensure_ascii=False)


@pytest.fixture(autouse=True)
def sisters(bot: Bot) -> None:
    for title in ("Acme Corp", "Acme GmbH"):
        bot.do(CreateDeal(title))
    bot.clock.advance(timedelta(hours=1))


def timeline(bot: Bot, number: str) -> list[str]:
    answer = bot.service.perform(bot.actor(), ShowDeal(number))
    assert isinstance(answer, Shown)
    return [entry.text for entry in answer.timeline]


def test_a_choice_finishes_the_request_and_is_remembered_for_that_person_alone(bot: Bot) -> None:
    message = asked(bot, "/log", 'call acme "wants 40 seats" 25m')
    pick(bot, message, "D-2")
    assert "Call: wants 40 seats, 25 min" in timeline(bot, "D-2")
    assert "“acme” means D-2 when you say it" in shown(message)
    assert (words(bot), words(bot, "U2")) == ({"acme": "D-2"}, {})
    assert "D-2" in asked(bot, "/deal", "move acme negotiation").text
    assert "could be 2 records" in asked(bot, "/deal", "show acme", "U2").text
    assert bot.slack.violations == []


def test_those_who_attended_go_along_with_the_choice(bot: Bot) -> None:
    for name in ("Dana Fox", "Dana Voss", "Paul Ferris"):
        bot.do(CreateContact(name))
    message = asked(bot, "/log", "call with Dana, Paul and the team about pricing")
    pick(bot, message, "C-2")
    assert "and the team about pricing" in shown(message)
    assert "Dana Voss, Paul Ferris" in shown(message)
    assert bot.slack.violations == []


def test_undo_takes_effect_and_word_back_together(bot: Bot) -> None:
    message = asked(bot, "/log", 'call acme "wants 40 seats"')
    pick(bot, message, "D-2")
    bot.slack.click(bot.url, message, "crm.undo", "U1")
    assert words(bot) == {}
    assert len(timeline(bot, "D-2")) == 1


def test_a_choice_to_look_is_remembered_and_can_be_forgotten(bot: Bot) -> None:
    message = asked(bot, "/deal", "show acme")
    pick(bot, message, "D-1")
    assert "Acme Corp" in shown(message)
    assert words(bot) == {"acme": "D-1"}
    bot.slack.click(bot.url, message, "alias.forget", "U1")
    assert words(bot) == {}
    assert bot.slack.violations == []


def test_a_double_click_chooses_once(bot: Bot) -> None:
    message = asked(bot, "/log", 'call acme "hello"')
    value = message.blocks[-1]["accessory"]["value"]
    click = bot.slack.click(bot.url, message, "record.choose", "U1", value)
    bot.slack.replay(click)
    assert sum("Call: hello" in timeline(bot, number) for number in ("D-1", "D-2")) == 1
    assert len(words(bot)) == 1


def test_a_word_gives_way_to_a_record_that_gets_that_very_name_later(bot: Bot) -> None:
    pick(bot, asked(bot, "/deal", "show acme"), "D-2")
    bot.clock.advance(timedelta(hours=1))
    bot.do(CreateDeal("Acme"))
    assert "D-3" in asked(bot, "/deal", "show acme").text
    bot.do(CreateCompany("Acme Holding"))
    assert words(bot) == {"acme": "D-2"}


def test_a_word_gives_way_where_its_deal_can_no_longer_be_meant(bot: Bot) -> None:
    pick(bot, asked(bot, "/deal", "show acme"), "D-2")
    bot.do(WinDeal("D-2"))
    assert "D-1" in asked(bot, "/deal", "move acme negotiation").text


def test_a_nearest_name_that_is_taken_is_not_remembered(bot: Bot) -> None:
    message = asked(bot, "/deal", "show acmee crop")
    value = message.blocks[-1]["accessory"]["value"]
    bot.slack.click(bot.url, message, "record.choose", "U1", value)
    assert words(bot) == {}


def test_a_request_too_long_for_a_button_waits_in_a_draft_of_that_person(bot: Bot) -> None:
    words_said = "x" * 2800
    message = asked(bot, "/log", f'note acme "{words_said}"')
    buttons = [block["accessory"] for block in message.blocks if block.get("accessory")]
    assert [len(button["value"]) < 2000 for button in buttons] == [True, True]
    bot.slack.click(bot.url, message, "record.choose", "U2", buttons[0]["value"])
    assert "somebody else" in bot.slack.ephemerals("U2")[-1].text
    bot.slack.click(bot.url, message, "record.choose", "U1", buttons[1]["value"])
    assert words_said in [*timeline(bot, "D-1"), *timeline(bot, "D-2")]
    assert len(words(bot)) == 1
    assert bot.slack.violations == []


def test_a_draft_that_is_forgotten_says_so(bot: Bot) -> None:
    message = asked(bot, "/log", f'note acme "{"x" * 2800}"')
    with bot.store.writing(bot.workspace_id) as session:
        for draft in session.scalars(select(Draft).where(Draft.workspace_id == bot.workspace_id)):
            session.delete(draft)
    value = message.blocks[-1]["accessory"]["value"]
    assert bot.slack.click(bot.url, message, "record.choose", "U1", value).status == 200
    assert "Type the command again" in bot.slack.ephemerals("U1")[-1].text


def test_a_choice_keeps_the_words_behind_the_name(bot: Bot) -> None:
    message = asked(bot, "/log", "call acme wants 40 seats")
    pick(bot, message, "D-2")
    assert "Call: wants 40 seats" in timeline(bot, "D-2")
    assert bot.slack.violations == []


def test_a_company_is_new_by_choice(bot: Bot) -> None:
    bot.do(CreateCompany("Acme Ltd"))
    message = asked(bot, "/contact", "new Jane company:Acme")
    assert "Which one is it, or is it new?" in message.text
    pick(bot, message, "+Acme")
    assert "at new company O-2 Acme" in shown(message)
    assert bot.slack.violations == []


def test_the_deal_that_is_chosen_is_lost_for_the_reason_that_was_typed(bot: Bot) -> None:
    message = asked(bot, "/deal", "lost acme far too expensive")
    pick(bot, message, "D-2")
    assert "Lost D-2 Acme GmbH: far too expensive." in message.text
