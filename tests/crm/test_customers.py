"""What a customer is worth: told by its deals, or by a person."""

from datetime import timedelta

import pytest
from factories import Crm, refusal

from crmbot.crm.requests import (
    ConvertLead,
    CreateCompany,
    CreateContact,
    CreateLead,
    SetCompany,
    SetContact,
    SetDeal,
    ShowCompany,
    Undo,
)
from crmbot.domain.money import Money
from crmbot.errors import BadInput, Conflict
from crmbot.models import Customer, CustomerVersion
from crmbot.reports.values import ReportRequest

WORTH = Money.of(150_000, "USD")


@pytest.fixture
def customers(any_crm: Crm) -> Crm:
    """A company and a person without one that were leads."""
    any_crm.do(CreateLead("Jo Doe", email="jo@acme.com", company="Acme Corp"))
    any_crm.do(ConvertLead("L-1"))
    any_crm.do(CreateLead("Ann Lee", email="ann@gmail.com"))
    any_crm.do(ConvertLead("L-2"))
    return any_crm


def worths(crm: Crm) -> dict[str, str]:
    """Return the lifetime values that the report tells a moment later."""
    crm.clock.advance(timedelta(seconds=1))
    report = crm.service.report(crm.actor("max"), ReportRequest("customer-acquisition"))
    return {one.name: str(one.estimated_lifetime_value) for one in report.data.high_value_customers}


def test_a_value_set_by_hand_wins_over_the_deals_until_they_tell_again(customers: Crm) -> None:
    customers.do(SetDeal("D-1", value=Money.of(1_000, "USD"), probability=50))
    before = worths(customers)
    done = customers.do(SetCompany("acme", lifetime_value=WORTH))
    assert done.said == "Updated O-1 Acme Corp: lifetime value $150,000."
    assert [(one.label, one.before, one.after) for one in done.changes] == [
        ("Lifetime value", "as its deals say", "$150,000")
    ]
    assert worths(customers) == before | {"Acme Corp": str(WORTH)}
    assert customers.ask(ShowCompany("acme")).record.lifetime_value == WORTH
    assert customers.do(SetCompany("acme", lifetime_value=WORTH)).said == "Nothing to change on O-1 Acme Corp."
    customers.do(SetCompany("acme", automatic_lifetime_value=True))
    assert worths(customers) == before
    assert customers.ask(ShowCompany("acme")).record.lifetime_value is None


def test_nothing_set_by_hand_counts_as_set(customers: Crm) -> None:
    customers.do(SetDeal("D-1", value=Money.of(1_000, "USD"), probability=50))
    customers.do(SetCompany("acme", lifetime_value=Money(0, "USD")))
    assert worths(customers)["Acme Corp"] == str(Money(0, "USD"))


def test_a_person_without_a_company_is_a_customer_too(customers: Crm) -> None:
    view = customers.made(SetContact("ann", lifetime_value=WORTH))
    assert view.lifetime_value == WORTH
    assert worths(customers)["Ann Lee"] == str(WORTH)


def test_undo_takes_the_value_and_its_history_back(customers: Crm) -> None:
    before = customers.dump(without=frozenset({"journal_entry", "delivery_key"}))
    customers.do(SetCompany("acme", lifetime_value=WORTH))
    [version] = customers.rows(CustomerVersion)
    assert (version.lifetime_value_minor, version.valid_to) == (None, customers.clock())
    customers.do(Undo())
    assert customers.rows(CustomerVersion) == []
    assert customers.dump(without=frozenset({"journal_entry", "delivery_key"})) == before


def test_what_was_set_later_does_not_change_a_moment_before(customers: Crm) -> None:
    earlier = customers.clock().date()
    before = worths(customers)
    customers.clock.advance(timedelta(days=2))
    customers.do(SetCompany("acme", lifetime_value=WORTH))
    request = ReportRequest("customer-acquisition", date_from=f"{earlier - timedelta(days=5)}", date_to=f"{earlier}")
    report = customers.service.report(customers.actor("max"), request)
    assert {one.name: str(one.estimated_lifetime_value) for one in report.data.high_value_customers} == before


REFUSED = [
    (SetCompany("acme", lifetime_value=Money.of(5, "EUR")), BadInput, "A lifetime value is in USD, the workspace's"),
    (SetCompany("acme", lifetime_value=Money(-5, "USD")), BadInput, "A lifetime value is not below 0."),
    (SetContact("jo", lifetime_value=WORTH), Conflict, "The customer is Jo Doe's company: /crm company set O-1 ltv:…"),
    (SetCompany("globex", lifetime_value=WORTH), Conflict, "O-2 Globex is no customer yet: convert a lead of theirs"),
    (SetContact("tim", lifetime_value=WORTH), Conflict, "C-3 Tim is no customer yet"),
]


@pytest.mark.parametrize(("request_", "kind", "words"), REFUSED, ids=[words[:30] for _, _, words in REFUSED])
def test_what_can_be_no_lifetime_value_is_refused(
    customers: Crm, request_: SetCompany | SetContact, kind: type[BadInput] | type[Conflict], words: str
) -> None:
    customers.do(CreateCompany("Globex"))
    customers.do(CreateContact("Tim"))
    before = [row.lifetime_value_minor for row in customers.rows(Customer)]
    with refusal(kind, words):
        customers.do(request_)
    assert [row.lifetime_value_minor for row in customers.rows(Customer)] == before
