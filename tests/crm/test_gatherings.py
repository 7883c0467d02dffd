"""Several people who were there together."""

from typing import Any

import pytest
from factories import Crm

from crmbot.crm.requests import AddNote, CreateCompany, CreateContact, CreateLead, LogActivity
from crmbot.errors import Ambiguous, NotFound
from crmbot.models import Activity, Contact


@pytest.fixture
def globex(crm: Crm) -> Crm:
    crm.do(CreateCompany("Globex"))
    for name in ("Dana Fox", "Paul Ferris", "Ann O'Neil"):
        crm.do(CreateContact(name, company="Globex"))
    return crm


def _logged(crm: Crm, words: str, text: str = "", **facts: Any) -> Activity:
    crm.do(LogActivity("call", words, text, **facts))
    activity: Activity = crm.rows(Activity)[-1]
    return activity


@pytest.mark.parametrize(
    ("words", "people"),
    [
        ("Dana and Paul", ["Dana Fox", "Paul Ferris"]),
        ("dana & paul", ["Dana Fox", "Paul Ferris"]),
        ("dana, paul", ["Dana Fox", "Paul Ferris"]),
        ("Dana Fox and Paul Ferris", ["Dana Fox", "Paul Ferris"]),
        ("Dana, Paul and Ann", ["Dana Fox", "Paul Ferris", "Ann O'Neil"]),
        ("Dana, Paul, and Ann O'Neil", ["Dana Fox", "Paul Ferris", "Ann O'Neil"]),
        ("Dana and Ferris", ["Dana Fox", "Paul Ferris"]),
        ("C-1 and Paul", ["Dana Fox", "Paul Ferris"]),
        ("Globex, Paul and Ann", ["Paul Ferris", "Ann O'Neil"]),
    ],
)
def test_all_who_are_named_were_there(globex: Crm, words: str, people: list[str]) -> None:
    activity = _logged(globex, words, "about pricing")
    assert (activity.attendees, activity.subject) == (people, "about pricing")
    first = None if words.startswith("Globex") else globex.rows(Contact)[0].id
    assert (activity.contact_id, bool(activity.company_id)) == (first, True)


def test_one_person_is_whom_it_is_about_and_stands_there_once(globex: Crm) -> None:
    assert _logged(globex, "Dana", "about pricing").attendees == []


def test_what_was_said_stands_behind_who_is_nobody(globex: Crm) -> None:
    activity = _logged(globex, "Dana, Paul and the team", "wants 40 seats")
    assert activity.subject == "and the team: wants 40 seats"


@pytest.mark.parametrize(
    ("words", "people", "said"),
    [
        ("Dana and the team", [], "and the team about pricing"),
        ("Dana, Paul and the team", ["Dana Fox", "Paul Ferris"], "and the team about pricing"),
        ("Dana, Paul and Zed", ["Dana Fox", "Paul Ferris"], "and Zed about pricing"),
        ("Dana, Paul is on holiday", [], "Paul is on holiday about pricing"),
    ],
)
def test_who_is_nobody_stays_in_the_text(globex: Crm, words: str, people: list[str], said: str) -> None:
    activity = _logged(globex, words, "about pricing")
    assert (activity.attendees, activity.subject) == (people, said)
    assert activity.contact_id == globex.rows(Contact)[0].id


def test_who_was_told_of_as_attending_stays(globex: Crm) -> None:
    assert _logged(globex, "Dana and Paul", attendees=("Jo",)).attendees == ["Jo", "Dana Fox", "Paul Ferris"]


def test_a_lead_may_be_there_too(globex: Crm) -> None:
    globex.do(CreateLead("Zed Quill"))
    assert _logged(globex, "Dana and Zed").attendees == ["Dana Fox", "Zed Quill"]


def test_a_company_called_like_two_is_one(globex: Crm) -> None:
    globex.do(CreateCompany("Dana and Paul"))
    activity = _logged(globex, "Dana and Paul", "about pricing")
    assert (activity.attendees, activity.contact_id) == ([], None)


def test_of_several_called_so_the_first_is_asked_about_and_the_others_go_along(globex: Crm) -> None:
    globex.do(CreateContact("Dana Voss"))
    with pytest.raises(Ambiguous) as several:
        globex.do(LogActivity("call", "Dana, Paul and the team", "about pricing"))
    assert (several.value.word, several.value.field) == ("Dana", "target")
    assert {(one.reference, one.text, one.attendees) for one in several.value.candidates} == {
        ("C-1", "and the team about pricing", ("Dana Fox", "Paul Ferris")),
        ("C-4", "and the team about pricing", ("Dana Voss", "Paul Ferris")),
    }


def test_one_of_several_called_so_attends_as_typed(globex: Crm) -> None:
    globex.do(CreateContact("Paul Voss"))
    assert _logged(globex, "Dana and Paul").attendees == ["Dana Fox", "Paul"]


def test_a_note_has_no_attendees(globex: Crm) -> None:
    said = globex.do(AddNote("Dana and Paul want a quote")).said
    assert said == "Noted with C-1 Dana Fox: and Paul want a quote"


def test_nobody_at_all_is_refused_as_before(globex: Crm) -> None:
    with pytest.raises(NotFound):
        globex.do(LogActivity("call", "Zed and Quill"))


def test_who_is_named_behind_nobody_is_whom_it_is_about(globex: Crm) -> None:
    activity = _logged(globex, "Zed and Dana", "about pricing")
    assert (activity.attendees, activity.subject) == ([], "Zed and Dana about pricing")
    assert activity.contact_id == globex.rows(Contact)[0].id


def test_more_than_a_dozen_names_are_a_list_whose_end_is_words(globex: Crm) -> None:
    everybody = ["Dana Fox", "Paul Ferris"] * 7
    activity = _logged(globex, ", ".join(everybody))
    assert (len(activity.attendees), activity.subject) == (12, "Dana Fox, Paul Ferris")
