"""Looks at the data: one record with its timeline, and search."""

from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import bindparam, or_, select

from crmbot.crm import requests as ask
from crmbot.crm.answers import CompanyView, ContactView, DealView, Found, Hit, LeadView, Link, Shown
from crmbot.crm.attachments import list_files
from crmbot.crm.emails.addresses import deal_address
from crmbot.crm.listings import PER_PAGE, part_of_name
from crmbot.crm.lookup import NAMED, find_activity, find_deal, find_record, nearest_to
from crmbot.crm.meetings import show_meeting
from crmbot.crm.prepared import Prepared
from crmbot.crm.timeline import timeline
from crmbot.crm.views import activity_view, load_names, record_view
from crmbot.crm.work import Work
from crmbot.domain.identity import fold_name
from crmbot.domain.ids import Kind, parse_reference, reference
from crmbot.errors import BadInput
from crmbot.models import Company, Contact, ContactEmail, Deal, Lead

_PEOPLE = Prepared(
    select(Contact)
    .where(Contact.workspace_id == bindparam("workspace"), Contact.company_id == bindparam("company"))
    .order_by(Contact.name_key)
    .limit(PER_PAGE)
)
_MOST_HITS = 15


def show_deal(work: Work, request: ask.ShowDeal) -> Shown:
    """Show a deal."""
    return _shown(work, find_deal(work, request.deal, outcome="open"))


def show_lead(work: Work, request: ask.ShowLead) -> Shown:
    """Show a lead."""
    return _shown(work, find_record(work, Kind.LEAD, request.lead, field="lead"))


def show_contact(work: Work, request: ask.ShowContact) -> Shown:
    """Show a contact with the open deals."""
    contact: Contact = find_record(work, Kind.CONTACT, request.contact, field="contact")
    return _shown(work, contact, related=_open_deals(work, "contact_id", contact.id))


def show_company(work: Work, request: ask.ShowCompany) -> Shown:
    """Show a company with its people and open deals."""
    company: Company = find_record(work, Kind.COMPANY, request.company, field="company")
    people = work.all(_PEOPLE, Contact, company=company.id)
    return _shown(work, company, related=[*people, *_open_deals(work, "company_id", company.id)])


def show_activity(work: Work, request: ask.ShowActivity) -> Shown:
    """Show an activity."""
    activity = find_activity(work, request.activity)
    meeting = show_meeting(work, activity) if activity.kind == "meeting" else None
    view = replace(activity_view(work, activity), meeting=meeting, files=list_files(work, activity))
    return Shown(f"{view.reference} {view.title}", record=view)


def find(work: Work, request: ask.Find) -> Found:
    """Search records by words: every word must stand in the name; an address or a number finds its own."""
    words = fold_name(request.words).split()
    if not words:
        raise BadInput("What should be found? Type a word.", field="words", example="/crm find acme")
    hits: list[Hit] = []
    for kind, model, key in _SEARCHED:
        if request.kind and request.kind != kind:
            continue
        patterns = {f"word_{place}": part_of_name(word) for place, word in enumerate(words)}
        rows = work.all(_naming(model, key, len(words)), model, **patterns)
        load_names(work, rows)
        hits += [_hit(work, kind, row) for row in rows]
    if "@" in request.words:
        hits += _by_address(work, request.words.strip().lower())
    hits = [*_by_number(work, request.words), *hits][:_MOST_HITS]
    if not hits:
        named = [one for kind, one in NAMED.items() if request.kind in (None, "", kind)]
        hits = [_hit(work, kind, row) for kind, row in nearest_to(work, named, request.words)] if named else []
        nearest = " The nearest:" if hits else ""
        return Found(f"Nothing found for “{request.words}”.{nearest}", hits=tuple(hits))
    said = f"{len(hits)} found for “{request.words}”."
    return Found(said, hits=tuple(hits))


_SEARCHED: tuple[tuple[Kind, Any, Any], ...] = (
    (Kind.DEAL, Deal, Deal.title_key),
    (Kind.COMPANY, Company, Company.name_key),
    (Kind.CONTACT, Contact, Contact.name_key),
    (Kind.LEAD, Lead, Lead.name_key),
)


@cache
def _naming(model: Any, key: Any, words: int) -> Prepared:
    """Return what finds the latest records with so many words in their name."""
    columns = (key, Lead.company_key) if model is Lead else (key,)
    held = [or_(*(column.like(bindparam(f"word_{place}"), escape="/") for column in columns)) for place in range(words)]
    mine = model.workspace_id == bindparam("workspace")
    return Prepared(select(model).where(mine, *held).order_by(model.number.desc()).limit(_MOST_HITS))


def _by_number(work: Work, words: str) -> list[Hit]:
    parsed = parse_reference(words)
    return [
        _hit(work, kind, row)
        for kind, model, _ in _SEARCHED
        if parsed is not None and parsed[0] is kind
        for row in work.session.scalars(
            select(model).where(model.workspace_id == work.workspace_id, model.number == parsed[1])
        )
    ]


def _by_address(work: Work, address: str) -> list[Hit]:
    owners = select(ContactEmail.contact_id).where(
        ContactEmail.workspace_id == work.workspace_id, ContactEmail.email == address
    )
    contacts = work.session.scalars(
        select(Contact).where(Contact.workspace_id == work.workspace_id, Contact.id.in_(owners))
    )
    leads = work.session.scalars(select(Lead).where(Lead.workspace_id == work.workspace_id, Lead.email == address))
    return [_hit(work, Kind.CONTACT, row) for row in contacts] + [_hit(work, Kind.LEAD, row) for row in leads]


def _hit(work: Work, kind: Kind, row: Any) -> Hit:
    view = record_view(work, row)
    facts: tuple[str | None, ...] = ()
    match view:
        case DealView():
            facts = (view.stage, str(view.value or ""), view.owner.name if view.owner else None)
        case LeadView():
            facts = (view.status, view.company_name)
        case ContactView():
            facts = (view.role, view.company.title if view.company else None)
        case CompanyView():
            facts = (view.domain,)
    return Hit(Link(reference(kind, row.number), view.title), kind, tuple(fact for fact in facts if fact))


def _open_deals(work: Work, column: str, party_id: str) -> list[Deal]:
    return work.all(_OPEN_DEALS[column], Deal, party=party_id)


_OPEN_DEALS = {
    column.key: Prepared(
        select(Deal)
        .where(Deal.workspace_id == bindparam("workspace"), column == bindparam("party"), Deal.outcome == "open")
        .order_by(Deal.number.desc())
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
