"""Merging duplicates keeps everything that hung on them."""

from typing import Any

from factories import Crm, refusal

from crmbot.crm.requests import (
    AddNote,
    ConvertLead,
    CreateCompany,
    CreateContact,
    CreateDeal,
    CreateLead,
    LogActivity,
    MergeCompanies,
    MergeContacts,
    ShowContact,
)
from crmbot.domain.ids import new_id
from crmbot.errors import BadInput
from crmbot.models import Activity, Alias, Base, Company, Contact, Customer, Deal, DealVersion, Lead, Note


def pointing_at(crm: Crm, column: str) -> dict[str, set[Any]]:
    """Return by table what its column of this name holds."""
    kinds = [mapper.class_ for mapper in Base.registry.mappers]
    return {
        kind.__tablename__: {getattr(row, column) for row in crm.rows(kind)} - {None}
        for kind in kinds
        if hasattr(kind, column)
    }


def test_everything_of_a_contact_moves_to_the_other(crm: Crm) -> None:
    crm.do(CreateContact("Jane Doe", ("jane@acme.com",), role="Buyer"))
    crm.do(CreateLead("J. Doe", "jd@gmail.com", source="referral"))
    crm.do(ConvertLead("L-1"))
    crm.do(LogActivity("call", "C-2", "hello"))
    crm.do(AddNote("C-2", "likes tea"))
    gone = crm.rows(Contact, Contact.number == 2)[0].id
    outcome = crm.do(MergeContacts("C-2", "C-1"))
    assert outcome.said == "Merged C-2 J. Doe into C-1 Jane Doe."
    kept = crm.rows(Contact)
    assert [contact.name for contact in kept] == ["Jane Doe"]
    assert all(gone not in ids for ids in pointing_at(crm, "contact_id").values())
    for kind in (Activity, Note, Deal, Lead, Customer):
        assert {row.contact_id for row in crm.rows(kind)} == {kept[0].id}
    assert crm.ask(ShowContact("jd@gmail.com")).record.emails == ("jane@acme.com", "jd@gmail.com")


def test_the_first_address_stays_the_first(crm: Crm) -> None:
    crm.do(CreateContact("Old", ("old@x.example", "older@x.example")))
    crm.do(CreateContact("New", ("new@x.example",)))
    view = crm.made(MergeContacts("old", "new"))
    assert view.emails == ("new@x.example", "old@x.example", "older@x.example")


def test_empty_facts_are_filled_and_others_stay(crm: Crm) -> None:
    crm.do(CreateContact("Jane", phone="1", role="Buyer", company="Acme"))
    crm.do(CreateContact("Jane Doe", phone="2"))
    view = crm.made(MergeContacts("C-1", "C-2"))
    assert (view.phone, view.role, view.company.title) == ("2", "Buyer", "Acme")


def test_everything_of_a_company_moves_to_the_other(crm: Crm) -> None:
    for number, company in ((1, "Acme Corp"), (2, "Acme GmbH")):
        crm.do(CreateLead(f"Jo {number}", f"jo@acme{number}.com", company))
        crm.do(ConvertLead(f"L-{number}"))
        crm.do(LogActivity("call", f"O-{number}"))
        crm.do(AddNote(f"O-{number}", "hello"))
    gone = crm.rows(Company, Company.number == 2)[0].id
    crm.do(MergeCompanies("O-2", "O-1"))
    kept = crm.rows(Company)
    assert [company.name for company in kept] == ["Acme Corp"]
    assert all(gone not in ids for ids in pointing_at(crm, "company_id").values())
    assert [len(crm.rows(kind, kind.company_id == kept[0].id)) for kind in (Contact, Deal, Activity, Note)] == [2] * 4
    assert [customer.name for customer in crm.rows(Customer)] == ["Acme Corp"]


def test_a_persons_own_word_leads_to_what_is_left(crm: Crm) -> None:
    crm.do(CreateContact("Jane"))
    crm.do(CreateContact("Jane Doe"))
    one, two = (contact.id for contact in crm.rows(Contact, order=Contact.number))
    alias = Alias(
        workspace_id=crm.workspace_id,
        id=new_id(crm.clock()),
        user_id=crm.user_id("jane"),
        kind="contact",
        word="jj",
        record_id=one,
    )
    crm.write(lambda session: session.add(alias))
    crm.do(MergeContacts("C-1", "C-2"))
    assert crm.ask(ShowContact("jj")).record.id == two


def test_a_record_cant_be_merged_with_itself(crm: Crm) -> None:
    crm.do(CreateContact("Jane"))
    crm.do(CreateCompany("Acme"))
    with refusal(BadInput, "C-1 Jane can't be merged with itself."):
        crm.do(MergeContacts("C-1", "jane"))
    with refusal(BadInput, "O-1 Acme can't be merged with itself."):
        crm.do(MergeCompanies("acme", "acme"))


def test_deals_are_untouched_but_for_the_link(crm: Crm) -> None:
    crm.do(CreateCompany("Acme Inc"))
    crm.do(CreateDeal("Seats", company="Acme Inc"))
    crm.do(CreateCompany("Acme"))
    (before,) = crm.rows(DealVersion)
    crm.do(MergeCompanies("O-1", "O-2"))
    (after,) = crm.rows(DealVersion)
    kept, linked = ({**vars(row), "_sa_instance_state": None} for row in (before, after))
    assert linked == {**kept, "company_id": crm.rows(Deal)[0].company_id}
