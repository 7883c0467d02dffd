"""Forms, windows and the Home tab under hostile and very long words: Slack takes each, and none of it pings anybody."""

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from card_values import HOSTILE, NASTY, READER, activity, deal, records
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmbot.crm.answers import Board, BoardColumn, Home, LastEffect, Link, Outcome, Shown, TimelineEntry, Today
from crmbot.crm.requests import Due
from crmbot.crm.requests.base import REQUESTS
from crmbot.domain.money import Money
from crmbot.errors import Candidate
from crmbot.language import Context
from crmbot.playground import message_tokens
from crmbot.playground.validation import view_problems
from crmbot.slack.blocks.messages import answer_message
from crmbot.slack.blocks.modals import errors_at, said_in
from crmbot.slack.desk import Reply
from crmbot.slack.forms.asked import Asked
from crmbot.slack.forms.drawing import RECORD_FIELDS, form_modal
from crmbot.slack.forms.making import WrongFields, request_of
from crmbot.slack.forms.table import FORMS
from crmbot.slack.home import home_view
from crmbot.slack.places import Place
from crmbot.slack.unfurls import unfurled
from crmbot.slack.windows import card_modal

NOW = READER.now
CONTEXT = Context(NOW, ZoneInfo("Europe/Berlin"))
_QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def known(text: str) -> dict[str, Any]:
    """Return something said for every field that a form may have, hostile where it is text."""
    return {
        **dict.fromkeys(("title", "name", "text", "email", "company", "source", "phone", "role", "reason"), text),
        **dict.fromkeys(("domain", "industry", "size", "next_text", "subject", "to"), text),
        **dict.fromkeys(RECORD_FIELDS, text),
        "value": Money(10**15, "USD"),
        "stage": text,
        "probability": 60,
        "expected_close": date(2031, 12, 15),
        "owner": text,
        "score": 80,
        "emails": (text, text),
        "kind": text,
        "due": Due(at=NOW),
        "at": NOW,
        "next_due": Due(on=date(2031, 12, 15)),
        "duration_minutes": 25,
    }


def fields_of(form: str, text: str) -> dict[str, Any]:
    everything = known(text)
    wanted = {field.name: everything.get(field.name) for field in FORMS[form].fields}
    return {name: value for name, value in wanted.items() if value is not None}


def pings(view: dict[str, Any]) -> list[Any]:
    return [token for token in message_tokens({"text": "", "blocks": view["blocks"]}) if token.pings]


@pytest.mark.parametrize("form", FORMS)
@given(text=NASTY)
@_QUICK
def test_every_form_is_one_slack_takes_whatever_is_known(form: str, text: str) -> None:
    named = {name: Candidate("D-17", text, (text,)) for name in RECORD_FIELDS}
    place = Place("https://hooks.slack.com/actions/T/1/abc", "C" * 11, "1700000000.000100", replace=True)
    asked = Asked(form, fields_of(form, text), place=place)
    for view in (
        form_modal(asked, READER, text).view,
        form_modal(asked, READER, "", named).view,
        form_modal(Asked(form), READER).view,
    ):
        assert view_problems(view, "modal") == []
        assert pings(view) == []


@pytest.mark.parametrize("form", FORMS)
def test_a_form_sent_as_it_was_drawn_makes_a_request_or_says_at_which_field_not(form: str) -> None:
    about = {
        name: "D-17"
        for name in (*RECORD_FIELDS, "proposal")
        if form in REQUESTS and name in {one.name for one in fields(REQUESTS[form])}
    }
    about |= {"status": "disqualified"} if form == "lead.status" else {}
    asked = Asked(form, {**about, **fields_of(form, "Acme")})
    state: dict[str, dict[str, dict[str, Any]]] = {}
    for block in form_modal(asked, READER).blocks:
        if block["type"] == "input":
            element = block["element"]
            start = {name.removeprefix("initial_"): value for name, value in element.items() if "initial" in name}
            said = {f"selected_{name}" if name != "value" else name: value for name, value in start.items()}
            state[block["block_id"]] = {element["action_id"]: {"type": element["type"], **said}}
    names = {field.name for field in FORMS[form].fields}
    assert _made_of(asked, said_in(state)) <= names


def _made_of(asked: Asked, said: Mapping[str, str | list[str]]) -> set[str]:
    """Return the fields that the request lacks; none when it was made."""
    try:
        request_of(asked, said, CONTEXT)
    except WrongFields as wrong:
        return set(wrong.errors)
    return set()


@given(text=NASTY)
@_QUICK
def test_what_is_wrong_is_told_in_what_a_field_takes(text: str) -> None:
    told = errors_at({"": text, "title": text}, "first")["errors"]
    assert all(len(sentence) <= 300 for sentence in told.values())
    assert set(told) == {"first", "title"}


@given(text=NASTY)
@_QUICK
def test_the_metadata_of_a_form_brings_back_what_went_in(text: str) -> None:
    asked = Asked("deal.set", {"deal": "D-17"}, {"value": Money(5, "USD"), "stage": text[:500]}, Place("u", "c", "t"))
    assert Asked.read(asked.metadata) == asked


@given(text=NASTY)
@_QUICK
def test_every_card_fits_a_window_and_a_link(text: str) -> None:
    entries = tuple(TimelineEntry(NOW, "note", text, text) for _ in range(12))
    for record in records(text):
        shown = Shown(text, record, entries, (deal(text),) * 20)
        for answer in (shown, Outcome(text, record, (deal(text),) * 9, entry_id="j" * 26)):
            view = card_modal(Reply(answer_message(answer, READER), answer)).view
            assert view_problems(view, "modal") == []
            assert pings(view) == []
        card = unfurled(shown, READER)
        assert view_problems({"type": "home", "blocks": card["blocks"]}, "home") == []


@given(text=NASTY, count=st.integers(0, 40))
@_QUICK
def test_every_home_tab_is_one_slack_takes(text: str, count: int) -> None:
    tasks = tuple(activity(text) for _ in range(min(count, 10)))
    deals = tuple(deal(text) for _ in range(min(count, 8)))
    money = Money(10**15, "USD")
    columns = tuple(BoardColumn(f"s{place}", text, count, money, money, deals) for place in range(min(count, 30)))
    board = Board(text, columns, money, money, unconverted=(Link("D-1", text),) * count)
    today = Today(text, tasks, tasks, deals, count, count, count, count, board)
    last = LastEffect("j" * 26, text, datetime(2031, 3, 5, tzinfo=UTC) - timedelta(minutes=count))
    view = home_view(Home(text, today, last if count else None), READER)
    assert view_problems(view, "home") == []
    assert pings(view) == []
    assert len(json.dumps(view)) < 250_000


def test_hostile_words_show_as_they_were_typed() -> None:
    view = form_modal(Asked("note.new", {"text": HOSTILE}), READER).view
    fields = {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}
    assert fields["text"]["initial_value"] == HOSTILE
