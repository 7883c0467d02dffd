"""From a table's row to a record, by the use cases that chat uses."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from sqlalchemy import select

from crmbot.crm import deals, leads, people
from crmbot.crm.answers import Outcome
from crmbot.crm.lookup import exactly_named
from crmbot.crm.requests import (
    CreateCompany,
    CreateContact,
    CreateDeal,
    CreateLead,
    LoseDeal,
    SetLeadStatus,
    WinDeal,
)
from crmbot.crm.spreadsheets import reading
from crmbot.crm.work import Work
from crmbot.domain.identity import Address, fold_name, person_name_from
from crmbot.domain.ids import Kind, reference
from crmbot.domain.stages import LeadStatus, StageKind
from crmbot.errors import BadInput, Conflict
from crmbot.models import Company, Contact, Deal, Lead, Stage

Cells = Mapping[str, str]
"""Field -> text; only what is not empty."""

_WON = """won; closed won; gewonnen; geschlossen gewonnen; geschlossen und gewonnen; abgeschlossen und gewonnen;
gagné; gagnée; fermé gagné; fermée gagnée; conclue et gagnée; ganado; ganada; cierre ganado; cerrada ganada"""
_LOST = """lost; closed lost; verloren; geschlossen verloren; geschlossen und verloren; abgeschlossen und verloren;
perdu; perdue; fermé perdu; fermée perdue; conclue et perdue; perdido; perdida; cierre perdido; cerrada perdida"""
_CLOSED = {
    fold_name(word): kind
    for words, kind in ((_WON, StageKind.WON), (_LOST, StageKind.LOST))
    for word in words.split(";")
}
_PIPELINE = re.compile(r"\s*\([^()]*\)$")
"""HubSpot writes a stage with its pipeline behind it: “Closed won (Sales Pipeline)”."""
_ADDRESS = re.compile(r"\s*[(<]([^()<>\s]+@[^()<>\s]+)[)>]$")
"""The address behind a person's name: “Eva Klein (eva@acme.com)”."""


def add_lead(work: Work, cells: Cells) -> None:
    """Capture a lead; an address that any lead has is a duplicate."""
    email = people.usable_email(cells["email"]) if "email" in cells else None
    if email:
        known = work.session.scalar(select(Lead).where(Lead.workspace_id == work.workspace_id, Lead.email == email))
        if known is not None:
            raise Conflict(f"{reference(Kind.LEAD, known.number)} {known.name} has the address {email} already.")
    status = reading.status(cells["status"]) if "status" in cells else LeadStatus.NEW
    if status == LeadStatus.CONVERTED:
        raise BadInput("A converted lead comes with its deal: convert it here, or use an archive.", field="status")
    outcome = leads.create(
        work,
        CreateLead(
            name=_name(cells),
            email=email,
            company=cells.get("company"),
            source=cells.get("source"),
            owner=cells.get("owner"),
            score=reading.score(cells["score"]) if "score" in cells else None,
        ),
    )
    if status != LeadStatus.NEW:
        reason = cells.get("reason", "not said") if status == LeadStatus.DISQUALIFIED else None
        leads.set_status(work, SetLeadStatus(lead=_made(outcome), status=status, reason=reason))


def add_contact(work: Work, cells: Cells) -> None:
    """Add a contact; an address that any contact has is a duplicate."""
    addresses = [part.strip() for part in cells.get("email", "").replace(",", ";").split(";")]
    people.create_contact(
        work,
        CreateContact(
            name=_name(cells),
            emails=tuple(address for address in addresses if address),
            phone=cells.get("phone"),
            role=cells.get("role"),
            company=cells.get("company"),
        ),
        asks=False,
    )


def add_company(work: Work, cells: Cells) -> None:
    """Add a company; a name or domain that any company has is a duplicate."""
    site = cells.get("domain", "").removeprefix("https://").removeprefix("http://").partition("/")[0]
    people.create_company(
        work,
        CreateCompany(
            name=cells.get("name", ""),
            domain=site or None,
            industry=cells.get("industry"),
            size=cells.get("size"),
        ),
    )


