"""Requests travel through buttons and drafts as JSON and come back the same."""

import json
from dataclasses import FrozenInstanceError, fields
from datetime import UTC, date, datetime
from typing import Any, get_type_hints

import pytest
from factories import refusal
from hypothesis import given
from sequences import ALL_REQUESTS

from crmbot.crm.requests import (
    REQUESTS,
    AddDigest,
    CreateDeal,
    CreateTask,
    Due,
    LogActivity,
    LogEmail,
    Participant,
    Request,
    SetDeal,
    SetUserRole,
    WinDeal,
    decode,
    encode,
)
from crmbot.domain.money import Money
from crmbot.errors import BadInput

NOON = datetime(2031, 3, 7, 12, tzinfo=UTC)


@given(ALL_REQUESTS)
def test_any_request_comes_back_the_same(request_: Request) -> None:
    assert decode(json.loads(json.dumps(encode(request_)))) == request_


@pytest.mark.parametrize(
    "request_",
    [
        LogActivity(
            "call",
            "D-1",
            "x",
            at=NOON,
            attendees=("Jo", "Ann"),
            value=Money(1, "EUR"),
            next_due=Due(on=date(2031, 3, 9)),
        ),
        CreateTask("x", Due(at=NOON)),
        CreateTask("x", Due()),
        SetDeal("D-1", clear=("value", "company"), automatic_probability=True, probability=0),
        SetUserRole("jane", active=False),
        AddDigest("Weekly", "aging", filters=(("owner", "jane"), ("late", True))),
    ],
    ids=lambda request_: request_.NAME,
)
def test_every_kind_of_fact_comes_back_the_same(request_: Request) -> None:
    assert decode(json.loads(json.dumps(encode(request_)))) == request_


def test_only_what_was_said_is_carried() -> None:
    assert encode(WinDeal("D-1")) == {"do": "deal.won", "deal": "D-1"}
    assert encode(CreateDeal("A", value=Money(100, "USD"))) == {
        "do": "deal.new",
        "title": "A",
        "value": {"money": [100, "USD"]},
    }


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"do": None},
        {"do": "deal.explode"},
        {"do": "deal.won"},
        {"do": "deal.won", "deal": "D-1", "colour": "red"},
        {"do": "deal.new", "title": "A", "value": {"money": ["x", "USD"]}},
        {"do": "task.new", "text": "A", "due": {"due": [{"at": "yesterday"}, None]}},
        {"do": "deal.set", "deal": "D-1", "expected_close": {"on": 7}},
    ],
)
def test_what_another_version_made_is_explained(data: dict[str, Any]) -> None:
    with refusal(BadInput, "made by another version of crmbot"):
        decode(data)


def test_requests_are_frozen_values() -> None:
    with pytest.raises(FrozenInstanceError):
        WinDeal("D-1").deal = "D-2"  # type: ignore[misc]  # the point of the test
    assert len({WinDeal("D-1"), WinDeal("D-1")}) == 1


def test_every_request_has_a_name_a_line_and_no_workspace_or_role_of_its_own() -> None:
    for name, kind in REQUESTS.items():
        assert name.count(".") == 1
        assert kind.__doc__
        assert not {field.name for field in fields(kind)} & {"workspace", "workspace_id", "actor", "permissions", "id"}


def test_every_field_that_a_button_may_carry_is_of_a_kind_that_comes_back() -> None:
    plain = ("str", "int", "bool", "Money", "datetime", "date", "Due", "tuple", "Any", "None")
    for kind in REQUESTS.values():
        if kind is LogEmail:
            continue
        for name, hint in get_type_hints(kind).items():
            if name in {"NAME", "PERMISSION", "WRITES"}:
                continue
            assert any(word in str(hint) for word in plain), (kind, name)
            assert Participant.__name__ not in str(hint), (kind, name)
