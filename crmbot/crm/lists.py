"""Looks at the data: one record with its timeline, lists, the board, today, search."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select

from crmbot.crm import requests as ask
from crmbot.crm.answers import CompanyView, ContactView, DealView, Found, Hit, LeadView, Link, Listing, Shown, Today
from crmbot.crm.attachments import list_files
from crmbot.crm.leads import source_key
from crmbot.crm.lookup import find_activity, find_deal, find_record, find_stage, find_user
from crmbot.crm.meetings import show_meeting
from crmbot.crm.timeline import timeline
from crmbot.crm.views import activity_view, deal_view, load_names, record_view
from crmbot.crm.work import Work
from crmbot.domain.identity import fold_name
from crmbot.domain.ids import Kind, parse_reference, reference
from crmbot.domain.stages import LeadStatus, StageKind
from crmbot.errors import BadInput
from crmbot.models import Activity, Company, Contact, ContactEmail, Deal, Email, Lead

PER_PAGE = 10
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
    return _shown(work, contact, related=_open_deals(work, Deal.contact_id == contact.id))


def show_company(work: Work, request: ask.ShowCompany) -> Shown:
    """Show a company with its people and open deals."""
    company: Company = find_record(work, Kind.COMPANY, request.company, field="company")
    people = work.session.scalars(
        select(Contact)
        .where(Contact.workspace_id == work.workspace_id, Contact.company_id == company.id)
        .order_by(Contact.name_key)
        .limit(PER_PAGE)
    )
    return _shown(work, company, related=[*people, *_open_deals(work, Deal.company_id == company.id)])


def show_activity(work: Work, request: ask.ShowActivity) -> Shown:
    """Show an activity."""
    activity = find_activity(work, request.activity)
    meeting = show_meeting(work, activity) if activity.kind == "meeting" else None
    view = replace(activity_view(work, activity), meeting=meeting, files=list_files(work, activity))
    return Shown(f"{view.reference} {view.title}", record=view)


def list_leads(work: Work, request: ask.ListLeads) -> Listing:
    """List leads, newest first."""
    statement = select(Lead).where(Lead.workspace_id == work.workspace_id)
    if request.status:
        statement = statement.where(Lead.status == _status(request.status))
    if request.owner:
        statement = statement.where(Lead.owner_id == find_user(work, request.owner).id)
    if request.source:
        statement = statement.where(Lead.source == source_key(request.source))
    if request.words:
        key = fold_name(request.words)
        statement = statement.where(
            or_(Lead.name_key.contains(key, autoescape=True), Lead.company_key.contains(key, autoescape=True))
        )
    what = f"{request.status} leads" if request.status else "leads"
    return _page(work, statement, Lead.created_at.desc(), request.page, what)


def list_deals(work: Work, request: ask.ListDeals) -> Listing:
    """List deals, the most valuable first."""
    statement = select(Deal).where(Deal.workspace_id == work.workspace_id)
    if request.outcome:
        if request.outcome not in tuple(StageKind):
            raise BadInput(f"“{request.outcome}” is no outcome. There are open, won and lost.", field="outcome")
        statement = statement.where(Deal.outcome == request.outcome)
    if request.owner:
        statement = statement.where(Deal.owner_id == find_user(work, request.owner).id)
    if request.stage:
        statement = statement.where(Deal.stage_id == find_stage(work, request.stage).id)
    if request.company:
        company = find_record(work, Kind.COMPANY, request.company, field="company")
        statement = statement.where(Deal.company_id == company.id)
    if request.words:
        statement = statement.where(Deal.title_key.contains(fold_name(request.words), autoescape=True))
    what = f"{request.outcome} deals" if request.outcome else "deals"
    return _page(work, statement, func.coalesce(Deal.value_minor, 0).desc(), request.page, what)


def list_contacts(work: Work, request: ask.ListContacts) -> Listing:
    """List contacts by name."""
    statement = select(Contact).where(Contact.workspace_id == work.workspace_id)
    if request.company:
        company = find_record(work, Kind.COMPANY, request.company, field="company")
        statement = statement.where(Contact.company_id == company.id)
    if request.words:
        statement = statement.where(Contact.name_key.contains(fold_name(request.words), autoescape=True))
    return _page(work, statement, Contact.name_key, request.page, "contacts")


def list_companies(work: Work, request: ask.ListCompanies) -> Listing:
    """List companies by name."""
    statement = select(Company).where(Company.workspace_id == work.workspace_id)
    if request.words:
        statement = statement.where(Company.name_key.contains(fold_name(request.words), autoescape=True))
    return _page(work, statement, Company.name_key, request.page, "companies")


def list_activities(work: Work, request: ask.ListActivities) -> Listing:
    """List activities: open ones with the most overdue first, done ones with the latest first."""
    statement = select(Activity).where(Activity.workspace_id == work.workspace_id)
    order: Any = Activity.overdue_at.asc().nulls_last()
    if request.owner:
        statement = statement.where(Activity.owner_id == find_user(work, request.owner).id)
    match request.state:
        case "done":
            statement = statement.where(Activity.completed_at.is_not(None))
            order = Activity.completed_at.desc()
        case "overdue":
            statement = statement.where(Activity.completed_at.is_(None), Activity.overdue_at <= work.now)
            order = Activity.overdue_at
        case "today":
            statement = statement.where(Activity.completed_at.is_(None), *_due_today(work))
            order = Activity.overdue_at
        case "open":
            statement = statement.where(Activity.completed_at.is_(None))
        case _:
            raise BadInput(f"“{request.state}” is no state. There are open, overdue, today and done.", field="state")
    return _page(work, statement, order, request.page, f"{request.state} activities")


def today(work: Work, _request: ask.ShowToday) -> Today:
    """Show what waits for the actor."""
    mine = select(Activity).where(
        Activity.workspace_id == work.workspace_id,
        Activity.owner_id == work.actor.user_id,
        Activity.completed_at.is_(None),
    )
    overdue, overdue_total = _first_of(work, mine.where(Activity.overdue_at <= work.now))
    due, due_total = _first_of(work, mine.where(Activity.overdue_at > work.now, *_due_today(work)))
    stale = _stale_deals(work)
    load_names(work, [*overdue, *due, *stale])
    waiting = 0
    if "crm.triage.edit" in work.actor.permissions:
        waiting = (
            work.session.scalar(
                select(func.count())
                .select_from(Email)
                .where(Email.workspace_id == work.workspace_id, Email.state == "triage")
            )
            or 0
        )
    count = overdue_total + due_total
    said = (
        f"{count} {'activity waits' if count == 1 else 'activities wait'} for you today."
        if count
        else ("Nothing is overdue or due today.")
    )
    return Today(
        said,
        overdue=tuple(activity_view(work, row) for row in overdue),
        due_today=tuple(activity_view(work, row) for row in due),
        stale=tuple(deal_view(work, row) for row in stale),
        triage=waiting,
        overdue_total=overdue_total,
        due_total=due_total,
    )


def _first_of(work: Work, statement: Any) -> tuple[list[Activity], int]:
    """Return the first activities of a statement, the longest due first, and how many there are."""
    first = list(work.session.scalars(statement.order_by(Activity.overdue_at).limit(PER_PAGE)))
    if len(first) < PER_PAGE:
        return first, len(first)
    return first, work.session.scalar(select(func.count()).select_from(statement.subquery())) or 0


def find(work: Work, request: ask.Find) -> Found:
    """Search records by words: every word must stand in the name; an address or a number finds its own."""
    words = fold_name(request.words).split()
    if not words:
        raise BadInput("What should be found? Type a word.", field="words", example="/crm find acme")
    hits: list[Hit] = []
    for kind, model, key in _SEARCHED:
        if request.kind and request.kind != kind:
            continue
        columns = (key, Lead.company_key) if model is Lead else (key,)
        statement = select(model).where(
            model.workspace_id == work.workspace_id,
            *(or_(*(column.contains(word, autoescape=True) for column in columns)) for word in words),
        )
        rows = work.session.scalars(statement.order_by(model.number.desc()).limit(_MOST_HITS)).all()
        load_names(work, rows)
        hits += [_hit(work, kind, row) for row in rows]
    if "@" in request.words:
        hits += _by_address(work, request.words.strip().lower())
    hits = [*_by_number(work, request.words), *hits][:_MOST_HITS]
    said = f"{len(hits)} found for “{request.words}”." if hits else f"Nothing found for “{request.words}”."
    return Found(said, hits=tuple(hits))


_SEARCHED: tuple[tuple[Kind, Any, Any], ...] = (
    (Kind.DEAL, Deal, Deal.title_key),
    (Kind.COMPANY, Company, Company.name_key),
    (Kind.CONTACT, Contact, Contact.name_key),
    (Kind.LEAD, Lead, Lead.name_key),
)


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


def _due_today(work: Work) -> tuple[Any, ...]:
    """Due before the actor's day ends; a day without an hour ends as the day does."""
    midnight = datetime.combine(work.today + timedelta(days=1), datetime.min.time(), work.actor.zone)
    return (Activity.overdue_at <= midnight,)


