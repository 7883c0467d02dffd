"""The overdue digest: what should have been done, by owner, the oldest first."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select, union_all
from sqlalchemy.orm import Session

from crmbot.domain.ids import Kind, reference
from crmbot.domain.windows import last_day_before
from crmbot.models import Activity, ActivityVersion, Company, Contact, Deal, Lead
from crmbot.reports.activity_facts import current_facts, existed, is_open, version_facts
from crmbot.reports.activity_facts import overdue as is_overdue
from crmbot.reports.activity_summary import compute_activity_summary
from crmbot.reports.digests.base import LIMIT, Digest, circumstances, look, look_back
from crmbot.reports.snapshot import Snapshot
from crmbot.reports.statements import WORKSPACE, Shape, built_once, whole
from crmbot.reports.values import Scope


@dataclass(frozen=True, slots=True)
class About:
    """The record an activity is about, the most telling one: deal, else lead, contact, company."""

    reference: str
    title: str


@dataclass(frozen=True, slots=True)
class OverdueItem:
    """An activity that should have been done; `days_overdue` counts local days, 0 is today."""

    id: str
    reference: str
    kind: str
    subject: str
    about: About | None
    due_at: datetime | None
    due_on: date | None
    days_overdue: int


@dataclass(frozen=True, slots=True)
class OverdueOwner:
    """One owner's overdue activities; `more` are those not listed."""

    user_id: str | None
    user_name: str
    overdue: int
    items: tuple[OverdueItem, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OverdueDigest(Digest):
    """The digest; `overdue`, `total` and `overdue_rate` are those of activity-summary over `period`."""

    overdue: int
    overdue_last_week: int
    change: int
    total: int
    overdue_rate: float
    owners: tuple[OverdueOwner, ...]
    more: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing is overdue, nor was a week ago."""
        return not self.overdue and not self.overdue_last_week


def overdue(session: Session | Connection, scope: Scope, *, limit: int = LIMIT) -> OverdueDigest:
    """Compute the digest at the scope's now, listing at most `limit` activities shared out evenly among the owners."""
    snapshot = look(session, scope)
    summary = compute_activity_summary(snapshot)
    last_week = compute_activity_summary(look_back(snapshot)).overdue
    late = [row for row in summary.by_user if row.overdue]
    items: defaultdict[str | None, list[OverdueItem]] = defaultdict(list)
    if late:
        for owner_id, item in _items(snapshot, max(1, limit // len(late)), limit):
            items[owner_id].append(item)
    owners = tuple(
        OverdueOwner(
            row.user_id, row.user_name, row.overdue, tuple(items[row.user_id]), row.overdue - len(items[row.user_id])
        )
        for row in late
    )
    return OverdueDigest(
        **circumstances(snapshot),
        overdue=summary.overdue,
        overdue_last_week=last_week,
        change=summary.overdue - last_week,
        total=summary.total,
        overdue_rate=summary.overdue_rate,
        owners=owners,
        more=sum(owner.more for owner in owners),
    )


def _items(snapshot: Snapshot, each: int, limit: int) -> Iterator[tuple[str | None, OverdueItem]]:
    rows = snapshot.records(_listed(snapshot.shape(ActivityVersion)), each=each, listed=limit)
    about = _about(snapshot, rows)
    for row in rows:
        yield row.owner_id, _item(snapshot, row, about)


@built_once
def _listed(shape: Shape) -> Select[Any]:
    if shape.has_changed(ActivityVersion):
        was = (ActivityVersion.workspace_id == WORKSPACE, ActivityVersion.activity_id == Activity.id, version_facts())
        late = union_all(_late(shape, Activity, current_facts()), _late(shape, ActivityVersion, *was)).subquery()
    else:
        late = _late(shape, Activity).subquery()
    place = func.row_number().over(partition_by=late.c.owner_id, order_by=(late.c.overdue_at, late.c.number))
    ranked = select(late, place.label("place")).subquery()
    first = select(ranked).where(ranked.c.place <= whole("each"))
    return first.order_by(ranked.c.overdue_at, ranked.c.number).limit(whole("listed"))


def _late(shape: Shape, facts: Any, *conditions: Any) -> Select[Any]:
    return select(
        Activity.id,
        Activity.number,
        Activity.kind,
        Activity.subject,
        Activity.deal_id,
        Activity.lead_id,
        Activity.contact_id,
        Activity.company_id,
        facts.owner_id.label("owner_id"),
        facts.due_at.label("due_at"),
        facts.due_on.label("due_on"),
        facts.overdue_at.label("overdue_at"),
    ).where(
        Activity.workspace_id == WORKSPACE,
        shape.sees(facts.owner_id),
        existed(facts),
        is_open(facts),
        is_overdue(facts),
        *conditions,
    )


def _item(snapshot: Snapshot, row: Any, about: dict[str, About]) -> OverdueItem:
    due_on = row.due_on if row.due_at is None else row.due_at.astimezone(snapshot.scope.zone).date()
    records = (row.deal_id, row.lead_id, row.contact_id, row.company_id)
    return OverdueItem(
        id=row.id,
        reference=reference(Kind.ACTIVITY, row.number),
        kind=row.kind,
        subject=row.subject,
        about=next((about[record] for record in records if record in about), None),
        due_at=row.due_at,
        due_on=row.due_on,
        days_overdue=max(0, (last_day_before(snapshot.as_of, snapshot.scope.zone) - due_on).days),
    )


def _about(snapshot: Snapshot, rows: Any) -> dict[str, About]:
    """Return the records that the listed activities are about, by id."""
    found: dict[str, About] = {}
    sources: tuple[tuple[Kind, Any, Any, str], ...] = (
        (Kind.DEAL, Deal, Deal.title, "deal_id"),
        (Kind.LEAD, Lead, Lead.name, "lead_id"),
        (Kind.CONTACT, Contact, Contact.name, "contact_id"),
        (Kind.COMPANY, Company, Company.name, "company_id"),
    )
    for kind, table, title, column in sources:
        ids = {getattr(row, column) for row in rows} - {None}
        if not ids:
            continue
        statement = select(table.id, table.number, title.label("title")).where(
            and_(table.workspace_id == WORKSPACE, table.id.in_(sorted(ids)))
        )
        for row in snapshot.run(statement):
            found[row.id] = About(reference(kind, row.number), row.title)
    return found
