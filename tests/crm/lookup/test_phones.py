"""People are found by their phone number, however they and whoever looks for them type it."""

import pytest
from factories import Crm, refusal
from sqlalchemy import select

from crmbot.crm.requests import CreateContact, CreateDeal, CreateLead, Find, LogActivity, SetContact, ShowContact, Undo
from crmbot.errors import Ambiguous, NotFound
from crmbot.models import NameWord

SPELLINGS = ["+49 (0)30 123 45 67", "030/1234567", "+49 30 1234567", "0049 30 1234567", "030-123-4567", "0301234567"]


@pytest.mark.parametrize("kept", SPELLINGS)
def test_a_number_is_found_in_another_spelling(any_crm: Crm, kept: str) -> None:
    any_crm.do(CreateContact("Dana Reyes", phone=kept))
    any_crm.do(CreateContact("Paul Klee", phone="+49 30 7654321"))
    for typed in SPELLINGS:
        assert [hit.link.title for hit in any_crm.ask(Find(typed)).hits] == ["Dana Reyes"], typed
        assert any_crm.ask(ShowContact(typed)).record.title == "Dana Reyes", typed


@pytest.mark.parametrize("typed", ["+43 30 1234567", "030 1234568", "+49 30 234567", "34567", "110"])
def test_another_number_is_not(any_crm: Crm, typed: str) -> None:
    any_crm.do(CreateContact("Dana Reyes", phone="+49 30 1234567"))
    assert any_crm.ask(Find(typed)).hits == ()
    with pytest.raises(NotFound):
        any_crm.ask(ShowContact(typed))


def test_a_number_of_two_people_is_a_choice(crm: Crm) -> None:
    crm.do(CreateContact("Dana Reyes", phone="030 1234567"))
    crm.do(CreateContact("Paul Klee", phone="+49 30 1234567"))
    assert len(crm.ask(Find("030 1234567")).hits) == 2
    with pytest.raises(Ambiguous):
        crm.ask(ShowContact("030 1234567"))


def test_a_call_is_logged_for_who_has_the_number(crm: Crm) -> None:
    crm.do(CreateContact("Dana Reyes", phone="+1 (415) 555-2671"))
    for typed in ("415-555-2671", "4155552671"):
        call = crm.made(LogActivity("call", typed, "wants 40 seats"))
        assert [link.title for link in call.about] == ["Dana Reyes"]


def test_who_is_called_like_a_number_comes_first(crm: Crm) -> None:
    crm.do(CreateDeal("1234567 Ontario Inc"))
    crm.do(CreateLead("4155552671"))
    crm.do(CreateContact("Dana Reyes", phone="030 1234567"))
    assert [hit.link.title for hit in crm.ask(Find("1234567")).hits] == ["Dana Reyes", "1234567 Ontario Inc"]


def test_nobodys_number_is_given_to_somebody(crm: Crm) -> None:
    with refusal(NotFound, 'Add one: /contact new "Jane Doe" 030 9999999'):
        crm.ask(ShowContact("030 9999999"))


def test_the_index_follows_every_change(any_crm: Crm) -> None:
    def kept() -> list[str]:
        with any_crm.store.reading(any_crm.workspace_id) as session:
            rows = select(NameWord.word).where(
                NameWord.workspace_id == any_crm.workspace_id, NameWord.kind == "contact_phone"
            )
            return sorted(session.scalars(rows))

    any_crm.do(CreateContact("Dana Reyes", phone="030 1234567"))
    assert kept() == ["765432103"]
    any_crm.do(SetContact("dana", phone="030 1111111"))
    assert kept() == ["111111103"]
    any_crm.do(Undo())
    assert kept() == ["765432103"]
    any_crm.do(SetContact("dana", role="CTO"))
    any_crm.do(SetContact("dana", phone="110"))
    assert kept() == []