def add_deal(work: Work, cells: Cells) -> None:
    """Open a deal, and close it when it is; one alike in title, company, value and date is a duplicate."""
    currency = cells.get("currency", work.workspace.currency).upper()
    value = reading.amount(cells["value"], currency) if "value" in cells else None
    close = reading.day(cells["expected_close"], work.workspace.date_order) if "expected_close" in cells else None
    stage, kind = _stage(work, cells)
    says_chance = "probability" in cells and kind is StageKind.OPEN
    request = CreateDeal(
        title=cells.get("title", ""),
        value=value,
        stage=stage,
        probability=reading.percent(cells["probability"]) if says_chance else None,
        expected_close=close,
        owner=cells.get("owner"),
        company=cells.get("company"),
    )
    _refuse_same(work, request)
    contact, company = _parties(work, cells)
    request = replace(request, contact=contact, company=company)
    deal = _made(deals.create(work, request, asks=False))
    if kind is StageKind.WON:
        deals.win(work, WinDeal(deal=deal))
    elif kind is StageKind.LOST:
        deals.lose(work, LoseDeal(deal=deal, reason=cells.get("lost_reason", "not said")))


def _parties(work: Work, cells: Cells) -> tuple[str | None, str | None]:
    """Return the ids of the contact and company of a deal; who is not known yet is made, as no one can be asked."""
    company = people.company_for(work, cells.get("company"), None)
    contact = _contact(work, cells["contact"], company) if "contact" in cells else None
    return contact.id if contact else None, company.id if company else None


def _contact(work: Work, said: str, company: Company | None) -> Contact:
    behind = _ADDRESS.search(said)
    name, email = (said[: behind.start()], behind[1]) if behind else ("", said) if "@" in said else (said, None)
    known: Contact | None = exactly_named(work, Kind.CONTACT, email or name, field="contact")
    if known is not None:
        return known
    address = people.usable_email(email) if email else None
    name = name or person_name_from(Address("", address or "")) or said
    return people.contact_for(work, name, address, company or people.company_for(work, None, address))


def _stage(work: Work, cells: Cells) -> tuple[str | None, StageKind]:
    """Return the stage to open a deal in, and what it is then; a closed one is opened in the first stage."""
    said = _PIPELINE.sub("", cells.get("stage", ""))
    word = fold_name(said)
    named: Stage | None = next((one for one in work.stages if word and fold_name(one.name) == word), None)
    kind = StageKind(named.kind) if named else _CLOSED.get(word) or _CLOSED.get(fold_name(cells.get("status", "")))
    if kind in {StageKind.WON, StageKind.LOST}:
        return None, StageKind(kind)
    return (named.key if named else said or None), StageKind.OPEN


def _refuse_same(work: Work, request: CreateDeal) -> None:
    same = work.session.execute(
        select(Deal.number, Deal.title, Company.name_key)
        .outerjoin(Company, (Company.workspace_id == Deal.workspace_id) & (Company.id == Deal.company_id))
        .where(
            Deal.workspace_id == work.workspace_id,
            Deal.title_key == fold_name(request.title),
            Deal.value_minor == (request.value.minor if request.value else None),
            Deal.expected_close == request.expected_close,
        )
    )
    for number, title, company in same:
        if not request.company or company == fold_name(request.company):
            raise Conflict(f"{reference(Kind.DEAL, number)} {title} exists already.")


def _name(cells: Cells) -> str:
    first, last, whole = (cells.get(field, "") for field in ("first_name", "last_name", "name"))
    if whole and first and not last and first.casefold() not in whole.casefold():
        # “Vorname; Name”: what is called the name is the family's
        return f"{first} {whole}"
    return whole or " ".join(part for part in (first, last) if part)


def _made(outcome: Outcome) -> str:
    if outcome.record is None:
        raise AssertionError("a use case that makes a record shows it")
    return outcome.record.id


ADDERS: Mapping[str, Callable[[Work, Cells], None]] = {
    "leads": add_lead,
    "contacts": add_contact,
    "companies": add_company,
    "deals": add_deal,
}
