"""Whom a new deal is for, told behind its title."""

from typing import Any

import pytest
from factories import Crm

from crmbot.crm.requests import CreateCompany, CreateContact, CreateDeal, Undo
from crmbot.errors import Ambiguous
from crmbot.models import Company, Contact, Deal, Note


@pytest.fixture
def known(crm: Crm) -> Crm:
    crm.do(CreateContact("Paul Ferris", company="Acme Corp"))
    crm.do(CreateCompany("Globex"))
    return crm


def _linked(crm: Crm, *parties: str) -> tuple[str, str | None, str | None]:
    view: Any = crm.made(CreateDeal("Renewal", parties=parties))
    return view.title, view.contact and view.contact.title, view.company and view.company.title


@pytest.mark.parametrize(
    ("parties", "linked"),
    [
        (("with Paul",), ("Renewal", "Paul Ferris", "Acme Corp")),
        (("with paul ferris",), ("Renewal", "Paul Ferris", "Acme Corp")),
        (("with C-1",), ("Renewal", "Paul Ferris", "Acme Corp")),
        (("for Globex",), ("Renewal", None, "Globex")),
        (("at globex",), ("Renewal", None, "Globex")),
        (('for "Globex"',), ("Renewal", None, "Globex")),
        (("with Globex",), ("Renewal", None, "Globex")),
        (("for Paul",), ("Renewal", "Paul Ferris", "Acme Corp")),
        (("with Paul", "for Globex"), ("Renewal", "Paul Ferris", "Globex")),
        (("for managers",), ("Renewal for managers", None, None)),
        (("for Q3",), ("Renewal for Q3", None, None)),
        (("for Q3", "with Paul"), ("Renewal for Q3", "Paul Ferris", "Acme Corp")),
    ],
)
def test_who_is_known_is_linked_and_anything_else_stays_in_the_title(
    known: Crm, parties: tuple[str, ...], linked: tuple[str, str | None, str | None]
) -> None:
    assert _linked(known, *parties) == linked


def _choices(crm: Crm, request: CreateDeal) -> list[tuple[str, str]]:
    with pytest.raises(Ambiguous) as asked:
        crm.do(request)
    assert not crm.rows(Deal)
    return [(one.field or asked.value.field, one.reference) for one in asked.value.candidates]


def test_a_name_that_nobody_has_is_asked_about(known: Crm) -> None:
    assert _choices(known, CreateDeal("Renewal", parties=("for Initech",))) == [
        ("company", "+Initech"),
        ("title", "Renewal for Initech"),
    ]
    assert ("contact", "+Priya") in _choices(known, CreateDeal("Renewal", parties=("with Priya",)))


def test_the_choice_finishes_the_very_request(known: Crm) -> None:
    phrase = ("for Initech",)
    new: Any = known.made(CreateDeal("Renewal", parties=phrase, company="+Initech"))
    assert (new.title, new.company.title) == ("Renewal", "Initech")
    plain: Any = known.made(CreateDeal("Renewal for Initech", parties=phrase))
    assert (plain.title, plain.company) == ("Renewal for Initech", None)
    person: Any = known.made(CreateDeal("Renewal", parties=("with Priya",), contact="+Priya"))
    assert person.contact.title == "Priya"


def test_a_new_party_goes_with_the_deal_that_made_it(known: Crm) -> None:
    before = len(known.rows(Contact)), len(known.rows(Company))
    known.do(CreateDeal("Renewal", contact="+priya.raman@lumen.example"))
    assert (len(known.rows(Contact)), len(known.rows(Company))) == (before[0] + 1, before[1] + 1)
    known.do(Undo())
    assert (len(known.rows(Contact)), len(known.rows(Company))) == before


def test_a_plus_before_a_name_makes_the_party_and_the_answer_names_it(known: Crm) -> None:
    done = known.do(CreateDeal("Fence", parties=('for +"Bau & Söhne"', "with +Dana")))
    assert done.said == "Opened D-1 Fence in New Lead, for the new company O-3 Bau & Söhne, with the contact C-2 Dana."
    assert _linked(known, "for +Zaun GmbH") == ("Renewal", None, "Zaun GmbH")


def test_each_choice_says_how_it_is_typed(known: Crm) -> None:
    with pytest.raises(Ambiguous) as asked:
        known.do(CreateDeal("Fence", parties=("for Zaun Berger",)))
    facts = [one.facts for one in asked.value.candidates[-2:]]
    assert facts == [("added with the deal", 'as for +"Zaun Berger"'), ('as "Fence for Zaun Berger"',)]


def test_several_of_a_name_are_a_choice_that_counts(known: Crm) -> None:
    known.do(CreateContact("Paul Jones"))
    assert _choices(known, CreateDeal("Renewal", parties=("with Paul",))) == [("contact", "C-1"), ("contact", "C-2")]
    chosen: Any = known.made(CreateDeal("Renewal", parties=("with Paul",), contact="C-2"))
    assert (chosen.title, chosen.contact.title) == ("Renewal", "Paul Jones")


def test_where_a_deal_comes_from_is_a_note_on_it(known: Crm) -> None:
    outcome = known.do(CreateDeal("Renewal", source="Referral"))
    assert outcome.said == "Opened D-1 Renewal in New Lead. Source: Referral."
    assert [note.text for note in known.rows(Note)] == ["Source: Referral"]
