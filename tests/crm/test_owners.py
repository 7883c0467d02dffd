"""Whoever gets work from somebody else hears of it."""

from typing import Any

import pytest
from clocks import SettableClock
from factories import KEY, Crm
from sqlalchemy import update
from sqlalchemy.orm import Session

from crmbot.crm.answers import Outcome
from crmbot.crm.policy import Policy
from crmbot.crm.requests import (
    AssignActivity,
    AssignDeal,
    CompleteActivity,
    CreateDeal,
    CreateLead,
    CreateTask,
    LinkSlackUser,
    LogActivity,
    Reassign,
    SetDeal,
    Undo,
)
from crmbot.models import Outbox
from crmbot.store import Store


@pytest.fixture
def team(crm: Crm) -> Crm:
    for place, name in enumerate(("jane", "sam", "max")):
        crm.do(LinkSlackUser(f"{name}@ours.example", f"U00000{place}"), "ada")
    return crm


def _told(crm: Crm) -> list[tuple[str, str, list[str]]]:
    names = {crm.user_id(name): name for name in ("jane", "sam", "max", "ada")}
    return [
        (names[row.destination], row.payload["said"], [item["reference"] for item in row.payload["items"]])
        for row in _messages(crm)
    ]


def _messages(crm: Crm) -> list[Outbox]:
    return crm.rows(Outbox, Outbox.kind == "notice.given", order=Outbox.created_at)


def _deliver(crm: Crm) -> None:
    def sent(session: Session) -> None:
        mine = update(Outbox).where(Outbox.workspace_id == crm.workspace_id, Outbox.kind == "notice.given")
        session.execute(mine.values(state="sent", attempts=1))

    crm.write(sent)


def test_a_deal_that_is_given_is_told_once(team: Crm) -> None:
    team.do(CreateDeal("Acme renewal"), "max")
    team.do(AssignDeal("D-1", "sam"), "max")
    team.do(AssignDeal("D-1", "sam"), "max")
    assert _told(team) == [("sam", "Max Chief gave you a deal.", ["D-1"])]


@pytest.mark.parametrize(
    "given",
    [
        CreateDeal("Acme", owner="sam"),
        CreateLead("Jo Doe", owner="sam"),
        CreateTask("call Jo", owner="sam"),
    ],
)
def test_what_is_made_for_another_is_told_too(team: Crm, given: Any) -> None:
    team.do(given, "max")
    ((who, said, items),) = _told(team)
    assert (who, len(items)) == ("sam", 1)
    assert said in (f"Max Chief gave you a {noun}." for noun in ("deal", "lead", "task"))


def test_nobody_is_told_of_what_they_did_themselves(team: Crm) -> None:
    team.do(CreateDeal("Acme"), "sam")
    team.do(CreateTask("call", owner="me"), "sam")
    team.do(AssignDeal("D-1", "me"), "max")
    team.do(SetDeal("D-1", owner="max"), "max")
    team.do(LogActivity("call", "D-1", "hello"), "max")
    assert _told(team) == []


def test_what_is_done_already_is_no_work(team: Crm) -> None:
    task: Any = team.made(CreateTask("call"), "max")
    team.do(CompleteActivity(task.reference), "max")
    team.do(AssignActivity(task.reference, "sam"), "max")
    assert _told(team) == []


def test_much_at_once_is_one_message(team: Crm) -> None:
    for number in range(10):
        team.do(CreateDeal(f"Deal {number}"), "jane")
    team.do(CreateLead("Jo Doe"), "jane")
    team.do(Reassign("jane", "sam"), "max")
    ((who, said, items),) = _told(team)
    assert (who, said, len(items)) == ("sam", "Max Chief gave you 10 deals and 1 lead.", 8)
    assert _messages(team)[0].payload["more"] == 3
    assert _messages(team)[0].payload["lists"] == ["/deal list my", "/lead list my"], "no task was given"


def test_of_much_that_is_undone_no_record_is_shown_as_if_it_were_that_one(team: Crm) -> None:
    for number in range(4):
        team.do(CreateDeal(f"Deal {number}"), "jane")
    team.do(Reassign("jane", "sam"), "max")
    undone = team.do(Undo(), "max")
    assert isinstance(undone, Outcome)
    assert undone.record is None


def test_taken_back_before_it_left_it_is_never_told(team: Crm) -> None:
    team.do(CreateDeal("Acme"), "max")
    team.do(AssignDeal("D-1", "sam"), "max")
    team.do(Undo(), "max")
    assert _told(team) == []
    team.do(Undo(), "max")
    assert _told(team) == [("sam", "Max Chief gave you a deal.", ["D-1"])]


def test_taken_back_after_it_was_told_that_is_told_too(team: Crm) -> None:
    team.do(CreateTask("call Jo", owner="sam"), "max")
    team.do(AssignActivity("A-1", "jane"), "max")
    _deliver(team)
    team.do(Undo(), "max")
    assert _told(team)[-1] == ("jane", "Max Chief took back a task.", ["A-1"])
    assert len(_told(team)) == 3


def test_a_task_that_is_gone_is_named_all_the_same(team: Crm) -> None:
    team.do(CreateTask("call Jo", owner="sam"), "max")
    _deliver(team)
    team.do(Undo(), "max")
    assert _told(team)[-1][:2] == ("sam", "Max Chief took back a task: call Jo.")


def test_whom_no_message_reaches_gets_none(store: Store, clock: SettableClock) -> None:
    crm = Crm(store, clock, Policy(secret_key=KEY, sends_mail=False))
    crm.do(CreateTask("call Jo", owner="sam"), "max")
    assert _told(crm) == []
