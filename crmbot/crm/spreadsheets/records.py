"""From a table's row to a record, by the use cases that chat uses."""

from collections.abc import Callable, Mapping

from sqlalchemy import select

from crmbot.crm import deals, leads, people
from crmbot.crm.answers import Outcome
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
from crmbot.domain.identity import fold_name
from crmbot.domain.ids import Kind, reference
from crmbot.domain.stages import LeadStatus, StageKind
from crmbot.errors import BadInput, Conflict
from crmbot.models import Company, Deal, Lead, Stage

Cells = Mapping[str, str]
"""Field -> text; only what is not empty."""

_CLOSED = {"closed won": StageKind.WON, "won": StageKind.WON, "closed lost": StageKind.LOST, "lost": StageKind.LOST}


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
        contact=cells.get("contact"),
        company=cells.get("company"),
    )
    _refuse_same(work, request)
    deal = _made(deals.create(work, request, asks=False))
    if kind is StageKind.WON:
        deals.win(work, WinDeal(deal=deal))
    elif kind is StageKind.LOST:
        deals.lose(work, LoseDeal(deal=deal, reason=cells.get("lost_reason", "not said")))


def _stage(work: Work, cells: Cells) -> tuple[str | None, StageKind]:
    """Return the stage to open a deal in, and what it is then; a closed one is opened in the first stage."""
    word = fold_name(cells.get("stage", ""))
    named: Stage | None = next((one for one in work.stages if word and fold_name(one.name) == word), None)
    kind = StageKind(named.kind) if named else _CLOSED.get(word) or _CLOSED.get(fold_name(cells.get("status", "")))
    if kind in {StageKind.WON, StageKind.LOST}:
        return None, StageKind(kind)
    return (named.key if named else cells.get("stage")), StageKind.OPEN


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