def _stale_deals(work: Work) -> list[Deal]:
    """Return the actor's open deals that sit in their stage longer than the stage allows, without a touch since."""
    limits = {stage.id: stage.stale_after_days for stage in work.stages if stage.stale_after_days}
    if not limits or work.actor.user_id is None:
        return []
    latest = (
        select(func.max(Activity.completed_at))
        .where(Activity.workspace_id == Deal.workspace_id, Activity.deal_id == Deal.id)
        .correlate(Deal)
        .scalar_subquery()
    )
    rows = work.session.execute(
        select(Deal, latest.label("touched")).where(
            Deal.workspace_id == work.workspace_id, Deal.owner_id == work.actor.user_id, Deal.outcome == "open"
        )
    ).all()
    stale = [
        (since, deal)
        for deal, touched in rows
        if (since := touched or deal.created_at) < work.now - timedelta(days=limits.get(deal.stage_id) or 36_500)
    ]
    return [deal for _, deal in sorted(stale, key=lambda pair: pair[0])[:5]]


def _open_deals(work: Work, condition: Any) -> list[Deal]:
    found = work.session.scalars(
        select(Deal)
        .where(Deal.workspace_id == work.workspace_id, condition, Deal.outcome == "open")
        .order_by(Deal.number.desc())
        .limit(PER_PAGE)
    )
    return list(found)


