"""The records that a word may mean, as people choose among them."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select

from crmbot.crm.answers import CompanyView, ContactView, DealView, LeadView, Link, Person
from crmbot.crm.views import link, load_names, money_of, person
from crmbot.crm.work import Work
from crmbot.domain.ids import Kind, reference
from crmbot.errors import Ambiguous, Candidate
from crmbot.models import Activity, Company, Contact, Deal, Lead, Stage, kind_of
from crmbot.store.prepared import Prepared

Row = Any
RecordView = DealView | LeadView | ContactView | CompanyView
MOST_CHOICES = 10
NEAREST = 3
SCANNED = 2_000
"""How many of the latest records are looked through for the nearest names."""
_KINDS: Mapping[type[Any], Kind] = {Deal: Kind.DEAL, Lead: Kind.LEAD, Contact: Kind.CONTACT, Company: Kind.COMPANY}
"""What activities are about."""


def candidate(work: Work, row: Row) -> Candidate:
    """Return what tells a record from its neighbours: owner, stage, value, last touch."""
    named = link(row) or Link(reference(Kind.ACTIVITY, row.number), row.subject)
    facts: list[str] = []
    owner = person(work, getattr(row, "owner_id", None))
    match row:
        case Deal():
            stage = work.get(Stage, row.stage_id)
            company = work.get(Company, row.company_id)
            facts = [stage.name, str(money_of(row) or "no value"), company.name if company else ""]
        case Lead():
            facts = [row.status, row.company_name or "", row.email or ""]
        case Contact():
            company = work.get(Company, row.company_id)
            facts = [row.role or "", company.name if company else ""]
        case Company():
            facts = [row.domain or "", row.industry or ""]
        case Activity():
            facts = [_due(work, row)]
    return _candidate(work, named, facts, owner, row.id, _KINDS.get(kind_of(row)))


def seen_candidate(work: Work, view: RecordView) -> Candidate:
    """Return the same of a record as lists show it."""
    match view:
        case DealView():
            facts = [view.stage, str(view.value or "no value"), _title(view.company)]
        case LeadView():
            facts = [view.status, view.company_name or "", view.email or ""]
        case ContactView():
            facts = [view.role or "", _title(view.company)]
        case CompanyView():
            facts = [view.domain or "", view.industry or ""]
    owner = view.owner if isinstance(view, DealView | LeadView) else None
    return _candidate(work, view, facts, owner, view.id, view.kind)


def _title(of: Link | None) -> str:
    return of.title if of else ""


def _candidate(
    work: Work, named: Link | RecordView, facts: list[str], owner: Person | None, row_id: str, kind: Kind | None
) -> Candidate:
    touched = _last_touch(work, kind, row_id) if kind is not None else None
    told = [*facts, owner.name if owner else "", f"last touch {touched}" if touched else ""]
    return Candidate(named.reference, named.title, tuple(filter(None, told)))


def _last_touch(work: Work, kind: Kind, row_id: str) -> str | None:
    """Return the day of the last finished activity about a record, in the actor's zone."""
    latest = work.values(_last_done(kind), record=row_id)
    return f"{latest[0][0].astimezone(work.actor.zone):%-d %b %Y}" if latest else None


@cache
def _last_done(kind: Kind) -> Prepared:
    activity = Activity.__table__.c
    return Prepared(
        select(activity.completed_at)
        .where(
            activity.workspace_id == bindparam("workspace"),
            activity[f"{kind}_id"] == bindparam("record"),
            activity.completed_at.is_not(None),
        )
        .order_by(activity.created_at.desc())
        .limit(1)
    )


def _due(work: Work, activity: Activity) -> str:
    if activity.due_at is not None:
        return f"due {activity.due_at.astimezone(work.actor.zone):%a %-d %b %Y, %H:%M}"
    return f"due {activity.due_on:%a %-d %b %Y}" if activity.due_on else ""


def found_by(work: Work, statement: Prepared, model: type[Any], **values: Any) -> list[Row]:
    """Return the rows that a statement finds, by number."""
    return sorted(work.all(statement, model, **values), key=lambda row: row.number)


def only_one(work: Work, word: str, field: str, rows: list[Row]) -> Row:
    """Return the only row; Ambiguous, with what tells them apart, when there are several."""
    if len(rows) == 1:
        return rows[0]
    load_names(work, rows)
    raise Ambiguous(word, field, [candidate(work, row) for row in rows[:MOST_CHOICES]])
