"""Contacts and companies."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam, select

from crmbot.crm.answers import Change, CompanyView, ContactView, Outcome, told
from crmbot.crm.customers import set_worth, worth_by_hand
from crmbot.crm.doubts import doubt_contact
from crmbot.crm.lookup import NEW, exactly_named, find_record, refuse_sisters
from crmbot.crm.requests import CreateCompany, CreateContact, SetCompany, SetContact
from crmbot.crm.views import company_view, contact_view
from crmbot.crm.work import Work
from crmbot.domain.identity import (
    company_name_from,
    domain_of,
    fold_name,
    is_public_mailbox_domain,
    normalise_email,
    split_legal_suffix,
)
from crmbot.domain.ids import Kind, reference
from crmbot.errors import BadInput, Conflict, MissingFact
from crmbot.models import Company, Contact, ContactEmail
from crmbot.store.prepared import Prepared

_ADDRESS = ContactEmail.__table__.c
COMPANY_OF_DOMAIN = Prepared(
    select(Company).where(Company.workspace_id == bindparam("workspace"), Company.domain == bindparam("domain"))
)
# In no order: asked for one, SQLite takes the index of numbers and reads every company.
COMPANY_OF_NAME = Prepared(
    select(Company).where(Company.workspace_id == bindparam("workspace"), Company.name_key == bindparam("name"))
)
_CONTACT_OF_ADDRESS = Prepared(
    select(Contact)
    .join(ContactEmail.__table__, (_ADDRESS.workspace_id == Contact.workspace_id) & (_ADDRESS.contact_id == Contact.id))
    .where(_ADDRESS.workspace_id == bindparam("workspace"), _ADDRESS.email == bindparam("email"))
)


def create_contact(work: Work, request: CreateContact, *, asks: bool = True) -> Outcome:
    """Add a person; the company is found by name or the address's domain, or made; `asks` as in `company_for`."""
    if not request.name.strip() and not request.emails:
        raise MissingFact("Who is it? Give a name.", field="name", example='/contact new "Jane Doe" jane@acme.com')
    emails = list(dict.fromkeys(usable_email(text) for text in request.emails))
    _refuse_taken(work, emails)
    made: list[Any] = []
    company = company_for(work, request.company, emails[0] if emails else None, made=made, asks=asks)
    contact, addresses = _add_contact(
        work, request.name.strip() or emails[0], emails, company, phone=request.phone, role=request.role
    )
    view = contact_view(work, contact, addresses)
    also = tuple(company_view(work, row) for row in made)
    at = f" at {new_company(made) or view.company.title}" if view.company else ""
    said = f"Added contact {view.reference} {view.title}{at}."
    return Outcome(said, record=view, also=also, warnings=doubt_contact(work, contact))


def set_contact(work: Work, request: SetContact) -> Outcome:
    """Change facts of a contact."""
    contact: Contact = find_record(work, Kind.CONTACT, request.contact, field="contact")
    number = reference(Kind.CONTACT, contact.number)
    wanted = {"name": usable_name(request.name), "phone": request.phone, "role": request.role}
    changes = _apply(contact, number, wanted)
    contact.name_key = fold_name(contact.name)
    if request.company is not None:
        before = work.get(Company, contact.company_id)
        made: list[Any] = []
        company = company_for(work, request.company, None, made=made, asks=True)
        if company is not None and contact.company_id != company.id:
            contact.company_id = company.id
            after = new_company(made) or company.name
            changes.append(Change(number, "Company", before.name if before else "", after))
    emails = [usable_email(text) for text in request.add_emails]
    _refuse_taken(work, emails, but=contact.id)
    held = set(contact_view(work, contact).emails)
    for email in emails:
        if email not in held:
            work.keep(ContactEmail(contact_id=contact.id, email=email, position=len(held)))
            held.add(email)
            changes.append(Change(number, "E-mail", "", email))
    changes += set_worth(work, contact, number, request)
    work.flush()
    view = contact_view(work, contact)._replace(lifetime_value=worth_by_hand(work, contact))
    return _updated(view, changes)


def _updated(view: ContactView | CompanyView, changes: list[Change]) -> Outcome:
    named = f"{view.reference} {view.title}"
    said = f"Updated {named}: {told(changes)}." if changes else f"Nothing to change on {named}."
    return Outcome(said, record=view, changes=tuple(changes))


def create_company(work: Work, request: CreateCompany) -> Outcome:
    """Add an organisation; one of the same name or domain is told instead of made twice."""
    name = request.name.strip()
    if not name:
        raise MissingFact("What is the company called?", field="name", example="/company new Acme Corp domain:acme.com")
    domain = usable_domain(request.domain) if request.domain else None
    _refuse_same(work.all(COMPANY_OF_NAME, Company, name=fold_name(name)))
    if domain:
        _refuse_same(work.all(COMPANY_OF_DOMAIN, Company, domain=domain))
    company = _add_company(work, name, domain, industry=request.industry, size=request.size)
    view = company_view(work, company)
    return Outcome(f"Added company {view.reference} {view.title}.", record=view)


def set_company(work: Work, request: SetCompany) -> Outcome:
    """Change facts of a company."""
    company: Company = find_record(work, Kind.COMPANY, request.company, field="company")
    number = reference(Kind.COMPANY, company.number)
    domain = usable_domain(request.domain) if request.domain else None
    wanted = {"name": usable_name(request.name), "domain": domain, "industry": request.industry, "size": request.size}
    if domain:
        _refuse_same(work.all(COMPANY_OF_DOMAIN, Company, domain=domain), but=company.id)
    changes = _apply(company, number, wanted)
    company.name_key = fold_name(company.name)
    changes += set_worth(work, company, number, request)
    work.flush()
    view = company_view(work, company)._replace(lifetime_value=worth_by_hand(work, company))
    return _updated(view, changes)


