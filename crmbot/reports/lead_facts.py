"""Leads as they were known at a moment: the row's own owner and source, or those that held then."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, case

from crmbot.models import Lead, LeadVersion
from crmbot.reports.statements import WORKSPACE, Shape
from crmbot.reports.versions import held_before


@dataclass(frozen=True, slots=True)
class LeadFacts:
    """Who owned a lead and where it came from at `as_of`; `table` is what to read them from."""

    table: FromClause
    owner_id: ColumnElement[Any]
    source: ColumnElement[Any]


def lead_facts(shape: Shape) -> LeadFacts:
    """Return the facts of leads at `as_of`; earlier ones are looked for only when something was changed since."""
    now = Lead.__table__
    if not shape.has_changed(LeadVersion):
        return LeadFacts(now, now.c.owner_id, now.c.source)
    was: Any = LeadVersion.__table__
    held = and_(
        was.c.workspace_id == WORKSPACE,
        was.c.lead_id == now.c.id,
        held_before(was.c, now.c.created_at),
    )

    def of_then(name: str) -> ColumnElement[Any]:
        return case((was.c.id.is_not(None), was.c[name]), else_=now.c[name])

    return LeadFacts(now.outerjoin(was, held), of_then("owner_id"), of_then("source"))
