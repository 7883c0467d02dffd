"""Leads: captured once, climbing statuses with their times, converted once."""

from datetime import timedelta
from typing import Any

import pytest
from concurrency import outcomes_of
from factories import Crm, refusal

from crmbot.crm.requests import (
    AssignLead,
    ConvertLead,
    CreateCompany,
    CreateContact,
    CreateLead,
    Request,
    SetLead,
    SetLeadStatus,
)
from crmbot.domain.money import Money
from crmbot.errors import Ambiguous, BadInput, Conflict, CrmError, MissingFact, NotAllowed
from crmbot.models import Company, Contact, Customer, Deal, Lead, LeadStatusEntry


def climbed(crm: Crm) -> list[tuple[str, int, int | None]]:
    """Return a lead's entries in order: status, seconds since it was made, and of the entry before."""
    made = crm.rows(Lead)[0].created_at
    entries = crm.rows(LeadStatusEntry)
    entries.sort(key=lambda entry: (entry.entered_at, entry.position))
    return [
        (
            entry.status,
            (entry.entered_at - made).seconds,
            None if entry.previous_at is None else (entry.previous_at - made).seconds,
        )
        for entry in entries
    ]


def test_a_lead_is_captured_with_what_was_said(crm: Crm) -> None:
    outcome = crm.do(CreateLead(" Jane Doe ", "Jane@Acme.com", "Acme Corp", "Web-Form", score=40))
    view: Any = outcome.record
    assert outcome.said == "Added lead L-1 Jane Doe."
    assert (view.title, view.email, view.company_name, view.source) == (
        "Jane Doe",
        "jane@acme.com",
        "Acme Corp",
        "web_form",
    )
    assert (view.status, view.owner.name, view.score) == ("new", "Jane Roe", 40)
    assert crm.rows(Lead)[0].score_is_manual


def test_a_lead_without_a_name_is_called_by_its_address(crm: Crm) -> None:
    assert crm.made(CreateLead("", "jane@acme.com")).title == "jane@acme.com"


@pytest.mark.parametrize(
    ("request_", "error", "words"),
    [
        (CreateLead(" "), MissingFact, "Who is the lead?"),
        (CreateLead("A", "not an address"), BadInput, "“not an address” is not an e-mail address."),
        (CreateLead("A", "ZOE@globex.example"), Conflict, "L-1 Zoe has the address zoe@globex.example already"),
        (SetLead("L-2", email="zoe@globex.example"), Conflict, "L-1 Zoe has the address zoe@globex.example already"),
        (SetLead("L-1", score=10**20), BadInput, "A score lies between -1000000 and 1000000"),
        (CreateLead("A", score=-(10**20)), BadInput, "A score lies between -1000000 and 1000000"),
        (SetLead("L-1", name="  "), BadInput, "A name can't be empty."),
        (SetLeadStatus("L-1", "won"), BadInput, "“won” is no lead status. There are new, contacted,"),
        (SetLeadStatus("L-1", "disqualified"), MissingFact, "Why is the lead disqualified?"),
        (SetLeadStatus("L-1", "disqualified", "  "), MissingFact, "Why is the lead disqualified?"),
        (SetLeadStatus("L-1", "converted"), BadInput, "A lead is converted with its deal."),
    ],
)
def test_a_refusal_says_why_and_changes_nothing(crm: Crm, request_: Request, error: type[CrmError], words: str) -> None:
    crm.do(CreateLead("Zoe", "zoe@globex.example"))
    crm.do(CreateLead("Tim"))
    before = crm.dump()
    with refusal(error, words):
        crm.do(request_)
    assert crm.dump() == before


def test_an_address_is_free_again_when_its_lead_is_closed(crm: Crm) -> None:
    crm.do(CreateLead("Jane Doe", "jane@acme.com"))
    crm.do(SetLeadStatus("L-1", "disqualified", "no budget"))
    assert crm.made(CreateLead("Jane Doe", "jane@acme.com")).reference == "L-2"


def test_skipped_statuses_are_entered_at_the_same_instant(crm: Crm) -> None:
    crm.do(CreateLead("Jane Doe"))
    crm.do(ConvertLead("L-1"))
    assert climbed(crm) == [("new", 0, None), ("contacted", 1, None), ("qualified", 1, None), ("converted", 1, None)]


def test_going_back_and_forth_remembers_the_time_before(crm: Crm) -> None:
    crm.do(CreateLead("Jane Doe"))
    for status in ("qualified", "contacted", "qualified", "new"):
        crm.do(SetLeadStatus("L-1", status))
    assert climbed(crm) == [
        ("new", 0, None),
        ("contacted", 1, None),
        ("qualified", 1, None),
        ("contacted", 2, 1),
        ("qualified", 3, 1),
        ("new", 4, 0),
    ]