def company_for(
    work: Work,
    name: str | None,
    email: str | None,
    *,
    whatever_name: bool = False,
    made: list[Any] | None = None,
    asks: bool = False,
) -> Company | None:
    """Return the company of that name, else of the address's domain; made when it is new, none when nothing says.

    A name means the company only when it is the whole name: Acme Corp is not Acme GmbH. The domain's company is taken
    when nothing or its name without the legal form was said, with `whatever_name` also when it is called otherwise.

    Raises:
        Ambiguous: with `asks`, the name is new and those of others begin with it, unless a plus before it says so.
    """
    name = (name or "").strip()
    says_new = asks and name.startswith(NEW)
    if says_new:
        name = name.removeprefix(NEW).strip()
    domain = domain_of(email) if email else ""
    business = domain if domain and not is_public_mailbox_domain(domain) else None
    if name:
        found: Company | None = exactly_named(work, Kind.COMPANY, name, field="company")
        if found is not None:
            return found
    if business:
        by_domain: Company | None = work.first(COMPANY_OF_DOMAIN, Company, domain=business)
        if by_domain is not None and may_be_called(by_domain.name, name, whatever=whatever_name):
            return by_domain
    if not name and not business:
        return None
    if asks and name and not says_new:
        refuse_sisters(work, name)
    company = _add_company(work, name or company_name_from(str(business)), business)
    if made is not None:
        made.append(company)
    return company


def new_company(made: Iterable[Company]) -> str:
    """Return how a company that was made is told of: “new company O-42 Acme”; nothing when none was."""
    return "".join(f"new company {reference(Kind.COMPANY, row.number)} {row.name}" for row in made)


def contact_for(
    work: Work,
    name: str,
    email: str | None,
    company: Company | None,
    *,
    addresses: list[ContactEmail] | None = None,
) -> Contact:
    """Return the contact with that address, or make one; one who had no company gets this one.

    `addresses` takes those of a contact that was made.
    """
    if email:
        known: Contact | None = work.first(_CONTACT_OF_ADDRESS, Contact, email=email)
        if known is not None:
            if known.company_id is None and company is not None:
                known.company_id = company.id
            return known
    contact, made = _add_contact(work, name, [email] if email else [], company)
    if addresses is not None:
        addresses += made
    return contact


def usable_name(text: str | None) -> str | None:
    """Return a name without the spaces around it, none when none was said; BadInput when it is empty."""
    if text is None:
        return None
    if not text.strip():
        raise BadInput("A name can't be empty.", field="name")
    return text.strip()


def usable_email(text: str) -> str:
    """Return an address in its comparable form; BadInput when it is none."""
    try:
        return normalise_email(text)
    except ValueError:
        raise BadInput(f"“{text}” is not an e-mail address.", field="email", example="jane@acme.com") from None


def usable_domain(text: str) -> str:
    """Return a domain in its comparable form; BadInput when it is none."""
    domain = text.strip().lower().removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
    try:
        return domain_of(normalise_email(f"x@{domain}"))
    except ValueError:
        raise BadInput(f"“{text}” is not a domain.", field="domain", example="acme.com") from None


def _add_contact(
    work: Work, name: str, emails: Iterable[str], company: Company | None, **facts: str | None
) -> tuple[Contact, list[ContactEmail]]:
    contact: Contact = work.make(
        Contact,
        number=work.next_number(Kind.CONTACT),
        name=name,
        name_key=fold_name(name),
        company_id=company.id if company is not None else None,
        created_at=work.now,
        **facts,
    )
    work.keep(contact)
    work.flush()
    addresses = [
        work.make(ContactEmail, contact_id=contact.id, email=email, position=place)
        for place, email in enumerate(emails)
    ]
    if addresses:
        work.write(*addresses)
    return contact, addresses


def _add_company(work: Work, name: str, domain: str | None, **facts: str | None) -> Company:
    if domain and work.first(COMPANY_OF_DOMAIN, Company, domain=domain) is not None:
        domain = None
    company: Company = work.make(
        Company,
        number=work.next_number(Kind.COMPANY),
        name=name,
        name_key=fold_name(name),
        domain=domain,
        created_at=work.now,
        **facts,
    )
    work.keep(company)
    work.flush()
    return company


def may_be_called(known: str, said: str, *, whatever: bool) -> bool:
    """Say whether a company may be meant by a name; of Acme Corp and Acme GmbH each is its own."""
    if not said:
        return True
    (known_stem, known_form), (stem, form) = split_legal_suffix(known), split_legal_suffix(said)
    if known_stem == stem:
        return not (known_form and form) or known_form == form
    return whatever


def _refuse_same(known: list[Company], *, but: str = "") -> None:
    for company in sorted(known, key=lambda row: row.number):
        if company.id != but:
            raise Conflict(f"{reference(Kind.COMPANY, company.number)} {company.name} exists already.")


def _refuse_taken(work: Work, emails: list[str], *, but: str | None = None) -> None:
    for email in emails:
        for contact in work.all(_CONTACT_OF_ADDRESS, Contact, email=email):
            if contact.id != but:
                raise Conflict(
                    f"{reference(Kind.CONTACT, contact.number)} {contact.name} has the address {email} already."
                )


def _apply(row: Contact | Company, number: str, wanted: dict[str, str | None]) -> list[Change]:
    changes = []
    for field, value in wanted.items():
        before = getattr(row, field)
        if value is not None and value != before:
            setattr(row, field, value)
            changes.append(Change(number, field.capitalize(), before or "", value))
    return changes
