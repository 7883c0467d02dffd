"""Deals from a table's rows: open ones, and closed ones as of the day on which they were closed."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple

from crmbot.crm.deals import first_stage, refuse_probability, usable_title
from crmbot.crm.lookup import find_stage
from crmbot.crm.people import usable_email
from crmbot.crm.spreadsheets import reading
from crmbot.crm.spreadsheets.batch import Batch
from crmbot.crm.spreadsheets.parties import Parties
from crmbot.crm.spreadsheets.records import Cells, created_in
from crmbot.domain.identity import Address, fold_name, person_name_from
from crmbot.domain.ids import Kind, reference
from crmbot.domain.money import Money
from crmbot.domain.stages import StageKind
from crmbot.errors import BadInput, Conflict, MissingFact
from crmbot.models import Company, Deal, Stage

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

_Same = tuple[str, int | None, date | None]
"""Folded title, value and expected close: what deals that are one have in common."""


class _Alike(NamedTuple):
    """A deal that a row may tell of again."""

    number: int
    title: str
    company: str | None


class _Person(NamedTuple):
    """Whom a cell names: as said, by name and address."""

    said: str
    name: str
    email: str | None


class Deals:
    """Adds deals; one alike in title, company, value and date is a duplicate."""

    def __init__(self, batch: Batch, rows: Sequence[Cells]) -> None:
        self._batch = batch
        people = [_person(cells["contact"]) for cells in rows if "contact" in cells]
        self._parties = Parties(batch, reading.addresses(person.email for person in people if person.email))
        self.made = self._parties.made
        self._alike: dict[_Same, list[_Alike]] = {}
        columns = (Deal.title_key, Deal.value_minor, Deal.expected_close, Deal.number, Deal.title, Company.name_key)
        titles = (fold_name(cells["title"]) for cells in rows if "title" in cells)
        company = (Company.workspace_id == Deal.workspace_id) & (Company.id == Deal.company_id)
        for key, value, close, *facts in batch.among(columns, Deal.title_key, titles, (Company, company)):
            self._alike.setdefault((key, value, close), []).append(_Alike(*facts))

    def add(self, cells: Cells) -> None:
        """Open a deal, and close it when it is; its contact and company are made when nobody is called so."""
        title = usable_title(cells.get("title", ""))
        if not title:
            raise MissingFact("What is the deal called?", field="title")
        stage, closed_in = self._stages(cells)
        facts = self._facts(cells)
        chance = reading.percent(cells["probability"]) if "probability" in cells and closed_in is None else None
        if chance is not None:
            refuse_probability(chance)
        owner, created = self._batch.owner(cells.get("owner")), created_in(self._batch, cells)
        value: Money | None = facts["value"]
        same = (fold_name(title), value.minor if value else None, facts["expected_close"])
        self._refuse_same(same, cells.get("company"))
        contact, company = self._whose(cells)
        opened = facts | {"stage": stage.key, "probability": chance, "probability_is_manual": chance is not None}
        closed = facts | {"stage": closed_in.key} if closed_in is not None else None
        row = self._batch.add(
            "deal",
            title=title,
            owner=owner,
            contact=contact,
            company=company,
            created_at=created,
            history=self._history(created, opened, closed),
            lost_reason=cells.get("lost_reason", "not said"),
        )
        told = fold_name(cells["company"]) if "company" in cells else None
        self._alike.setdefault(same, []).append(_Alike(row["number"], title, told))

    def _facts(self, cells: Cells) -> dict[str, Any]:
        currency = cells.get("currency", self._batch.frame.currency).upper()
        order = self._batch.work.workspace.date_order
        return {
            "value": reading.amount(cells["value"], currency) if "value" in cells else None,
            "expected_close": reading.day(cells["expected_close"], order) if "expected_close" in cells else None,
        }

    def _history(
        self, created: datetime | None, opened: dict[str, Any], closed: dict[str, Any] | None
    ) -> list[dict[str, Any]]:
        """Return a deal's entries: a closed one was closed on its day, unless that is still to come."""
        now = self._batch.work.now
        if closed is None:
            return [opened | {"at": created or now}]
        day: date | None = closed["expected_close"]
        began = datetime.combine(day, time(), self._batch.zone).astimezone(UTC) if day is not None else now
        at = max(min(began, now), created or began)
        return [*([opened | {"at": created}] if created and created < at else ()), closed | {"at": at}]

    def _stages(self, cells: Cells) -> tuple[Stage, Stage | None]:
        """Return the stage a deal is or was open in, the first one where nothing is said, and the one it is closed in.

        Pipedrive tells that a deal is closed in a column of its own, beside the stage it was closed from.
        """
        said = _PIPELINE.sub("", cells.get("stage", ""))
        word = fold_name(said)
        named = next((stage for stage in self._batch.work.stages if word and fold_name(stage.name) == word), None)
        kind = _CLOSED.get(fold_name(cells.get("status", ""))) or _CLOSED.get(word)
        if named is not None and named.kind != StageKind.OPEN:
            return self._first(StageKind.OPEN), named
        closed = self._first(kind) if kind is not None else None
        if not said or (named is None and word in _CLOSED):
            return self._first(StageKind.OPEN), closed
        stage = named or find_stage(self._batch.work, said)
        if stage.kind != StageKind.OPEN:
            raise BadInput(f"A deal starts in an open stage, {stage.name} is none.", field="stage")
        return stage, closed

    def _first(self, kind: StageKind) -> Stage:
        return first_stage(self._batch.work, kind)

    def _refuse_same(self, same: _Same, company: str | None) -> None:
        told = fold_name(company) if company else None
        for alike in self._alike.get(same, ()):
            if told is None or told == alike.company:
                raise Conflict(f"{reference(Kind.DEAL, alike.number)} {alike.title} exists already.")

    def _whose(self, cells: Cells) -> tuple[str | None, str | None]:
        """Return the refs of a deal's contact and company; of a contact alone, with the contact's company."""
        person = _person(cells["contact"]) if "contact" in cells else None
        # Read and asked before anything is made, as it may be refused.
        email = usable_email(person.email) if person and person.email else None
        known = self._parties.named(Kind.CONTACT, person.name) if person and not email else None
        company = self._parties.company(cells.get("company"), None)
        if person is None:
            return None, company
        if known is not None:
            return known.id, company or known.company_id
        name = person.name or person_name_from(Address("", email or "")) or person.said
        return self._parties.contact(name, email, company)


def _person(said: str) -> _Person:
    behind = _ADDRESS.search(said)
    if behind:
        return _Person(said, said[: behind.start()], behind[1])
    return _Person(said, "", said) if "@" in said else _Person(said, said, None)
