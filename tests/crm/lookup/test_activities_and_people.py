"""Which activity and which person a word means."""

from datetime import date

import pytest
from factories import Crm, refusal

from crmbot.crm.requests import (
    AddUser,
    AssignDeal,
    CompleteActivity,
    CreateDeal,
    CreateTask,
    Due,
    ListDeals,
    ShowActivity,
    ShowPipeline,
)
from crmbot.errors import Ambiguous, BadInput, NotFound


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("A-1", "A-1"),
        ("a1", "A-1"),
        ("1", "A-1"),
        ("ÜBERWEISUNG", "A-1"),
        ("überweisung", "A-1"),
        ("50%", "A-2"),
        ("offer", "A-2"),
    ],
)
def test_an_activity_is_found_by(crm: Crm, word: str, expected: str) -> None:
    crm.do(CreateTask("Überweisung prüfen"))
    crm.do(CreateTask("send offer with 50% off"))
    assert crm.ask(ShowActivity(word)).record.reference == expected


@pytest.mark.parametrize("word", ["%", "²", "9" * 30, "A-9", "done one", ""])
def test_an_activity_is_not_found_by(crm: Crm, word: str) -> None:
    crm.do(CreateTask("one to do"))
    crm.do(CreateTask("done one"))
    crm.do(CompleteActivity("A-2"))
    with pytest.raises(NotFound):
        crm.ask(ShowActivity(word))


def test_ones_own_activity_is_meant_however_many_others_have(crm: Crm) -> None:
    for _ in range(12):
        crm.do(CreateTask("call back"), "sam")
    crm.do(CreateTask("call back", Due(on=date(2031, 3, 7))))
    assert crm.made(CompleteActivity("call back")).reference == "A-13"


def test_activities_to_choose_from_show_when_they_are_due(crm: Crm) -> None:
    crm.do(CreateTask("call back", Due(on=date(2031, 3, 7))))
    crm.do(CreateTask("call back"))
    with pytest.raises(Ambiguous) as asked:
        crm.ask(CompleteActivity("call"))
    assert [one.facts for one in asked.value.candidates] == [("due Fri 7 Mar 2031", "Jane Roe"), ("Jane Roe",)]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("me", "Jane Roe"),
        ("@sam", "Sam Poe"),
        ("Sam Poe", "Sam Poe"),
        ("poe", "Sam Poe"),
        ("SAM@ours.example", "Sam Poe"),
    ],
)
def test_a_user_is_found_by(crm: Crm, word: str, expected: str) -> None:
    crm.do(CreateDeal("Acme"))
    assert crm.made(AssignDeal("D-1", word)).owner.name == expected


def test_me_is_nobody_where_the_workspace_itself_asks(crm: Crm) -> None:
    with refusal(BadInput, "nobody is named who does: --as jo@example.com"):
        crm.service.perform(crm.service.system(crm.workspace_id, "cli"), ListDeals(owner="me"))


@pytest.mark.parametrize(("word", "nearest"), [("jnae", "jane"), ("@smm", "sam"), ("max chif", "max"), ("zzz", None)])
def test_the_nearest_people_are_told_first(crm: Crm, word: str, nearest: str | None) -> None:
    crm.do(CreateDeal("Acme"))
    with pytest.raises(NotFound) as nobody:
        crm.do(AssignDeal("D-1", word), "max")
    told = nobody.value.nearest
    assert (told[0].reference if told else None) == (f"{nearest}@ours.example" if nearest else None)
    assert all(one.reference not in one.facts for one in told)


def test_users_of_one_name_are_asked_about(crm: Crm) -> None:
    crm.do(AddUser("sam2@ours.example", "Sam Low"), "ada")
    crm.do(CreateDeal("Acme"))
    with pytest.raises(Ambiguous) as asked:
        crm.do(AssignDeal("D-1", "sam"))
    assert [one.reference for one in asked.value.candidates] == ["sam2@ours.example", "sam@ours.example"]
    assert asked.value.field == "owner"


def test_a_mention_of_somebody_unknown_says_how_they_get_known(crm: Crm) -> None:
    with refusal(NotFound, "The person you mentioned is not in this CRM yet."):
        crm.ask(ShowPipeline("U0STRANGER"))
