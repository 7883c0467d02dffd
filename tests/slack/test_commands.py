import json
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from slack_app import Bot, deals, heads, make_dispatcher

from crmbot.crm.requests import CreateCompany, CreateDeal
from crmbot.playground import Answer, ErrorCode, ServerError, message_tokens
from crmbot.playground.records import Sent
from crmbot.playground.signing import signed_headers
from crmbot.slack.http import Dispatcher


def labels(answer: Answer) -> list[str]:
    found = [element for block in answer.blocks for element in block.get("elements", [])]
    found += [block["accessory"] for block in answer.blocks if "accessory" in block]
    return [element["text"]["text"] for element in found if element["type"] == "button"]


def test_a_command_writes_and_answers_in_the_ack(bot: Bot) -> None:
    answer = bot.slack.command(bot.url, "/deal", "new Acme renewal $40k close:15 dec", "U1")
    assert answer.in_time
    assert answer.payload is not None
    assert answer.payload["response_type"] == "ephemeral"
    assert "D-1" in answer.text
    assert "$40,000" in json.dumps(answer.blocks)
    forms = ["Edit …", "Log …", "Task …", "Proposal …", "Write mail …"]
    assert labels(answer) == ["Won", "Lost", "Undo", "Share", *forms]
    assert deals(bot) == ["Acme renewal"]
    assert bot.slack.calls_to("chat.postMessage") == []
    assert bot.slack.violations == []


def test_a_captured_command_sent_again_has_one_effect(bot: Bot) -> None:
    first = bot.slack.command(bot.url, "/deal", "new Acme $1k", "U1")
    again = [bot.slack.replay(first) for _ in range(5)]
    assert deals(bot) == ["Acme"]
    assert all("Already done" in answer.text for answer in again)


