"""Leads, contacts and companies from a table's rows; a row that is refused adds nothing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from crmbot.crm.leads import refuse_score
from crmbot.crm.people import usable_domain, usable_email
from crmbot.crm.spreadsheets import reading
from crmbot.crm.spreadsheets.batch import Batch
from crmbot.crm.spreadsheets.parties import Parties
from crmbot.domain.identity import source_key
from crmbot.domain.ids import Kind, reference
from crmbot.domain.scoring import LeadFact, score
from crmbot.domain.stages import LeadStatus, skipped_statuses
from crmbot.errors import BadInput, Conflict, MissingFact
from crmbot.models import Lead

Cells = Mapping[str, str]
"""Field -> text; only what is not empty."""


class Adder(Protocol):
    """Adds the rows of one kind to a batch; `made` counts the contacts and companies made beside them, by kind."""

    made: Counter[str]

    def __init__(self, batch: Batch, rows: Sequence[Cells]) -> None: ...

    def add(self, cells: Cells) -> None:
        """Add a row's record; Conflict when it is a duplicate, another CrmError when it is refused."""


class Leads:
    """Captures leads; an address that any lead has is a duplicate."""

    def __init__(self, batch: Batch, rows: Sequence[Cells]) -> None:
        self.made: Counter[str] = Counter()
        self._batch = batch
        addresses = reading.addresses(cells["email"] for cells in rows if "email" in cells)
        columns = (Lead.email, Lead.number, Lead.name)
        self._known = {email: (number, name) for email, number, name in batch.among(columns, Lead.email, addresses)}

    def add(self, cells: Cells) -> None:
        """Add a lead."""
        email = usable_email(cells["email"]) if "email" in cells else None
        if email in self._known:
            number, known = self._known[email]
            raise Conflict(f"{reference(Kind.LEAD, number)} {known} has the address {email} already.")
        status = _status(cells)
        name = name_in(cells) or email
        if not name:
            raise MissingFact("Who is the lead? Give a name.", field="name")
        points = reading.score(cells["score"]) if "score" in cells else None
        refuse_score(points)
        source, owner = source_key(cells.get("source")), self._batch.owner(cells.get("owner"))
        created = created_in(self._batch, cells) or self._batch.work.now
        climbed = (LeadStatus.NEW, *skipped_statuses(frozenset({LeadStatus.NEW}), status), status)
        facts = {LeadFact.NAME: name, LeadFact.SOURCE: source, LeadFact.EMAIL: email, LeadFact.STATUS: status}
        facts[LeadFact.COMPANY_NAME] = company = cells.get("company")
        rules = self._batch.work.policy.scoring
        row = self._batch.add(
            "lead",
            name=name,
            email=email,
            company_name=company,
            source=source,
            owner=owner,
            score=score(rules, facts).points if points is None and rules else points,
            score_is_manual=points is not None,
            created_at=created,
            history=[{"status": entered.value, "at": created} for entered in dict.fromkeys(climbed)],
            disqualified_reason=cells.get("reason", "not said") if status is LeadStatus.DISQUALIFIED else None,
        )
        if email:
            self._known[email] = (row["number"], name)


def _status(cells: Cells) -> LeadStatus:
    status = LeadStatus(reading.status(cells["status"])) if "status" in cells else LeadStatus.NEW
    if status is LeadStatus.CONVERTED:
        raise BadInput("A converted lead comes with its deal: convert it here, or use an archive.", field="status")
    return status


class Contacts:
    """Adds contacts; an address that any contact has is a duplicate."""

    def __init__(self, batch: Batch, rows: Sequence[Cells]) -> None:
        self._batch = batch
        self._parties = Parties(batch, reading.addresses(email for cells in rows for email in _addresses(cells)))
        self.made = self._parties.made

    def add(self, cells: Cells) -> None:
        """Add a contact, with its company: found by name or the address's domain, or made."""
        emails = list(dict.fromkeys(map(usable_email, _addresses(cells))))
        name = name_in(cells) or (emails[0] if emails else "")
        if not name:
            raise MissingFact("Who is it? Give a name.", field="name")
        for email in emails:
            self._parties.refuse_address(email)
        created = created_in(self._batch, cells)
        company = self._parties.company(cells.get("company"), emails[0] if emails else None)
        facts = {fact: cells.get(fact) for fact in ("phone", "role")}
        self._parties.add_contact(name, emails, company, created=created, **facts)


def _addresses(cells: Cells) -> list[str]:
    parts = cells.get("email", "").replace(",", ";").split(";")
    return [part.strip() for part in parts if part.strip()]


class Companies:
    """Adds companies; a name or domain that any company has is a duplicate."""

    def __init__(self, batch: Batch, rows: Sequence[Cells]) -> None:
        del rows
        self._batch = batch
        self._parties = Parties(batch)
        self.made = self._parties.made

    def add(self, cells: Cells) -> None:
        """Add a company."""
        name = cells.get("name")
        if not name:
            raise MissingFact("What is the company called?", field="name")
        site = cells.get("domain", "").removeprefix("https://").removeprefix("http://").partition("/")[0]
        domain = usable_domain(site) if site else None
        known = self._parties.bearing(name) or (self._parties.at_domain(domain) if domain else None)
        if known is not None:
            raise Conflict(f"{reference(Kind.COMPANY, known.number)} {known.name} exists already.")
        facts = {fact: cells.get(fact) for fact in ("industry", "size")}
        self._parties.add_company(name, domain, created=created_in(self._batch, cells), **facts)


def name_in(cells: Cells) -> str:
    """Return a person's name, of its parts when it is in two columns; "" when there is none."""
    first, last, whole = (cells.get(field, "") for field in ("first_name", "last_name", "name"))
    if whole and first and not last and first.casefold() not in whole.casefold():
        # “Vorname; Name”: what is called the name is the family's
        return f"{first} {whole}"
    return whole or " ".join(part for part in (first, last) if part)


def created_in(batch: Batch, cells: Cells) -> datetime | None:
    """Return when a row says that it was made, none when it doesn't say."""
    if "created" not in cells:
        return None
    return reading.moment(cells["created"], batch.work.workspace.date_order, batch.zone, batch.work.now)
