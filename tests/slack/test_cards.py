from dataclasses import replace
from typing import Any

import pytest
from card_values import HOSTILE, NASTY, NOW, READER, activity, deal, email, lead, proposal, records, stretched
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crmbot.crm.answers import (
    Answer,
    Board,
    BoardColumn,
    Change,
    Found,
    Help,
    Hit,
    Link,
    Listing,
    MailAnswer,
    Outcome,
    Person,
    Record,
    Shown,
    Table,
    TimelineEntry,
    Today,
    Triage,
)
from crmbot.crm.requests import CreateTask, ListDeals, LoseDeal, ShowDeal
from crmbot.domain.ids import Kind
from crmbot.domain.money import Money
from crmbot.errors import Ambiguous, BadInput, Candidate, MissingFact, NotFound
from crmbot.playground import message_tokens
from crmbot.playground.validation import message_verdict
from crmbot.slack.blocks.lines import record_line
from crmbot.slack.blocks.messages import answer_message
from crmbot.slack.blocks.refusals import refusal_message
from crmbot.slack.message import Message
from crmbot.slack.reader import Reader
from crmbot.slack.receipts import receipt_message


def answers(text: str) -> list[Answer]:
    everything = records(text)
    column = BoardColumn("s", text, 90, Money(1, "USD"), Money(1, "USD"), (deal(text),) * 8)
    line = TimelineEntry(NOW, "note", text, text, "A-1")
    return [
        *[
            Outcome(text, record, everything, (Change("D-17", text, text, ""),) * 20, entry_id="j" * 26)
            for record in everything
        ],
        Outcome(text, secret=text, dry_run=True),
        *[Shown(text, record, (line,) * 30, everything * 3) for record in everything],
        Listing(text, everything * 5, 400, 2, 10),
        Listing("No deals.", (), 0),
        Board(text, (column,) * 60, Money(1, "USD"), Money(1, "USD"), (Link("D-1", text),) * 20),
        Today(text, (activity(text),) * 40, (activity(text),) * 40, (deal(text),) * 40, 3),
        Today("Nothing.", (), (), ()),
        Found(text, tuple(Hit(Link("D-1", text), Kind.DEAL, (text,) * 9) for _ in range(40))),
        Table(text, (text,) * 30, ((text,) * 30,) * 150),
        Table("Nothing.", ("A",), ()),
        MailAnswer(text, email(text), entry_id="j" * 26),
        Triage(text, (email(text),) * 40, 99),
        Help(text, ((text, ((text, text),) * 40),) * 4),
    ]


def refusals(text: str) -> list[Message]:
    candidates = [Candidate("D-17", text, (text,) * 12)] * 30
    ask = LoseDeal("acme")
    return [
        refusal_message(Ambiguous(text, "deal", candidates), READER, ask),
        refusal_message(Ambiguous(text, "deal", candidates), READER, CreateTask(text * 9, target=text)),
        refusal_message(NotFound(text, nearest=candidates, field="deal"), READER, ask),
        refusal_message(BadInput(text, example=f"/{text}"), READER),
        refusal_message(MissingFact(text, field="reason"), Reader(READER.zone, NOW, lost_reasons=(text,) * 40), ask),
    ]


def problems(message: Message) -> list[Any]:
    verdict = message_verdict(message.payload)
    return [*verdict.reasons, *verdict.remarks, *stretched(message)]


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=NASTY, shared=st.booleans())
@example(text=HOSTILE, shared=True)
@example(text="🎉" * 5000, shared=False)
@example(text="<!here>" * 900, shared=True)
@example(text="\x00\ud800", shared=False)
@example(text=" ", shared=False)
def test_every_card_is_one_slack_takes_and_pings_nobody(text: str, shared: bool) -> None:
    reader = Reader(READER.zone, NOW, shared=shared)
    for answer in answers(text):
        message = answer_message(answer, reader, ListDeals(page=2), (text,))
        assert problems(message) == []
        assert {token.kind for token in message_tokens(message.payload)} <= {"date"}
    for message in refusals(text):
        assert problems(message) == []
        assert message_tokens(message.payload) == []


@pytest.mark.parametrize("answer", answers(HOSTILE)[:-1], ids=lambda answer: type(answer).__name__)
def test_formatting_in_what_people_typed_does_not_format(answer: Answer) -> None:
    for block in answer_message(answer, READER).blocks:
        # In a block of code marks do nothing, and what is copied from it must be what was given.
        for text in (text for text in _mrkdwn(block) if not text.startswith("```")):
            assert "*x*" not in text
            assert ":tada:" not in text
            assert "`code`" not in text


def _mrkdwn(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["text"]] if value.get("type") == "mrkdwn" else []
        return own + [text for item in value.values() for text in _mrkdwn(item)]
    if isinstance(value, list):
        return [text for item in value for text in _mrkdwn(item)]
    return []


def test_a_sentence_is_shown_exactly_as_it_is() -> None:
    message = answer_message(Outcome(f"Opened D-17 {HOSTILE}"), READER)
    assert message.blocks[0]["text"] == {
        "type": "plain_text",
        "text": f"✅ Opened D-17 {HOSTILE}",
        "emoji": False,
    }


