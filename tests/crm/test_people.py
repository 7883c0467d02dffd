"""Contacts and companies: made once, found by name, address or domain."""

from dataclasses import replace
from typing import Any

import pytest
from factories import Crm, refusal

from crmbot.crm.requests import (
    CreateCompany,
    CreateContact,
    CreateDeal,
    Request,
    SetCompany,
    SetContact,
    SetDeal,
    ShowCompany,
    ShowContact,
)
from crmbot.errors import Ambiguous, BadInput, Conflict, CrmError, MissingFact
from crmbot.models import Company, Contact, ContactEmail


def test_a_contact_is_kept_with_everything_said(crm: Crm) -> None:
    outcome = crm.do(CreateContact(" Jane Doe ", ("Jane@ACME.com", "jd@acme.com"), "+49 30 1", "Buyer", "Acme Corp"))
    view: Any = outcome.record
    assert outcome.said == "Added contact C-1 Jane Doe at new company O-1 Acme Corp."
    assert (view.emails, view.phone, view.role) == (("jane@acme.com", "jd@acme.com"), "+49 30 1", "Buyer")
    assert [record.title for record in outcome.also] == ["Acme Corp"]


def test_the_company_comes_from_the_address(crm: Crm) -> None:
    assert crm.made(CreateContact("Jo", ("jo@blue-sky.example",))).company.title == "Blue Sky"
    assert crm.made(CreateContact("Ann", ("ann@blue-sky.example",))).company.title == "Blue Sky"
    assert crm.made(CreateContact("Tim", ("tim@gmail.com",))).company is None
    assert len(crm.rows(Company)) == 1


def test_a_company_that_was_named_wins_over_the_address(crm: Crm) -> None:
    crm.do(CreateCompany("Acme Corp", domain="acme.com"))
    assert crm.made(CreateContact("Jo", ("jo@acme.com",), company="Globex")).company.title == "Globex"
    assert crm.made(CreateContact("Ann", ("ann@acme.com",), company="acme")).company.title == "Acme Corp"
    assert crm.made(CreateContact("Tim", ("tim@acme.com",), company="Acme GmbH")).company.title == "Acme GmbH"


@pytest.mark.parametrize(
    "request_",
    [
        CreateContact("Ann", company="acme"),
        CreateDeal("Seats", company="acme"),
        SetContact("jo", company="acme"),
        SetDeal("D-1", company="acme"),
    ],
)
def test_a_name_that_sister_companies_begin_with_is_asked_about(crm: Crm, request_: Any) -> None:
    for name in ("Acme Corp", "Acme GmbH"):
        crm.do(CreateCompany(name))
    crm.do(CreateContact("Jo"))
    crm.do(CreateDeal("Launch"))
    before = crm.dump()
    with pytest.raises(Ambiguous) as asked:
        crm.do(request_)
    assert str(asked.value) == "No company is called just “acme”. Which one is it, or is it new?"
    assert [one.reference for one in asked.value.candidates] == ["O-1", "O-2", "+acme"]
    assert asked.value.candidates[-1].facts == ("as company:+acme",)
    assert crm.dump() == before
    assert crm.made(replace(request_, company="O-2")).company.title == "Acme GmbH"
    assert crm.made(replace(request_, company="+Acme")).company.title == "Acme"
    assert crm.made(replace(request_, company="+Acme")).company.reference == "O-3"


def test_a_company_that_is_made_on_the_way_is_called_new(crm: Crm) -> None:
    assert crm.do(CreateContact("Jo", company="Acme")).said == "Added contact C-1 Jo at new company O-1 Acme."
    assert crm.do(CreateContact("Ann", company="Acme")).said == "Added contact C-2 Ann at Acme."
    assert crm.do(CreateDeal("A", company="Foo")).said == "Opened D-1 A in New Lead, for the new company O-2 Foo."
    assert crm.do(SetContact("jo", company="Bar")).changes[0].after == "new company O-3 Bar"


