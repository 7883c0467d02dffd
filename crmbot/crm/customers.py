"""Customers: they come into being when a lead is converted."""

from sqlalchemy import select

from crmbot.crm.work import Work
from crmbot.models import Company, Contact, Customer, Lead


def customer_of(work: Work, lead: Lead, contact: Contact, company: Company | None) -> Customer:
    """Return the customer of a converted lead; a second lead of the same company or person makes no second one."""
    same = (
        Customer.company_id == company.id
        if company is not None
        else (Customer.contact_id == contact.id) & Customer.company_id.is_(None)
    )
    known = work.session.scalar(select(Customer).where(Customer.workspace_id == work.workspace_id, same))
    if known is not None:
        return known
    customer = Customer(
        name=company.name if company is not None else contact.name,
        company_id=company.id if company is not None else None,
        contact_id=contact.id,
        lead_id=lead.id,
        channel=lead.source or "unknown",
        acquired_at=work.now,
    )
    work.keep(customer)
    return customer
