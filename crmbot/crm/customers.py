"""Customers: they come into being when a lead is converted."""

from sqlalchemy import bindparam, select

from crmbot.crm.prepared import Prepared
from crmbot.crm.work import Work
from crmbot.models import Company, Contact, Customer, Lead

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
    known: Customer | None = (
        work.first(_OF_COMPANY, Customer, company=company.id)
        if company is not None
        else work.first(_OF_PERSON, Customer, contact=contact.id)
    )
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