@pytest.mark.parametrize(
    ("record", "labels"),
    [
        (
            deal("x"),
            [
                *("Move to …", "Won", "Lost", "Undo", "Share"),
                *("Edit …", "Log …", "Task …", "Proposal …", "Write mail …"),
            ],
        ),
        (proposal("x"), ["Undo", "Share", "Send …", "Edit …"]),
        (proposal("x", status="viewed"), ["Withdraw", "Undo", "Share", "Send again …", "Edit …"]),
        (proposal("x", status="accepted"), ["Deal won", "Undo", "Share"]),
        (deal("x", outcome="lost"), ["Reopen", "Undo", "Share", "Log …", "Task …"]),
        (activity("x"), ["Done", "Snooze 1 day", "Next week", "Undo", "Share"]),
        (activity("x", done=True), ["Undo", "Share"]),
        (lead("x"), ["Convert", "Undo", "Share", "Edit …", "Log …", "Task …"]),
    ],
)
def test_the_buttons_fit_the_state(record: Record, labels: list[str]) -> None:
    message = answer_message(Outcome("Done.", record, entry_id="j" * 26), READER)
    row = message.blocks[-1]["elements"]
    assert [(element.get("text") or element["placeholder"])["text"] for element in row] == labels


@pytest.mark.parametrize(
    ("link", "position", "told"),
    [
        ("https://crm.example.com/p/x", 2, "draft, changed since it was sent"),
        ("", 1, "draft, withdrawn"),
    ],
)
def test_an_offer_that_is_a_draft_again_says_why_and_which_version_it_is(link: str, position: int, told: str) -> None:
    offer = replace(proposal("Acme"), sent_at=NOW, link=link, position=position)
    shown = str(answer_message(Outcome("Done.", offer), READER).blocks)
    assert told in shown
    assert ("*Version*\\n2" in shown) == (position == 2)


def test_a_dry_run_has_no_buttons_and_says_so() -> None:
    message = answer_message(Outcome("Opened.", deal("x"), dry_run=True), READER)
    assert "nothing was changed" in message.blocks[0]["text"]["text"]
    assert all(block["type"] != "actions" for block in message.blocks)


def test_a_request_too_long_for_a_button_leaves_the_choice_to_typing() -> None:
    request = CreateTask("x" * 3000, target="acme")
    message = refusal_message(Ambiguous("acme", "target", [Candidate("D-1", "Acme")]), READER, request)
    assert "accessory" not in message.blocks[1]
    assert "D-1" in message.blocks[1]["text"]["text"]


def test_instants_are_in_the_zone_of_the_one_reader_and_left_to_slack_for_many() -> None:
    shown = Shown("D-17", deal("x"), (TimelineEntry(NOW, "note", "hello"),))
    assert "today 10:30  hello" in str(answer_message(shown, READER).payload)
    shared = Reader(READER.zone, NOW, shared=True)
    assert f"<!date^{int(NOW.timestamp())}^" in str(answer_message(shown, shared, ShowDeal("D-17")).payload)


def test_without_a_mail_server_no_card_offers_to_write_mail() -> None:
    shown = Shown("D-17", deal("Acme"), (), ())
    assert "Write mail …" in str(answer_message(shown, READER).blocks)
    assert "Write mail …" not in str(answer_message(shown, READER._replace(writes_mail=False)).blocks)


def test_each_kind_of_activity_has_its_own_sign_in_a_timeline() -> None:
    kinds = ("call", "meeting", "email", "task")
    timeline = tuple(TimelineEntry(NOW, kind, f"What the {kind} brought") for kind in kinds)
    message = answer_message(Shown("D-17", deal("Acme"), timeline, ()), READER)
    (text,) = [block["text"]["text"] for block in message.blocks if "What the call" in str(block)]
    assert [line.split()[0] for line in text.split("\n")] == ["📞", "📅", "✉️", "📌"]


def test_a_closed_deal_says_when_it_was_closed_and_no_longer_when_it_was_expected_to() -> None:
    won = deal("Acme", outcome="won")._replace(closed_at=NOW)
    assert record_line(won, READER).split(" · ")[3] == "closed today"
    assert record_line(deal("Acme"), READER).split(" · ")[3] == "close Mon 15 Dec"


def test_somebody_elses_day_says_whose_it_is_and_stays_it_after_a_click() -> None:
    toms = Today("1 waits.", (activity("Call"),), (), (), whose=Person("01tom", "Tom *Low*"))
    payload = str(answer_message(toms, READER).payload)
    assert "Low" in payload
    assert "'s day" in payload
    assert '"then":{"do":"crm.today","owner":"01tom"}' in payload.replace("\\", "")
    idle = answer_message(Today("Nothing of Tom's waits.", (), (), (), whose=Person("01tom", "Tom")), READER)
    assert "Nothing of Tom's waits. No deal is going stale." in str(idle.payload)


def test_a_receipt_that_asks_ends_its_question_with_one_mark() -> None:
    asks = {"asks": [["D-1", "Acme"]], "where": [], "from": "", "subject": "Offer", "why": "x", "state": "logged"}
    message = receipt_message({**asks, "reason": "contact_address", "email_id": "e", "entry_id": None})
    assert message.text.startswith("Which deal is it about? Offer")
