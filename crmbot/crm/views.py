"""Rows as the frozen values that people are shown."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from crmbot.crm.answers import ActivityView, CompanyView, ContactView, DealView, LeadView, Link, Person, Record
from crmbot.crm.scoring import explain
from crmbot.crm.work import Work
from crmbot.domain.ids import Kind, reference
from crmbot.domain.money import Money
from crmbot.models import Activity, Company, Contact, ContactEmail, Deal, Lead, Stage, User
from crmbot.models.activities import AboutRecords
from crmbot.store.prepared import Prepared

_ADDRESSES = Prepared(
    select(ContactEmail)
    .where(ContactEmail.workspace_id == bindparam("workspace"), ContactEmail.contact_id == bindparam("contact"))
    .order_by(ContactEmail.position, ContactEmail.id)
)


def person(work: Work, user_id: str | None) -> Person | None:
    """Return a user as others see them."""
    actor = work.actor
    if user_id is None:
        return None
    if user_id == actor.user_id:
        return Person(user_id, actor.name, actor.slack_user_id)
    user = work.user(user_id)
    return Person(user.id, user.name, user.slack_user_id) if user else None


def link(row: Deal | Lead | Contact | Company | None) -> Link | None:
    """Return a record's name."""
    if row is None:
        return None
    match row:
        case Deal():
            return Link(reference(Kind.DEAL, row.number), row.title)
        case Lead():
            return Link(reference(Kind.LEAD, row.number), row.name)
        case Contact():
            return Link(reference(Kind.CONTACT, row.number), row.name)
        case Company():
            return Link(reference(Kind.COMPANY, row.number), row.name)
    return None


def money_of(deal: Deal) -> Money | None:
    """Return a deal's value, none while nobody said one."""
    return None if deal.value_minor is None else Money(deal.value_minor, deal.currency)


def deal_view(work: Work, deal: Deal) -> DealView:
    """Return a deal as a card shows it."""
    work.load_linked(deal)
    stage: Stage = work.get(Stage, deal.stage_id)
    return DealView(
        id=deal.id,
        reference=reference(Kind.DEAL, deal.number),
        title=deal.title,
        value=money_of(deal),
        probability=deal.probability,
        stage_key=stage.key,
        stage=stage.name,
        outcome=deal.outcome,
        owner=person(work, deal.owner_id),
        contact=link(work.get(Contact, deal.contact_id)),
        company=link(work.get(Company, deal.company_id)),
        expected_close=deal.expected_close,
        created_at=deal.created_at,
        closed_at=deal.closed_at,
        lost_reason=deal.lost_reason,
        version=deal.version,
    )


def lead_view(work: Work, lead: Lead, became: tuple[Contact, Deal] | None = None) -> LeadView:
    """Return a lead as a card shows it; `became` is what it was converted into, where that is at hand."""
    if became is None:
        work.load_linked(lead)
    contact, deal = became or (work.get(Contact, lead.contact_id), work.get(Deal, lead.deal_id))
    return LeadView(
        id=lead.id,
        reference=reference(Kind.LEAD, lead.number),
        title=lead.name,
        email=lead.email,
        company_name=lead.company_name,
        source=lead.source,
        status=lead.status,
        score=lead.score,
        owner=person(work, lead.owner_id),
        contact=link(contact),
        deal=link(deal),
        disqualified_reason=lead.disqualified_reason,
        created_at=lead.created_at,
        version=lead.version,
        score_reasons=explain(work.policy, lead),
    )


def contact_view(work: Work, contact: Contact, addresses: Sequence[ContactEmail] = ()) -> ContactView:
    """Return a contact as a card shows it; its `addresses` are asked for unless they are at hand."""
    emails = addresses or work.all(_ADDRESSES, ContactEmail, contact=contact.id)
    return ContactView(
        id=contact.id,
        reference=reference(Kind.CONTACT, contact.number),
        title=contact.name,
        emails=tuple(row.email for row in emails),
        phone=contact.phone,
        role=contact.role,
        company=link(work.get(Company, contact.company_id)),
        created_at=contact.created_at,
        version=contact.version,
        bounced=tuple((row.email, row.bounce_reason or "nobody says why") for row in emails if row.bounced_at),
    )


def company_view(_work: Work, company: Company) -> CompanyView:
    """Return a company as a card shows it."""
    return CompanyView(
        id=company.id,
        reference=reference(Kind.COMPANY, company.number),
        title=company.name,
        domain=company.domain,
        industry=company.industry,
        size=company.size,
        created_at=company.created_at,
        version=company.version,
    )


def activity_view(work: Work, activity: Activity, about: tuple[Link, ...] | None = None) -> ActivityView:
    """Return an activity as a card shows it; what it is about stands with the deal first."""
    if about is None:
        work.load_linked(activity)
        about = about_links(work, activity)
    return ActivityView(
        id=activity.id,
        reference=reference(Kind.ACTIVITY, activity.number),
        title=activity.subject,
        activity_kind=activity.kind,
        notes=activity.notes,
        owner=person(work, activity.owner_id),
        about=about,
        due_at=activity.due_at,
        due_on=activity.due_on,
        overdue_at=activity.overdue_at,
        completed_at=activity.completed_at,
        duration_minutes=activity.duration_minutes,
        billable=activity.billable,
        outcome=activity.outcome,
        attendees=tuple(activity.attendees),
        created_at=activity.created_at,
        version=activity.version,
    )


def about_links(work: Work, row: AboutRecords) -> tuple[Link, ...]:
    """Return the names of what something is about, the deal first."""
    about = (
        work.get(Deal, row.deal_id),
        work.get(Lead, row.lead_id),
        work.get(Contact, row.contact_id),
        work.get(Company, row.company_id),
    )
    return tuple(found for found in map(link, about) if found)


def record_view(work: Work, row: Deal | Lead | Contact | Company | Activity) -> Record:
    """Return any record as its card shows it."""
    match row:
        case Deal():
            return deal_view(work, row)
        case Lead():
            return lead_view(work, row)
        case Contact():
            return contact_view(work, row)
        case Company():
            return company_view(work, row)
    return activity_view(work, row)


def load_names(work: Work, rows: Sequence[Deal | Activity | Lead]) -> None:
    """Load in one query a kind what the views of many rows will name."""
    if not rows:
        return
    for kind, column in (
        (User, "owner_id"),
        (Contact, "contact_id"),
        (Company, "company_id"),
        (Deal, "deal_id"),
        (Lead, "lead_id"),
    ):
        wanted = {value for row in rows if (value := getattr(row, column, None)) is not None}
        work.load(kind, wanted)