def test_a_status_it_has_already_is_told_and_not_entered_again(crm: Crm) -> None:
    crm.do(CreateLead("Jane Doe"))
    outcome = crm.do(SetLeadStatus("L-1", "new"))
    assert (outcome.said, outcome.entry_id) == ("L-1 Jane Doe is new already.", None)
    assert len(climbed(crm)) == 1


def test_disqualifying_keeps_the_reason_until_it_comes_back(crm: Crm) -> None:
    crm.do(CreateLead("Jane Doe"))
    assert crm.made(SetLeadStatus("L-1", "disqualified", "no budget")).disqualified_reason == "no budget"
    with refusal(Conflict, "L-1 Jane Doe is disqualified. Take it back first: /lead qualify L-1"):
        crm.do(ConvertLead("L-1"))
    assert crm.made(SetLeadStatus("L-1", "qualified")).disqualified_reason is None


def test_facts_are_changed_and_told(crm: Crm) -> None:
    crm.do(CreateLead("Jane Doe", score=10))
    outcome = crm.do(SetLead("L-1", name="Jane Dough", company="Acme", source="Cold call", score=55))
    assert [(change.label, change.before, change.after) for change in outcome.changes] == [
        ("Name", "Jane Doe", "Jane Dough"),
        ("Company name", "", "Acme"),
        ("Source", "", "cold_call"),
        ("Score", "10", "55"),
    ]
    assert crm.made(SetLeadStatus("jane dough", "contacted")).status == "contacted"
    assert crm.do(SetLead("L-1", score=55)).said == "Nothing to change on L-1 Jane Dough."


def test_a_rep_edits_own_and_unowned_leads_only(crm: Crm) -> None:
    crm.do(CreateLead("Jane Doe"))
    crm.do(CreateLead("Nobody"), "system")
    with refusal(NotAllowed, "L-1 Jane Doe belongs to Jane Roe"):
        crm.do(SetLeadStatus("L-1", "contacted"), "sam")
    with refusal(NotAllowed, "L-1 Jane Doe belongs to Jane Roe"):
        crm.do(ConvertLead("L-1"), "sam")
    assert crm.made(AssignLead("L-2", "me"), "sam").owner.name == "Sam Poe"
    assert crm.made(AssignLead("L-1", "sam"), "max").owner.name == "Sam Poe"


def test_converting_makes_contact_company_deal_and_customer(crm: Crm) -> None:
    crm.do(CreateLead("Jane Doe", "jane@acme.com", "Acme Corp", "referral"))
    outcome = crm.do(ConvertLead("L-1", value=Money.of(40_000, "USD"), stage="qualified"))
    assert outcome.said == "Converted L-1 Jane Doe into D-1 Acme Corp, C-1 Jane Doe, new company O-1 Acme Corp."
    deal, contact, company, customer = (crm.rows(kind)[0] for kind in (Deal, Contact, Company, Customer))
    assert (deal.contact_id, deal.company_id, deal.value_minor) == (contact.id, company.id, 4_000_000)
    assert (contact.company_id, company.domain) == (company.id, "acme.com")
    assert (customer.company_id, customer.contact_id, customer.channel) == (company.id, contact.id, "referral")
    view: Any = outcome.record
    assert (view.status, view.deal.reference, view.contact.reference) == ("converted", "D-1", "C-1")


def test_the_deal_of_a_lead_belongs_to_the_leads_owner(crm: Crm) -> None:
    crm.do(CreateLead("Jane Doe"))
    crm.do(ConvertLead("L-1"), "max")
    assert crm.rows(Deal)[0].owner_id == crm.user_id("jane")


def test_converting_a_second_time_is_refused(crm: Crm) -> None:
    crm.do(CreateLead("Jane Doe"))
    crm.do(ConvertLead("L-1"))
    for request in (ConvertLead("L-1"), SetLeadStatus("L-1", "new")):
        with refusal(Conflict, "L-1 Jane Doe was converted already"):
            crm.do(request)
    assert len(crm.rows(Deal)) == 1


def test_a_contact_with_the_address_is_used_again(crm: Crm) -> None:
    crm.do(CreateContact("J. Doe", ("jane@acme.com",), company="Acme Corp"))
    crm.do(CreateLead("Jane Doe", "jane@acme.com"))
    crm.do(ConvertLead("L-1"))
    assert [contact.name for contact in crm.rows(Contact)] == ["J. Doe"]
    assert [company.name for company in crm.rows(Company)] == ["Acme Corp"]
    assert crm.rows(Deal)[0].company_id == crm.rows(Company)[0].id