def _shown(work: Work, row: Any, related: list[Any] | None = None) -> Shown:
    view = record_view(work, row)
    load_names(work, related or [])
    return Shown(
        f"{view.reference} {view.title}",
        record=view,
        timeline=timeline(work, row),
        related=tuple(record_view(work, other) for other in related or []),
    )


def _page(work: Work, statement: Select[Any], order: Any, page: int, what: str) -> Listing:
    if page < 1:
        raise BadInput("Pages are counted from 1.", field="page")
    total = work.session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    entity = statement.column_descriptions[0]["entity"]
    rows = work.session.scalars(
        statement.order_by(order, entity.id).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    ).all()
    load_names(work, rows)
    said = f"{total} {what if total != 1 else _singular(what)}" if total else f"No {what}."
    return Listing(
        said, records=tuple(record_view(work, row) for row in rows), total=total, page=page, per_page=PER_PAGE
    )


    pages = -(-total // PER_PAGE)
    if page > max(pages, 1):
        there = f"There are only {pages} pages" if pages > 1 else "There is only 1 page"
        raise BadInput(f"{there}, so none has the number {page}.", field="page")
def _singular(what: str) -> str:
    return what.replace("ies", "y") if what.endswith("ies") else what.removesuffix("s")


def _status(word: str) -> str:
    try:
        return LeadStatus(word.casefold())
    except ValueError:
        raise BadInput(f"“{word}” is no lead status. There are {', '.join(LeadStatus)}.", field="status") from None
