"""Where a mail could go: the records of its people first, then the open deals that were touched last."""

from sqlalchemy import select

from crmbot.crm.answers import Link, Places
from crmbot.crm.emails.finding import find_email
from crmbot.crm.emails.knowledge import company_domain
from crmbot.crm.emails.views import email_view
from crmbot.crm.emails.waiting import refuse_others
from crmbot.crm.requests import ChoosePlace
from crmbot.crm.views import link
from crmbot.crm.work import Work
from crmbot.models import Activity, Company, Contact, ContactEmail, Deal, Email

_MOST_DEALS = 80
_MOST_NEAR = 8


def choose_place(work: Work, request: ChoosePlace) -> Places:
    """Return the records that a mail may be attached to, the likeliest first."""
    email = find_email(work, request.email)
    refuse_others(work, email)
    activity: Activity | None = work.get(Activity, email.activity_id)
    here = {activity.deal_id, None} if activity else {None}
    contacts, companies = _people(work, email), _companies(work, email)
    ids = {one.id for one in contacts}
    firms = {one.id for one in companies} | {one.company_id for one in contacts}
    deals = list(
        work.session.scalars(
            select(Deal)
            .where(Deal.workspace_id == work.workspace_id, Deal.outcome == "open")
            .order_by(Deal.created_at.desc(), Deal.id)
            .limit(_MOST_DEALS)
        )
    )
    deals.sort(key=lambda deal: (deal.contact_id not in ids, deal.company_id not in firms))
    records: list[Deal | Contact | Company] = [*(deal for deal in deals if deal.id not in here), *contacts, *companies]
    found = [link(one) for one in records]
    near = sum(1 for deal in deals if deal.id not in here and (deal.contact_id in ids or deal.company_id in firms))
    places: tuple[Link, ...] = tuple(one for one in found if one is not None)
    said = (
        f"Where does “{email.subject or '(no subject)'}” belong?" if places else "There is no open deal or contact yet."
    )
    return Places(said, email=email_view(work, email), places=places, near=near + len(contacts) + len(companies))


def _people(work: Work, email: Email) -> list[Contact]:
    same = (ContactEmail.workspace_id == Contact.workspace_id) & (ContactEmail.contact_id == Contact.id)
    here = (Contact.workspace_id == work.workspace_id) & ContactEmail.email.in_(_addresses(email))
    found = select(Contact).join(ContactEmail, same).where(here).limit(_MOST_NEAR)
    return list(work.session.scalars(found).unique())


def _companies(work: Work, email: Email) -> list[Company]:
    domains = {found for address in _addresses(email) if (found := company_domain(address))}
    here = (Company.workspace_id == work.workspace_id) & Company.domain.in_(domains)
    return list(work.session.scalars(select(Company).where(here).limit(_MOST_NEAR)))


def _addresses(email: Email) -> list[str]:
    return [address for address in (email.from_address, *(one[1] for one in email.recipients)) if address]
