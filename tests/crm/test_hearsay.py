"""Prose in which a record is named somewhere."""

from typing import Any

import pytest
from factories import Crm, refusal

from crmbot.crm.requests import (
    AddNote,
    ConvertLead,
    CreateCompany,
    CreateContact,
    CreateDeal,
    CreateLead,
    CreateTask,
    LogActivity,
    Undo,
)
from crmbot.errors import Ambiguous, MissingFact, NotFound
from crmbot.models import Activity, Contact, Note


def _note(crm: Crm, words: str) -> Any:
    crm.do(AddNote(words))
    return crm.rows(Note)[-1]


@pytest.fixture
def globex(crm: Crm) -> Crm:
    crm.do(CreateCompany("Globex"))
    crm.do(CreateContact("Dana Fox", company="Globex"))
    return crm


def test_a_note_begins_with_the_name_of_its_record(globex: Crm) -> None:
    note = _note(globex, "globex wants a quote by May")
    assert (note.text, bool(note.company_id)) == ("wants a quote by May", True)


@pytest.mark.parametrize(
    "words",
    [
        "wants a quote by May globex",
        "they told us at Globex that they wait",
        "heard from dana, she waits",
        "spoke with Dana Fox. She waits",
        "dana fox's boss said yes",
    ],
)
def test_a_name_anywhere_names_the_record_and_all_the_words_are_kept(globex: Crm, words: str) -> None:
    note = _note(globex, words)
    assert note.company_id is not None
    if "dana" in words.lower():
        assert note.contact_id == globex.rows(Contact)[0].id
    assert note.text == words


@pytest.mark.parametrize(
    ("target", "text", "said"),
    [
        ("dana asked", "about the budget", "asked about the budget"),
        ("Dana Fox wants to talk", "about it", "wants to talk about it"),
        ("dana", "about the budget", "about the budget"),
        ("dana asked", "for a quote", "dana asked: for a quote"),
    ],
)
def test_what_somebody_asked_about_is_one_sentence(globex: Crm, target: str, text: str, said: str) -> None:
    globex.do(LogActivity("call", target, text=text))
    activity = globex.rows(Activity)[-1]
    assert (activity.subject, activity.contact_id) == (said, globex.rows(Contact)[0].id)


def test_a_person_and_their_own_company_are_one_matter(globex: Crm) -> None:
    note = _note(globex, "spoke with dana, globex wants a quote")
    assert (note.text, bool(note.contact_id)) == ("spoke with dana, globex wants a quote", True)


def test_of_two_that_are_named_the_person_chooses_and_the_words_go_along(globex: Crm) -> None:
    globex.do(CreateLead("Initech"))
    with pytest.raises(Ambiguous) as several:
        globex.do(AddNote("told initech about the offer to globex"))
    assert {(one.reference, one.text) for one in several.value.candidates} == {
        ("L-1", "told initech about the offer to globex"),
        ("O-1", "told initech about the offer to globex"),
    }
    assert several.value.word == ""
    assert not globex.rows(Note)


def test_a_number_anywhere_names_the_record(crm: Crm) -> None:
    crm.do(CreateDeal("Acme renewal"))
    assert _note(crm, "they want a discount on D-1").deal_id


def test_everyday_words_are_no_names(crm: Crm) -> None:
    for name in ("Will Smith", "May Holt", "New Horizons"):
        crm.do(CreateContact(name))
    with refusal(MissingFact, "Whom is this about?"):
        crm.do(AddNote("they will send new papers in May"))


def test_prose_that_names_nobody_is_kept_and_asked_about(globex: Crm) -> None:
    words = "Yesterday at lunch we decided to wait"
    with pytest.raises(MissingFact) as asked:
        globex.do(LogActivity("call", words, duration_minutes=20))
    assert (asked.value.field, asked.value.request) == ("target", LogActivity.NAME)
    known = {name: value for name, value in asked.value.known.items() if value}
    assert known == {"kind": "call", "text": words, "duration_minutes": 20}
    with pytest.raises(NotFound):
        globex.do(AddNote("Jonas Kahn"))


@pytest.mark.parametrize(("words", "meant"), [("globex hello", ["O-1"]), ("dana waits", ["C-1"])])
def test_one_word_behind_a_known_name_is_asked_about(globex: Crm, words: str, meant: list[str]) -> None:
    with pytest.raises(Ambiguous, match="is what was said, who is meant") as asked:
        globex.do(LogActivity("call", words))
    assert [(one.reference, one.text) for one in asked.value.candidates] == [(one, words.split()[1]) for one in meant]
    assert asked.value.word == ""
    with pytest.raises(NotFound):
        globex.do(LogActivity("call", "Dana Kahn"))


def test_a_name_alone_asks_what_to_note(globex: Crm) -> None:
    with refusal(MissingFact, "What should the note say?"):
        globex.do(AddNote("globex"))


def test_a_call_is_about_whom_it_names(globex: Crm) -> None:
    globex.do(LogActivity("call", "talked to dana about seats"))
    (call,) = globex.rows(Activity)
    assert (call.subject, bool(call.contact_id)) == ("talked to dana about seats", True)


def test_words_around_a_name_stay_before_the_text(globex: Crm) -> None:
    globex.do(LogActivity("call", "talked to dana", "wants 40 seats"))
    (call,) = globex.rows(Activity)
    assert (call.subject, bool(call.contact_id)) == ("talked to dana: wants 40 seats", True)