@pytest.mark.parametrize(
    ("request_", "error", "words"),
    [
        (CreateContact(" "), MissingFact, "Who is it?"),
        (CreateContact("X", ("jo@",)), BadInput, "“jo@” is not an e-mail address."),
        (CreateContact("X", ("JO@acme.com",)), Conflict, "C-1 Jo has the address jo@acme.com already."),
        (SetContact("C-2", add_emails=("jo@acme.com",)), Conflict, "C-1 Jo has the address jo@acme.com already."),
        (SetContact("C-1", name=" "), BadInput, "A name can't be empty."),
        (CreateCompany(" "), MissingFact, "What is the company called?"),
        (CreateCompany("ACME, Corp."), Conflict, "O-1 Acme Corp exists already."),
        (CreateCompany("Other", domain="https://www.ACME.com/"), Conflict, "O-1 Acme Corp exists already."),
        (CreateCompany("Other", domain="not a domain"), BadInput, "“not a domain” is not a domain."),
        (SetCompany("O-2", domain="acme.com"), Conflict, "O-1 Acme Corp exists already."),
        (SetCompany("O-1", name=""), BadInput, "A name can't be empty."),
    ],
)
def test_a_refusal_says_why_and_changes_nothing(crm: Crm, request_: Request, error: type[CrmError], words: str) -> None:
    crm.do(CreateCompany("Acme Corp", domain="acme.com"))
    crm.do(CreateCompany("Globex"))
    crm.do(CreateContact("Jo", ("jo@acme.com",)))
    crm.do(CreateContact("Ann"))
    before = crm.dump()
    with refusal(error, words):
        crm.do(request_)
    assert crm.dump() == before


def test_facts_of_a_contact_are_changed_and_told(crm: Crm) -> None:
    crm.do(CreateContact("Jo", ("jo@acme.com",)))
    outcome = crm.do(SetContact("jo", name="Jo Doe", add_emails=("jd@acme.com", "jo@acme.com"), company="Globex"))
    assert [(change.label, change.before, change.after) for change in outcome.changes] == [
        ("Name", "Jo", "Jo Doe"),
        ("Company", "Acme", "new company O-2 Globex"),
        ("E-mail", "", "jd@acme.com"),
    ]
    assert crm.ask(ShowContact("jo doe")).record.emails == ("jo@acme.com", "jd@acme.com")
    assert crm.do(SetContact("C-1", name="Jo Doe")).said == "Nothing to change on C-1 Jo Doe."


def test_several_addresses_keep_their_order(crm: Crm) -> None:
    crm.do(CreateContact("Jo"))
    crm.do(SetContact("jo", add_emails=("a@x.example", "b@x.example")))
    crm.do(SetContact("jo", add_emails=("c@x.example",)))
    assert [row.position for row in crm.rows(ContactEmail, order=ContactEmail.email)] == [0, 1, 2]


def test_an_address_given_twice_is_kept_once(crm: Crm) -> None:
    assert crm.made(CreateContact("Jo", ("x@acme.com", "X@acme.com"))).emails == ("x@acme.com",)


def test_facts_of_a_company_are_changed(crm: Crm) -> None:
    crm.do(CreateCompany("Acme"))
    view = crm.made(SetCompany("acme", name="Acme Corp", domain="ACME.com", industry="Anvils", size="50-100"))
    assert (view.title, view.domain, view.industry, view.size) == ("Acme Corp", "acme.com", "Anvils", "50-100")
    assert crm.ask(ShowCompany("acme.com")).record.title == "Acme Corp"


def test_names_without_letters_stay_apart(crm: Crm) -> None:
    for name in ("🚀", "!!!"):
        crm.do(CreateCompany(name))
    with refusal(Conflict, "O-1 🚀 exists already."):
        crm.do(CreateCompany("🚀"))
    assert crm.made(CreateDeal("Launch", company="!!!")).company.reference == "O-2"
    assert len(crm.rows(Company)) == 2


def test_anybody_who_edits_may_edit_a_contact(crm: Crm) -> None:
    crm.do(CreateContact("Jo"))
    crm.do(SetContact("jo", phone="1"), "sam")
    assert crm.rows(Contact)[0].phone == "1"
