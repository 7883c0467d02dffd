"""Looks at one record, with its timeline and what belongs to it."""

from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, select

from crmbot.crm import requests as ask
from crmbot.crm.answers import CompanyView, ContactView, DealView, Shown
from crmbot.crm.attachments import list_files
from crmbot.crm.customers import worth_by_hand
from crmbot.crm.emails.addresses import deal_address
from crmbot.crm.listings import PER_PAGE
from crmbot.crm.lookup import find_activity, find_deal, find_record
from crmbot.crm.meetings import show_meeting
from crmbot.crm.timeline import timeline
from crmbot.crm.views import activity_view, load_names, record_view
from crmbot.crm.work import Work
from crmbot.domain.ids import Kind
from crmbot.models import Company, Contact, Deal
from crmbot.store.prepared import Prepared

_PEOPLE = Prepared(
    select(Contact)
    .where(Contact.workspace_id == bindparam("workspace"), Contact.company_id == bindparam("company"))
    .order_by(Contact.name_key)
    .limit(PER_PAGE)
)


def show_deal(work: Work, request: ask.ShowDeal) -> Shown:
    """Show a deal."""
    return _shown(work, find_deal(work, request.deal, outcome="open"))


def show_lead(work: Work, request: ask.ShowLead) -> Shown:
    """Show a lead."""
    return _shown(work, find_record(work, Kind.LEAD, request.lead, field="lead"))


def show_contact(work: Work, request: ask.ShowContact) -> Shown:
    """Show a contact with the open deals."""
    contact: Contact = find_record(work, Kind.CONTACT, request.contact, field="contact")
    shown = _shown(work, contact, related=_open_deals(work, "contact_id", contact.id))
    return _with_worth(work, shown, contact)


def show_company(work: Work, request: ask.ShowCompany) -> Shown:
    """Show a company with its people and open deals."""
    company: Company = find_record(work, Kind.COMPANY, request.company, field="company")
    people = work.all(_PEOPLE, Contact, company=company.id)
    shown = _shown(work, company, related=[*people, *_open_deals(work, "company_id", company.id)])
    return _with_worth(work, shown, company)


def _with_worth(work: Work, shown: Shown, party: Contact | Company) -> Shown:
    """Tell a lifetime value that was set by hand."""
    worth = worth_by_hand(work, party)
    if worth is None or not isinstance(shown.record, ContactView | CompanyView):
        return shown
    return replace(shown, record=shown.record._replace(lifetime_value=worth))


def show_activity(work: Work, request: ask.ShowActivity) -> Shown:
    """Show an activity."""
    activity = find_activity(work, request.activity)
    meeting = show_meeting(work, activity) if activity.kind == "meeting" else None
    view = activity_view(work, activity)._replace(meeting=meeting, files=list_files(work, activity))
    return Shown(f"{view.reference} {view.title}", record=view)


def _open_deals(work: Work, column: str, party_id: str) -> list[Deal]:
    return work.all(_OPEN_DEALS[column], Deal, party=party_id)


_OPEN_DEALS = {
    column.key: Prepared(
        select(Deal)
        # As expressions, so that neither an index of outcomes nor that of numbers is taken before the party's own.
        .where(
            Deal.workspace_id == bindparam("workspace"), column == bindparam("party"), Deal.outcome.concat("") == "open"
        )
        .order_by((Deal.number + 0).desc())
        .limit(PER_PAGE)
    )
    for column in (Deal.contact_id, Deal.company_id)
}


def _shown(work: Work, row: Any, related: list[Any] | None = None) -> Shown:
    view = record_view(work, row)
    load_names(work, related or [])
    return Shown(
        f"{view.reference} {view.title}",
        record=view,
        timeline=timeline(work, row),
        related=tuple(record_view(work, other) for other in related or []),
        mail_address=deal_address(work, row.number) if isinstance(view, DealView) else None,
    )
