"""The records that a word may mean, as people choose among them."""

from functools import cache
from typing import Any

from sqlalchemy import bindparam, select

from crmbot.crm.answers import Link
from crmbot.crm.views import link, load_names, money_of, person
from crmbot.crm.work import Work
from crmbot.domain.ids import Kind, reference
from crmbot.errors import Ambiguous, Candidate
from crmbot.models import Activity, Company, Contact, Deal, Lead, Stage, kind_of
from crmbot.store.prepared import Prepared

Row = Any
MOST_CHOICES = 10
NEAREST = 3
SCANNED = 2_000
"""How many of the latest records are looked through for the nearest names."""


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
    facts.append(owner.name if owner else "")
    touched = last_touch(work, row)
    if touched:
        facts.append(f"last touch {touched}")
    return Candidate(named.reference, named.title, tuple(fact for fact in facts if fact))


def last_touch(work: Work, row: Row) -> str | None:
    """Return the day of the last finished activity about a record, in the actor's zone."""
    column = {Deal: Activity.deal_id, Lead: Activity.lead_id, Contact: Activity.contact_id}.get(
        kind_of(row), Activity.company_id if isinstance(row, Company) else None
    )
    if column is None:
        return None
    latest = work.values(_last_done(column.key), record=row.id)
    return f"{latest[0][0].astimezone(work.actor.zone):%-d %b %Y}" if latest else None


@cache
def _last_done(column: str) -> Prepared:
    activity = Activity.__table__.c
    return Prepared(
        select(activity.completed_at)
        .where(
            activity.workspace_id == bindparam("workspace"),
            activity[column] == bindparam("record"),
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
