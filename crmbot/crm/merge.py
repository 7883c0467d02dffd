"""Merging duplicates: everything that hangs on one record moves to the other."""

from typing import Any

from sqlalchemy import select

from crmbot.crm.answers import Change, Outcome
from crmbot.crm.lookup import find_record
from crmbot.crm.requests import MergeCompanies, MergeContacts
from crmbot.crm.views import company_view, contact_view
from crmbot.crm.work import Work
from crmbot.domain.ids import Kind, reference
from crmbot.errors import BadInput
from crmbot.models import Activity, Alias, Company, Contact, ContactEmail, Customer, Deal, DealVersion, Lead, Note

_OF_CONTACT = (Activity, Note, Deal, DealVersion, Lead, ContactEmail)
_OF_COMPANY = (Activity, Note, Deal, DealVersion, Contact)


def contacts(work: Work, request: MergeContacts) -> Outcome:
    """Fold one contact into another; facts the other lacks are taken over."""
    source: Contact = find_record(work, Kind.CONTACT, request.contact, field="contact")
    target: Contact = find_record(work, Kind.CONTACT, request.into, field="into")
    gone = _refuse_same(source.id, target.id, f"{reference(Kind.CONTACT, source.number)} {source.name}")
    _append_emails(work, source.id, target.id)
    _move(work, _OF_CONTACT, "contact_id", source.id, target.id)
    _move(work, (Alias,), "record_id", source.id, target.id)
    _move_customer(work, "contact_id", source.id, target.id)
    _fill(source, target, ("phone", "role", "company_id"))
    work.session.flush()
    work.session.delete(source)
    work.session.flush()
    view = contact_view(work, target)
    change = Change(view.reference, "Merged", gone, "")
    return Outcome(f"Merged {gone} into {view.reference} {view.title}.", record=view, changes=(change,))


def companies(work: Work, request: MergeCompanies) -> Outcome:
    """Fold one company into another; facts the other lacks are taken over."""
    source: Company = find_record(work, Kind.COMPANY, request.company, field="company")
    target: Company = find_record(work, Kind.COMPANY, request.into, field="into")
    gone = _refuse_same(source.id, target.id, f"{reference(Kind.COMPANY, source.number)} {source.name}")
    _move(work, _OF_COMPANY, "company_id", source.id, target.id)
    _move(work, (Alias,), "record_id", source.id, target.id)
    _move_customer(work, "company_id", source.id, target.id)
    _fill(source, target, ("domain", "industry", "size"))
    work.session.flush()
    work.session.delete(source)
    work.session.flush()
    view = company_view(work, target)
    change = Change(view.reference, "Merged", gone, "")
    return Outcome(f"Merged {gone} into {view.reference} {view.title}.", record=view, changes=(change,))


def _refuse_same(source_id: str, target_id: str, name: str) -> str:
    if source_id == target_id:
        raise BadInput(f"{name} can't be merged with itself.", field="into")
    return name


def _move(work: Work, kinds: tuple[type[Any], ...], column: str, source_id: str, target_id: str) -> None:
    for kind in kinds:
        rows = work.session.scalars(
            select(kind).where(kind.workspace_id == work.workspace_id, getattr(kind, column) == source_id)
        )
        for row in rows:
            setattr(row, column, target_id)
    work.session.flush()


def _append_emails(work: Work, source_id: str, target_id: str) -> None:
    """Put one contact's addresses after the other's, whose first one stays the first."""
    addresses = work.session.scalars(
        select(ContactEmail)
        .where(ContactEmail.workspace_id == work.workspace_id, ContactEmail.contact_id.in_([target_id, source_id]))
        .order_by(ContactEmail.contact_id != target_id, ContactEmail.position, ContactEmail.id)
    )
    for position, address in enumerate(addresses):
        address.position = position


def _move_customer(work: Work, column: str, source_id: str, target_id: str) -> None:
    """Keep one customer: the earlier one of the two."""
    both = work.session.scalars(
        select(Customer)
        .where(Customer.workspace_id == work.workspace_id, getattr(Customer, column).in_([source_id, target_id]))
        .order_by(Customer.acquired_at, Customer.id)
    ).all()
    if not both:
        return
    first, *others = both
    if column == "company_id":
        for other in others:
            work.session.delete(other)
        work.session.flush()
    for row in (first, *others) if column == "contact_id" else (first,):
        setattr(row, column, target_id)
    work.session.flush()


def _fill(source: Any, target: Any, fields: tuple[str, ...]) -> None:
    for field in fields:
        if not getattr(target, field):
            setattr(target, field, getattr(source, field))
