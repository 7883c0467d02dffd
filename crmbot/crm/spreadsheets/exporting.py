"""Export of records of one kind as a table that comes in again as it went out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crmbot.crm.actors import Actor
from crmbot.crm.spreadsheets.cells import write_sheet
from crmbot.domain.money import Money, exponent
from crmbot.errors import BadInput, NotAllowed
from crmbot.models import Company, Contact, ContactEmail, Deal, Lead, Stage, User
from crmbot.store import Store

_AT_ONCE = 1_000
Row = Any

_LEADS: Mapping[str, Callable[[Row], Any]] = {
    "Number": lambda row: row.Lead.number,
    "Name": lambda row: row.Lead.name,
    "E-mail": lambda row: row.Lead.email,
    "Company": lambda row: row.Lead.company_name,
    "Source": lambda row: row.Lead.source,
    "Owner": lambda row: row.owner,
    "Score": lambda row: row.Lead.score,
    "Status": lambda row: row.Lead.status,
    "Reason": lambda row: row.Lead.disqualified_reason,
    "Created": lambda row: row.Lead.created_at,
}
_CONTACTS: Mapping[str, Callable[[Row], Any]] = {
    "Number": lambda row: row.Contact.number,
    "Name": lambda row: row.Contact.name,
    "E-mail": lambda row: row.emails,
    "Phone": lambda row: row.Contact.phone,
    "Role": lambda row: row.Contact.role,
    "Company": lambda row: row.company,
    "Created": lambda row: row.Contact.created_at,
}
_COMPANIES: Mapping[str, Callable[[Row], Any]] = {
    "Number": lambda row: row.Company.number,
    "Name": lambda row: row.Company.name,
    "Domain": lambda row: row.Company.domain,
    "Industry": lambda row: row.Company.industry,
    "Size": lambda row: row.Company.size,
    "Created": lambda row: row.Company.created_at,
}
_DEALS: Mapping[str, Callable[[Row], Any]] = {
    "Number": lambda row: row.Deal.number,
    "Title": lambda row: row.Deal.title,
    "Value": lambda row: _major(row.Deal),
    "Currency": lambda row: row.Deal.currency,
    "Stage": lambda row: row.stage,
    "Probability": lambda row: f"{row.Deal.probability} %" if row.Deal.probability_is_manual else None,
    "Expected close": lambda row: row.Deal.expected_close,
    "Owner": lambda row: row.owner,
    "Contact": lambda row: row.email or row.contact,
    "Company": lambda row: row.company,
    "Lost reason": lambda row: row.Deal.lost_reason,
    "Created": lambda row: row.Deal.created_at,
}
_COLUMNS = {"leads": _LEADS, "contacts": _CONTACTS, "companies": _COMPANIES, "deals": _DEALS}


def export_csv(
    store: Store, actor: Actor, file: Path, kind: str, *, progress: Callable[[float], None] | None = None
) -> int:
    """Write all records of a kind to a table, and return how many there are.

    A file that is there is replaced when the new one is whole.

    Raises:
        NotAllowed: the actor may not export.
        BadInput: the file can't be written.
    """
    if "crm.archive.edit" not in actor.permissions:
        raise NotAllowed("You may not export (crm.archive.edit). An admin can.")
    columns = _COLUMNS[kind]
    partial = file.with_name(f"{file.name}.part")
    with store.reading(actor.workspace_id, patient=True) as session:
        found = _rows(session, kind, actor, progress or (lambda _: None))
        try:
            count = write_sheet(partial, tuple(columns), (_told(columns, row) for row in found))
            partial.replace(file)
        except OSError as error:
            raise BadInput(f"{file} can't be written: {error.strerror}.") from error
        finally:
            partial.unlink(missing_ok=True)
    return count


def _told(columns: Mapping[str, Callable[[Row], Any]], row: Row) -> tuple[str, ...]:
    return tuple(_text(value(row)) for value in columns.values())


def _rows(session: Session, kind: str, actor: Actor, tell: Callable[[float], None]) -> Iterator[Row]:
    table, query = _QUERIES[kind]()
    mine = select(func.max(table.number)).where(table.workspace_id == actor.workspace_id)
    highest = session.scalar(mine) or 1
    last = 0
    while True:
        own = (table.workspace_id == actor.workspace_id) & (table.number > last)
        page = session.execute(query.where(own).order_by(table.number).limit(_AT_ONCE)).all()
        yield from _with_emails(session, actor, page) if table is Contact else page
        if len(page) < _AT_ONCE:
            tell(1.0)
            return
        last = page[-1][0].number
        tell(last / highest)
        session.expunge_all()


@dataclass(frozen=True, slots=True)
class _ContactRow:
    Contact: Contact
    company: str | None
    emails: str


def _with_emails(session: Session, actor: Actor, page: Sequence[Row]) -> Iterator[_ContactRow]:
    emails: dict[str, list[str]] = {row.Contact.id: [] for row in page}
    own = (ContactEmail.workspace_id == actor.workspace_id) & ContactEmail.contact_id.in_(list(emails))
    found = select(ContactEmail.contact_id, ContactEmail.email).where(own).order_by(ContactEmail.position)
    for contact_id, email in session.execute(found):
        emails[contact_id].append(email)
    for row in page:
        yield _ContactRow(row.Contact, row.company, "; ".join(emails[row.Contact.id]))


def _joined(table: Any, target: Any, column: Any) -> Any:
    return (target.workspace_id == table.workspace_id) & (target.id == column)


def _of_leads() -> tuple[Any, Any]:
    query = select(Lead, User.email.label("owner")).outerjoin(User, _joined(Lead, User, Lead.owner_id))
    return Lead, query


def _of_contacts() -> tuple[Any, Any]:
    query = select(Contact, Company.name.label("company"))
    return Contact, query.outerjoin(Company, _joined(Contact, Company, Contact.company_id))


def _of_companies() -> tuple[Any, Any]:
    return Company, select(Company)


def _of_deals() -> tuple[Any, Any]:
    first = _first_email().label("email")
    query = (
        select(
            Deal,
            Stage.name.label("stage"),
            User.email.label("owner"),
            Contact.name.label("contact"),
            Company.name.label("company"),
            first,
        )
        .join(Stage, _joined(Deal, Stage, Deal.stage_id))
        .outerjoin(User, _joined(Deal, User, Deal.owner_id))
        .outerjoin(Contact, _joined(Deal, Contact, Deal.contact_id))
        .outerjoin(Company, _joined(Deal, Company, Deal.company_id))
    )
    return Deal, query


def _first_email() -> Any:
    own = (ContactEmail.workspace_id == Deal.workspace_id) & (ContactEmail.contact_id == Deal.contact_id)
    return select(ContactEmail.email).where(own).order_by(ContactEmail.position).limit(1).scalar_subquery()


_QUERIES: Mapping[str, Callable[[], tuple[Any, Any]]] = {
    "leads": _of_leads,
    "contacts": _of_contacts,
    "companies": _of_companies,
    "deals": _of_deals,
}


def _major(deal: Deal) -> str | None:
    if deal.value_minor is None:
        return None
    return f"{Money(deal.value_minor, deal.currency).amount:.{exponent(deal.currency)}f}"


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