def test_a_known_contacts_company_becomes_the_deals(crm: Crm) -> None:
    crm.do(CreateContact("Jo", ("jo@gmail.com",), company="Acme"))
    crm.do(CreateLead("Jo", "jo@gmail.com"))
    crm.do(ConvertLead("L-1"))
    assert crm.rows(Deal)[0].company_id == crm.rows(Company)[0].id


def test_a_known_contact_without_a_company_gets_the_leads(crm: Crm) -> None:
    crm.do(CreateContact("Jo", ("jo@gmail.com",)))
    crm.do(CreateLead("Jo", "jo@gmail.com", "Acme"))
    crm.do(ConvertLead("L-1"))
    assert crm.rows(Contact)[0].company_id == crm.rows(Company)[0].id


@pytest.mark.parametrize(
    ("email", "company", "expected"),
    [
        ("jo@acme.com", "ACME corp.", ["Acme Corp"]),
        ("jo@acme.com", None, ["Acme Corp"]),
        ("jo@acme.com", "Acme", ["Acme Corp"]),
        ("jo@acme.com", "Acme Marketing Team", ["Acme Corp"]),
        ("jo@acme.com", "Acme GmbH", ["Acme Corp", "Acme GmbH"]),
        ("jo@other.example", "Acme Corp", ["Acme Corp"]),
        ("jo@other.example", "Acme", ["Acme", "Acme Corp"]),
        ("jo@other-place.example", None, ["Acme Corp", "Other Place"]),
        ("jo@gmail.com", None, ["Acme Corp"]),
        ("jo@gmail.com", "Initech", ["Acme Corp", "Initech"]),
        (None, None, ["Acme Corp"]),
    ],
)
def test_a_company_is_found_by_its_whole_name_or_domain_or_made(
    crm: Crm, email: str | None, company: str | None, expected: list[str]
) -> None:
    crm.do(CreateCompany("Acme Corp", domain="acme.com"))
    crm.do(CreateLead("Jo", email, company))
    crm.do(ConvertLead("L-1"))
    assert sorted(row.name for row in crm.rows(Company)) == expected


def test_a_public_mailbox_gives_a_company_no_domain(crm: Crm) -> None:
    crm.do(CreateLead("Jo", "jo@gmail.com", "Initech"))
    crm.do(ConvertLead("L-1"))
    assert crm.rows(Company)[0].domain is None


def test_two_companies_of_one_name_are_asked_about(crm: Crm) -> None:
    crm.do(CreateCompany("Acme"))
    crm.write(lambda session: session.add(_twin(crm)))
    crm.do(CreateLead("Jo", None, "Acme"))
    with pytest.raises(Ambiguous) as asked:
        crm.do(ConvertLead("L-1"))
    assert [one.reference for one in asked.value.candidates] == ["O-1", "O-9"]


def _twin(crm: Crm) -> Company:
    made = crm.clock()
    return Company(workspace_id=crm.workspace_id, id="twin", number=9, name="ACME", name_key="acme", created_at=made)


def test_a_company_or_person_is_a_customer_once(crm: Crm) -> None:
    for name, email, company in (
        ("Jo", "jo@acme.com", "Acme"),
        ("Ann", "ann@acme.com", "Acme"),
        ("Tim", "tim@gmail.com", None),
    ):
        crm.do(CreateLead(name, email, company))
    for number in (1, 2, 3):
        crm.do(ConvertLead(f"L-{number}"))
    crm.do(CreateLead("Tim again", "tim@gmail.com"))
    crm.do(ConvertLead("L-4"))
    assert sorted(customer.name for customer in crm.rows(Customer)) == ["Acme", "Tim"]


def test_a_lead_converted_by_many_at_once_is_converted_once(any_crm: Crm) -> None:
    crm = any_crm
    crm.do(CreateLead("Jo Doe", "jo@acme.com", "Acme"))
    crm.clock.advance(timedelta(seconds=1))
    actors = [crm.actor("jane"), crm.actor("max")]
    came = outcomes_of(100, lambda index: crm.service.perform(actors[index % 2], ConvertLead("L-1")))
    assert sum(not isinstance(outcome, Exception) for outcome in came) == 1
    told = {str(outcome) for outcome in came if isinstance(outcome, Exception)}
    assert told == {"L-1 Jo Doe was converted already."}
    assert [len(crm.rows(kind)) for kind in (Contact, Company, Deal, Customer)] == [1, 1, 1, 1]


def test_a_change_of_status_is_told_as_people_write_it(crm: Crm) -> None:
    crm.do(CreateLead("Jane"))
    (change,) = crm.do(SetLeadStatus("L-1", "qualified")).changes
    assert (change.before, change.after) == ("New", "Qualified")
