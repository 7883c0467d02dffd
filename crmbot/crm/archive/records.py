"""From rows to lines: what an archive says of each record."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from crmbot.crm.archive.files import files
from crmbot.crm.archive.letters import emails, meetings
from crmbot.crm.archive.shelf import Line, Shelf, day, instant
from crmbot.domain.money import Money, exponent
from crmbot.models import (
    Activity,
    ActivityVersion,
    Company,
    Contact,
    ContactEmail,
    Customer,
    CustomerVersion,
    Deal,
    DealVersion,
    Lead,
    LeadStatusEntry,
    LeadVersion,
    Note,
    Proposal,
    ProposalItem,
    ProposalVersion,
)


def companies(shelf: Shelf) -> Iterator[Line]:
    """Yield the companies."""
    for page in shelf.pages(Company, Company.number):
        for row in page:
            yield {
                **_head("company", row),
                "name": row.name,
                "domain": row.domain,
                "industry": row.industry,
                "size": row.size,
                "created_at": instant(row.created_at),
            }


def contacts(shelf: Shelf) -> Iterator[Line]:
    """Yield the contacts with their addresses."""
    for page in shelf.pages(Contact, Contact.number):
        addresses = shelf.children(ContactEmail, ContactEmail.contact_id, page, ContactEmail.position)
        for row in page:
            line = {
                **_head("contact", row),
                "name": row.name,
                "emails": [child.email for child in addresses[row.id]],
                "phone": row.phone,
                "role": row.role,
                "company": row.company_id,
                "created_at": instant(row.created_at),
            }
            bounced = [child for child in addresses[row.id] if child.bounced_at is not None]
            if bounced:
                line["bounced"] = [
                    {"email": one.email, "at": instant(one.bounced_at), "reason": one.bounce_reason} for one in bounced
                ]
            yield line


def leads(shelf: Shelf) -> Iterator[Line]:
    """Yield the leads with the statuses they entered."""
    order = (LeadStatusEntry.entered_at, LeadStatusEntry.position)
    for page in shelf.pages(Lead, Lead.number):
        entries = shelf.children(LeadStatusEntry, LeadStatusEntry.lead_id, page, *order)
        versions = shelf.children(LeadVersion, LeadVersion.lead_id, page, LeadVersion.valid_from)
        for row in page:
            line = {
                **_head("lead", row),
                "name": row.name,
                "email": row.email,
                "company_name": row.company_name,
                "source": row.source,
                "owner": row.owner_id,
                "score": row.score,
                "created_at": instant(row.created_at),
                "history": [{"status": one.status, "at": instant(one.entered_at)} for one in entries[row.id]],
                "contact": row.contact_id,
                "deal": row.deal_id,
            }
            if row.score_is_manual != (row.score is not None):
                line["score_is_manual"] = row.score_is_manual
            if row.disqualified_reason is not None:
                line["disqualified_reason"] = row.disqualified_reason
            if versions[row.id]:
                line["earlier"] = [
                    {"until": instant(one.valid_to), "owner": one.owner_id, "source": one.source}
                    for one in versions[row.id]
                ]
            yield line


def customers(shelf: Shelf) -> Iterator[Line]:
    """Yield the customers."""
    for page in shelf.pages(Customer, Customer.id):
        versions = shelf.children(CustomerVersion, CustomerVersion.customer_id, page, CustomerVersion.valid_from)
        for row in page:
            line = {
                "type": "customer",
                "ref": row.id,
                "name": row.name,
                "company": row.company_id,
                "contact": row.contact_id,
                "lead": row.lead_id,
                "channel": row.channel,
                "acquired_at": instant(row.acquired_at),
                **_worth(shelf, row),
            }
            if versions[row.id]:
                line["earlier"] = [{"until": instant(one.valid_to), **_worth(shelf, one)} for one in versions[row.id]]
            yield line


def _worth(shelf: Shelf, row: Any) -> Line:
    return {"estimated_lifetime_value": _money(row.lifetime_value_minor, shelf.currency)}


def deals(shelf: Shelf) -> Iterator[Line]:
    """Yield the deals with their whole history."""
    for page in shelf.pages(Deal, Deal.number):
        versions = shelf.children(DealVersion, DealVersion.deal_id, page, DealVersion.valid_from)
        for row in page:
            yield {
                **_head("deal", row),
                "title": row.title,
                "owner": row.owner_id,
                "contact": row.contact_id,
                "company": row.company_id,
                "created_at": instant(row.created_at),
                "lost_reason": row.lost_reason,
                "history": [_version(shelf, row, version) for version in versions[row.id]],
            }


def _version(shelf: Shelf, deal: Any, row: Any) -> Line:
    line = {
        "at": instant(row.valid_from),
        "stage": shelf.stages[row.stage_id],
        "value": _money(row.value_minor, row.currency),
        "probability": row.probability,
        "probability_is_manual": row.probability_is_manual,
        "expected_close": day(row.expected_close),
        "owner": row.owner_id,
        "forecast_category": row.forecast_category,
        "lost_reason": row.lost_reason,
    }
    # What was with others before says so; else the deal's own line does.
    if (row.contact_id, row.company_id) != (deal.contact_id, deal.company_id):
        line |= {"contact": row.contact_id, "company": row.company_id}
    return line


def activities(shelf: Shelf) -> Iterator[Line]:
    """Yield the activities, and what they were before later changes."""
    for page in shelf.pages(Activity, Activity.number):
        versions = shelf.children(ActivityVersion, ActivityVersion.activity_id, page, ActivityVersion.valid_from)
        for row in page:
            line = {
                **_head("activity", row),
                "kind": row.kind,
                "subject": row.subject,
                "notes": row.notes,
                "owner": row.owner_id,
                **_about(row),
                "created_at": instant(row.created_at),
                **_doing(row),
                "outcome": row.outcome,
                "attendees": row.attendees or [],
            }
            if versions[row.id]:
                line["history"] = [
                    {"until": instant(one.valid_to), "owner": one.owner_id, **_doing(one)} for one in versions[row.id]
                ]
            yield line


def _doing(row: Any) -> Line:
    return {
        "due_at": instant(row.due_at),
        "due_on": day(row.due_on),
        "completed_at": instant(row.completed_at),
        "duration_minutes": row.duration_minutes,
        "billable": row.billable,
    }


def notes(shelf: Shelf) -> Iterator[Line]:
    """Yield the notes."""
    for page in shelf.pages(Note, Note.id):
        for row in page:
            yield {
                "type": "note",
                "ref": row.id,
                "text": row.text,
                "author": row.author_id,
                "created_at": instant(row.created_at),
                **_about(row),
            }


def proposals(shelf: Shelf) -> Iterator[Line]:
    """Yield the proposals with their versions and items."""
    for page in shelf.pages(Proposal, Proposal.number):
        versions = shelf.children(ProposalVersion, ProposalVersion.proposal_id, page, ProposalVersion.position)
        every = [version for found in versions.values() for version in found]
        items = shelf.children(ProposalItem, ProposalItem.version_id, every, ProposalItem.position) if every else {}
        for row in page:
            line = {
                "type": "proposal",
                "ref": row.id,
                "deal": row.deal_id,
                "number": row.number,
                "title": row.title,
                "status": row.status,
                "versions": [_offer(row, version, items[version.id]) for version in versions[row.id]],
                "created_at": instant(row.created_at),
                "sent_at": instant(row.sent_at),
                "viewed_at": instant(row.viewed_at),
                "accepted_at": instant(row.accepted_at),
                "accepted_by": row.accepted_by,
                "declined_at": instant(row.declined_at),
                "expires_on": day(row.expires_on),
            }
            if row.bounced_at is not None:
                line |= {"bounced_at": instant(row.bounced_at), "bounce_reason": row.bounce_reason}
            yield line


_ITEM = ("description", "quantity", "unit_price", "discount_percent", "tax_percent")


def _offer(proposal: Any, row: Any, items: list[Any]) -> Line:
    line = {
        "at": instant(row.at),
        "currency": row.currency,
        "items": [{name: getattr(item, name) for name in _ITEM} for item in items],
    }
    if row.content != {"title": proposal.title}:
        line["content"] = row.content
    return line


def _head(kind: str, row: Any) -> Line:
    return {"type": kind, "ref": row.id, "number": row.number}


def _about(row: Any) -> Line:
    return {"lead": row.lead_id, "contact": row.contact_id, "company": row.company_id, "deal": row.deal_id}


def _money(minor: int | None, currency: str) -> Line | None:
    if minor is None:
        return None
    return {"amount": f"{Money(minor, currency).amount:.{exponent(currency)}f}", "currency": currency}


RECORDS: Mapping[str, Callable[[Shelf], Iterator[Line]]] = {
    "company": companies,
    "contact": contacts,
    "lead": leads,
    "customer": customers,
    "deal": deals,
    "activity": activities,
    "note": notes,
    "proposal": proposals,
    "file": files,
    "email": emails,
    "meeting": meetings,
}
"""Every type that is records, in the order of an archive."""