@pytest.mark.parametrize(
    "words",
    [
        "call Dana Fox",
        "send Dana the offer",
        "call dana",
        "Dana anrufen",
        "call Fox tomorrow",
        "Ring up Fox's boss",
        "ask for globex's address",
    ],
)
def test_a_task_is_about_the_one_it_names_and_the_answer_says_so(globex: Crm, words: str) -> None:
    globex.do(CreateDeal("Globex pilot", contact="Dana Fox", company="Globex"))
    done = globex.do(CreateTask(words))
    (task,) = globex.rows(Activity)
    assert (bool(task.contact_id), bool(task.company_id), bool(task.deal_id)) == (True, True, True)
    assert "It is about D-1 Globex pilot." in done.said
    globex.do(Undo(str(done.entry_id)))
    assert not globex.rows(Activity)


def test_a_task_names_a_deal_by_its_whole_title(globex: Crm) -> None:
    globex.do(CreateDeal("Solar roof", company="Globex"))
    globex.do(CreateTask("send the solar roof offer"))
    assert globex.rows(Activity)[0].deal_id


@pytest.mark.parametrize("words", ["send the offer", "check spring prices", "find new papers", "will write in May"])
def test_a_task_is_about_nobody_by_a_word_that_is_common(globex: Crm, words: str) -> None:
    for name in ("Will Smith", "May Holt"):
        globex.do(CreateContact(name))
    for name in ("Papers Ltd", "Offer AG"):
        globex.do(CreateCompany(name))
    globex.do(CreateTask(words))
    assert (globex.rows(Activity)[0].contact_id, globex.rows(Activity)[0].company_id) == (None, None)


def test_a_surname_in_small_letters_is_just_a_word(globex: Crm) -> None:
    globex.do(CreateTask("hunt the fox"))
    assert globex.rows(Activity)[0].contact_id is None


def test_a_surname_that_two_have_or_a_company_too_is_asked_about(globex: Crm) -> None:
    globex.do(CreateContact("Tom Miller"))
    globex.do(CreateCompany("Miller AG"))
    done = globex.do(CreateTask("call Miller tomorrow"))
    assert globex.rows(Activity)[0].contact_id is None
    assert done.warnings == (
        "C-2 Tom Miller and O-2 Miller AG may be meant, so it is about neither. To say which, add re:C-2.",
    )


@pytest.mark.parametrize("words", ["fox wants 40 seats", "Fox wants 40 seats", "Fox: wants 40 seats"])
def test_words_behind_a_surname_are_said_of_that_person(globex: Crm, words: str) -> None:
    note = _note(globex, words)
    assert (note.text, note.contact_id) == ("wants 40 seats", globex.rows(Contact)[0].id)


def test_an_everyday_word_at_the_beginning_is_no_surname(globex: Crm) -> None:
    globex.do(CreateContact("Jane Price"))
    with refusal(MissingFact, "Whom is this about?"):
        globex.do(AddNote("price went up again"))


def test_a_note_of_somebody_by_their_surname_is_theirs(globex: Crm) -> None:
    note = _note(globex, "they told us that Fox waits for it")
    assert note.contact_id == globex.rows(Contact)[0].id


def test_a_task_that_names_two_is_about_neither_and_says_how_to_choose(globex: Crm) -> None:
    globex.do(CreateContact("Dana Whitfield"))
    done = globex.do(CreateTask("call Dana"))
    assert globex.rows(Activity)[0].contact_id is None
    assert "It is about" not in done.said
    assert done.warnings == (
        "C-1 Dana Fox and C-2 Dana Whitfield may be meant, so it is about neither. To say which, add re:C-1.",
    )


def test_a_lead_and_the_contact_it_became_are_one_person(crm: Crm) -> None:
    crm.do(CreateLead("Dana Fox"))
    crm.do(ConvertLead("L-1"))
    crm.do(CreateTask("call Dana Fox"))
    (task,) = crm.rows(Activity)
    assert (bool(task.contact_id), bool(task.deal_id)) == (True, True)


@pytest.mark.parametrize("before", [0, 3, 11, 22, 40])
def test_a_task_finds_a_name_among_few_words_and_many(any_crm: Crm, before: int) -> None:
    any_crm.do(CreateContact("Dana Fox"))
    any_crm.do(CreateTask(f"{'please ' * before}call Dana Fox about the offer"))
    (task,) = any_crm.rows(Activity)
    # So many words of a longer text are looked at.
    assert (task.contact_id is not None) == (before <= 22)


def test_each_kind_of_name_is_found_in_a_task(any_crm: Crm) -> None:
    any_crm.do(CreateContact("Dana Fox"))
    any_crm.do(CreateLead("Rui Melo"))
    any_crm.do(CreateCompany("Globex Works"))
    any_crm.do(CreateDeal("Roof renewal"))
    for words in ("ask dana", "ask Fox", "ask Rui", "ask Melo", "visit Globex", "price the roof renewal", "see D-1"):
        any_crm.do(CreateTask(words))
    about = [
        next(name for name in ("deal_id", "lead_id", "contact_id", "company_id") if getattr(task, name))
        for task in any_crm.rows(Activity)
    ]
    assert about == ["contact_id", "contact_id", "lead_id", "lead_id", "company_id", "deal_id", "deal_id"]
