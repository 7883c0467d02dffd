"""Customers: they come into being when a lead is converted, and are worth what their deals say, or a person."""

from sqlalchemy import bindparam, select

from crmbot.crm.answers import Change
from crmbot.crm.history import keep_customer_facts
from crmbot.crm.requests import SetCompany, SetContact
from crmbot.crm.work import Work
from crmbot.domain.ids import Kind, reference
from crmbot.domain.money import Money
from crmbot.errors import BadInput, Conflict
from crmbot.models import Company, Contact, Customer, Lead
from crmbot.store.prepared import Prepared

COMPUTED = "as its deals say"

_OF_COMPANY = Prepared(
    select(Customer).where(Customer.workspace_id == bindparam("workspace"), Customer.company_id == bindparam("company"))
)
_OF_PERSON = Prepared(
    select(Customer).where(
        Customer.workspace_id == bindparam("workspace"),
        Customer.contact_id == bindparam("contact"),
        Customer.company_id.is_(None),
    )
)


def customer_of(work: Work, lead: Lead, contact: Contact, company: Company | None) -> Customer:
    """Return the customer of a converted lead; a second lead of the same company or person makes no second one."""
    known = find_customer(work, company if company is not None else contact)
    if known is not None:
        return known
    customer: Customer = work.make(
        Customer,
        name=company.name if company is not None else contact.name,
        company_id=company.id if company is not None else None,
        contact_id=contact.id,
        lead_id=lead.id,
        channel=lead.source or "unknown",
        acquired_at=work.now,
    )
    work.keep(customer)
    return customer


def find_customer(work: Work, party: Company | Contact) -> Customer | None:
    """Return the customer that a company is, or a person without one; None when they bought nothing yet."""
    found: Customer | None = (
        work.first(_OF_COMPANY, Customer, company=party.id)
        if isinstance(party, Company)
        else work.first(_OF_PERSON, Customer, contact=party.id)
    )
    return found


def worth_by_hand(work: Work, party: Company | Contact) -> Money | None:
    """Return the lifetime value that a person set, none when the deals tell it."""
    customer = find_customer(work, party)
    minor = customer.lifetime_value_minor if customer is not None else None
    return Money(minor, work.workspace.currency) if minor is not None else None


def set_worth(work: Work, party: Company | Contact, number: str, request: SetCompany | SetContact) -> list[Change]:
    """Set a customer's lifetime value by hand, or let its deals tell it again.

    Raises:
        Conflict: the party is no customer, or its company is the one.
        BadInput: the value is in another currency or below nothing.
    """
    wanted = request.lifetime_value
    if wanted is None and not request.automatic_lifetime_value:
        return []
    if wanted is not None:
        _refuse_odd(work, wanted)
    customer = find_customer(work, party)
    if customer is None:
        raise _no_customer(work, party, number)
    before = worth_by_hand(work, party)
    if before == wanted:
        return []
    keep_customer_facts(work, customer)
    customer.lifetime_value_minor = wanted.minor if wanted is not None else None
    told = (COMPUTED if one is None else str(one) for one in (before, wanted))
    return [Change(number, "Lifetime value", *told)]


def _refuse_odd(work: Work, value: Money) -> None:
    currency = work.workspace.currency
    if value.currency != currency:
        raise BadInput(
            f"A lifetime value is in {currency}, the workspace's currency.",
            field="lifetime_value",
            example=f"ltv:150000 {currency}",
        )
    if value.minor < 0:
        raise BadInput("A lifetime value is not below 0.", field="lifetime_value", example="ltv:150000")


def _no_customer(work: Work, party: Company | Contact, number: str) -> Conflict:
    company: Company | None = work.get(Company, party.company_id) if isinstance(party, Contact) else None
    if company is not None:
        own = reference(Kind.COMPANY, company.number)
        return Conflict(f"The customer is {party.name}'s company: /crm company set {own} ltv:…")
    return Conflict(f"{number} {party.name} is no customer yet: convert a lead of theirs first, /lead convert L-3")