def test_the_same_bytes_at_one_instant_have_one_effect(bot: Bot) -> None:
    first = bot.slack.command(bot.url, "/crm", "today", "U1")
    body = first.sent.body.replace(b"text=today", b"text=deal+new+Race+%245k")
    headers = signed_headers(bot.slack.signing_secret, time.time(), body, "application/x-www-form-urlencoded")
    sent = Sent(bot.url, body, headers, {})
    threads = [threading.Thread(target=bot.slack.post, args=(sent,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert deals(bot) == ["Race"]


def test_the_same_text_that_came_before_the_answer_has_one_effect(bot: Bot) -> None:
    body = bot.slack.command(bot.url, "/crm", "today", "U1").sent.body.replace(b"text=today", b"text=deal+new+Race")
    stamps = [time.time() + second for second in range(2)]
    form = "application/x-www-form-urlencoded"
    signed = [signed_headers(bot.slack.signing_secret, stamp, body, form) for stamp in stamps]
    first, second = [bot.dispatcher.receive(body, heads(headers.items()))[1] for headers in signed]
    assert b"Opened D-1 Race" in first()[2]
    assert b"Already done: Opened D-1 Race" in second()[2]
    assert deals(bot) == ["Race"]


def test_the_same_text_typed_twice_works_twice(bot: Bot) -> None:
    for _ in range(2):
        assert "Opened" in bot.slack.command(bot.url, "/deal", "new Twin $1k", "U1").text
    assert deals(bot) == ["Twin", "Twin"]


def test_the_same_text_after_an_answer_that_may_be_lost_is_already_done_for_a_minute(
    bot: Bot, serve: Callable[[Dispatcher], str]
) -> None:
    bot.slack.command(bot.url, "/deal", "new Acme $1k", "U1")
    restarted = serve(make_dispatcher(bot.slack, bot.service))
    assert "Already done" in bot.slack.command(restarted, "/deal", "new Acme $1k", "U1").text
    assert deals(bot) == ["Acme"]
    bot.clock.advance(timedelta(minutes=2))
    later = serve(make_dispatcher(bot.slack, bot.service))
    bot.slack.command(later, "/deal", "new Acme $1k", "U1")
    assert deals(bot) == ["Acme", "Acme"]


def test_a_name_of_several_records_gives_a_card_whose_button_finishes_the_request(bot: Bot) -> None:
    bot.do(CreateDeal("Acme renewal"))
    bot.do(CreateDeal("Acme seats"))
    answer = bot.slack.command(bot.url, "/deal", "won acme", "U1")
    assert labels(answer) == ["Use this", "Use this"]
    assert answer.message is not None
    values = [block["accessory"]["value"] for block in answer.blocks if "accessory" in block]
    assert {json.loads(value)["do"] for value in values} == {"deal.won"}
    second = next(value for value in values if "D-2" in value)
    bot.slack.click(bot.url, answer.message, "record.choose", "U1", second)
    assert "Acme seats" in answer.message.text
    assert "🏆" in json.dumps(answer.message.blocks, ensure_ascii=False)
    assert bot.slack.violations == []


@pytest.mark.parametrize(
    ("command", "text", "words"),
    [
        ("/deal", "mvoe D-1 won", "move"),
        ("/deal", "won D-99", "D-99"),
        ("/deal", "new Acme $40k close:31 feb", "31"),
        ("/crm", "user add x@example.com", ""),
        ("/deal", "show", ""),
    ],
)
def test_what_cannot_be_done_is_told_in_one_sentence(bot: Bot, command: str, text: str, words: str) -> None:
    answer = bot.slack.command(bot.url, command, text, "U2")
    assert answer.in_time
    assert words in answer.text
    assert "broke" not in answer.text
    assert bot.slack.violations == []


@pytest.mark.parametrize(
    ("line", "sentence", "example"),
    [
        (
            "/deal frobnicate",
            "I don't know “frobnicate”. It can be new, show,",
            "/deal show frobnicate",
        ),
        ("/deal mvoe D-1 won", "I don't know “mvoe”. Did you mean “move”?", "/deal move D-1 won"),
        ("/crm dael list", "I don't know “dael”. Did you mean “deal”?", "/deal list"),
        ("/report nope", "I don't know the report “nope”. It can be", "/report lead-conversion"),
        ("/deal new", "What is the deal called?", "/deal new Acme renewal $40k close:15 dec"),
        ("/deal won", "Which deal?", "/deal won acme $45k"),
        ("/deal move D-1", "Which stage?", "/deal move D-1 negotiation"),
        ("/deal set D-1 value:", "“value:” needs an amount.", "/deal set acme $50k 80% close:15 jan"),
        ("/lead new", "What is the name?", "/lead new Jane Doe jane@acme.com from referral"),
        ("/log call", "Which deal, contact, lead or company is it about?", "/log call acme"),
        ("/task done", "Which task?", "/task done A-12"),
        (
            "/deal new Acme $40k close:31 feb",
            "“31 feb” is no date. February has 28 days.",
            '/deal new Acme $40k close:"28 February"',
        ),
        (
            "/task call Jane 30/02/2031",
            "“30/02/2031” is no date. February 2031 has 28 days.",
            "/task call Jane 28 February 2031",
        ),
        ("/task call Jane fri 25:00", "“25:00” is no hour.", "/task call Jane fri 15:00"),
        (
            "/report sales-pipeline 2031-02-30..2031-03-01",
            "“2031-02-30” is no date. February 2031 has 28 days.",
            "/report sales-pipeline",
        ),
    ],
)
def test_a_wrong_line_is_answered_by_one_sentence_and_an_example(
    bot: Bot, line: str, sentence: str, example: str
) -> None:
    bot.do(CreateDeal("Acme"))
    # Where a form would open, Slack has none of it.
    bot.slack.script("views.open", [ErrorCode("expired_trigger_id")])
    command, _, text = line.partition(" ")
    said, shown, *_ = (block for block in bot.slack.command(bot.url, command, text, "U1").blocks)
    assert said["text"]["text"].startswith(f"⚠️ {sentence}")
    assert shown["elements"][0]["text"].startswith(f"Try  `{example}")
    assert deals(bot) == ["Acme"]
    assert bot.slack.violations == []


def test_a_hostile_name_shows_as_typed_and_pings_nobody(bot: Bot) -> None:
    name = "<!channel> *x* <http://a|b>"
    bot.do(CreateDeal(name))
    bot.do(CreateCompany(name))
    for text in ("deal show D-1", "deal list", "pipeline", "find channel", "company list", "deal won D-1", "undo"):
        answer = bot.slack.command(bot.url, "/crm", text, "U1")
        assert answer.payload is not None
        assert message_tokens(answer.payload) == [], text
    assert bot.slack.violations == []


def test_an_unknown_account_is_linked_by_its_address(bot: Bot) -> None:
    assert bot.service.actor_of_slack(bot.workspace_id, "U1") is None
    bot.slack.command(bot.url, "/crm", "today", "U1")
    bot.slack.command(bot.url, "/crm", "today", "U1")
    actor = bot.service.actor_of_slack(bot.workspace_id, "U1")
    assert actor is not None
    assert actor.email == "ada@example.com"
    assert len(bot.slack.calls_to("users.info")) == 1


def test_who_is_not_in_the_crm_is_told_how_to_get_in(bot: Bot) -> None:
    bot.slack.add_user("U9", "eve", "eve@example.com")
    answer = bot.slack.command(bot.url, "/deal", "new Mine $1k", "U9")
    assert "crmbot user add eve@example.com" in answer.text
    assert deals(bot) == []


@pytest.mark.parametrize("what", [{"is_guest": True}, {"team_id": "T9999"}, {"deleted": True}, {"is_bot": True}])
def test_guests_and_people_of_other_teams_are_refused(bot: Bot, what: dict[str, Any]) -> None:
    bot.slack.add_user("U8", "mallory", "ada@example.com", **what)
    answer = bot.slack.command(bot.url, "/deal", "new Mine $1k", "U8")
    assert "members of this workspace only" in answer.text
    assert deals(bot) == []
    assert bot.service.actor_of_slack(bot.workspace_id, "U8") is None


def test_a_slack_that_does_not_say_who_asks_leaves_everything_undone(bot: Bot) -> None:
    bot.slack.script("users.info", [ServerError(500)])
    assert "nothing was done" in bot.slack.command(bot.url, "/deal", "new Mine $1k", "U1").text
    assert deals(bot) == []


def test_a_locked_store_is_told_and_nothing_is_acked_as_done(bot: Bot) -> None:
    bot.slack.command(bot.url, "/crm", "today", "U1")
    with bot.store.writing(bot.workspace_id) as session:
        session.connection()
        answer = bot.slack.command(bot.url, "/deal", "new Blocked $1k", "U1")
    assert "Nothing was done" in answer.text
    assert answer.in_time
    assert deals(bot) == []
