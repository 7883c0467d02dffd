"""activity-summary: what was to be done in a window, and what became of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select, true, union_all
from sqlalchemy.sql.selectable import Subquery

from crmbot.domain.money import ratio
from crmbot.models import Activity, ActivityVersion
from crmbot.reports.activity_facts import current_facts, existed, is_open, overdue, version_facts
from crmbot.reports.figures import exact, hours
from crmbot.reports.snapshot import Snapshot
from crmbot.reports.statements import AT, ENDS, FROM_ON, STARTS, TO_ON, WORKSPACE, Shape, built_once, instant
from crmbot.reports.values import Signal

KINDS = ("call", "email", "meeting", "task")
# A day's end in its owner's zone lies this near to the same day's end in any other.
_ZONES_APART = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class UserRow:
    """The activities of one owner; `user_id` is None for those nobody owns."""

    user_id: str | None
    user_name: str
    total: int
    completed: int
    pending: int
    overdue: int
    completion_rate: float


@dataclass(frozen=True, slots=True)
class ActivitySummary:
    """The report's data: completed + pending + overdue = total."""

    period_days: int
    total: int
    completed: int
    pending: int
    overdue: int
    completion_rate: float
    overdue_rate: float
    billable_hours: float
    by_type: Mapping[str, int]
    by_user: tuple[UserRow, ...]
    warnings: tuple[Signal, ...]


@dataclass(frozen=True, slots=True)
class _Group:
    """The activities of one owner and kind, by state, and the minutes billed for them."""

    owner_id: str | None
    kind: str
    completed: int
    overdue: int
    pending: int
    minutes: int

    @property
    def total(self) -> int:
        return self.completed + self.overdue + self.pending


def compute_activity_summary(snapshot: Snapshot) -> ActivitySummary:
    """Compute the report (reports.md, activity-summary).

    Counted is what is due in the window or open at some moment of it: made before its end and not completed before its
    start. The state is that of `as_of`: completed, else overdue, else pending. billable_hours adds the durations of
    billable activities completed inside the window, in hours rounded half-up to two decimals.
    """
    groups = _load(snapshot)
    team = _count(None, "", groups)
    users = _rank_users(snapshot, groups)
    minutes = sum(group.minutes for group in groups)
    overdue_rate = ratio(team.overdue, team.total)
    return ActivitySummary(
        period_days=snapshot.window.days,
        total=team.total,
        completed=team.completed,
        pending=team.pending,
        overdue=team.overdue,
        completion_rate=team.completion_rate,
        overdue_rate=overdue_rate,
        billable_hours=hours(minutes),
        by_type={kind: sum(g.total for g in groups if g.kind == kind) for kind in KINDS},
        by_user=users,
        warnings=_warn(snapshot, team, users),
    )


def _load(snapshot: Snapshot) -> tuple[_Group, ...]:
    window = snapshot.window
    near, far = window.starts_at - _ZONES_APART, window.ends_at + _ZONES_APART
    rows = snapshot.rows(_by_owner_and_kind(snapshot.shape(ActivityVersion)), near=near, far=far)
    return tuple(_Group(owner_id, kind, *map(int, sums)) for owner_id, kind, *sums in rows)


@built_once
def _by_owner_and_kind(shape: Shape) -> Select[Any]:
    facts = _counted(shape).c
    keys = (facts.owner_id, facts.kind)
    sums = (func.sum(facts[name]).label(name) for name in ("completed", "overdue", "pending", "minutes"))
    return select(*keys, *sums).group_by(*keys)


def _counted(shape: Shape) -> Subquery:
    """Return the facts of every activity that may count, in parts that an index finds each."""
    due_near = and_(Activity.overdue_at >= instant("near"), Activity.overdue_at < instant("far"))
    changed = shape.has_changed(ActivityVersion)
    now = (current_facts(),) if changed else ()
    made_before_end = Activity.created_at < ENDS
    parts = [
        _part(shape, Activity, made_before_end, *now, Activity.completed_at >= STARTS),
        _part(shape, Activity, made_before_end, *now, Activity.completed_at.is_(None)),
        _part(shape, Activity, false(), *now, Activity.completed_at < STARTS, due_near),
    ]
    if changed:
        then = (ActivityVersion.workspace_id == WORKSPACE, ActivityVersion.activity_id == Activity.id)
        done = ActivityVersion.completed_at
        carried = and_(made_before_end, or_(done.is_(None), done >= STARTS))
        parts.append(_part(shape, ActivityVersion, carried, *then, version_facts()))
    return union_all(*parts).subquery()


def _part(shape: Shape, facts: Any, carried: ColumnElement[bool], *conditions: ColumnElement[bool]) -> Select[Any]:
    """Select what counts of some activities; `carried` says which of them were open at a moment of the window."""
    # What is due at an hour counts as overdue from that hour on, so that one column tells both.
    due = or_(
        and_(facts.due_on.is_(None), facts.overdue_at >= STARTS, facts.overdue_at < ENDS),
        and_(facts.due_on >= FROM_ON, facts.due_on <= TO_ON),
    )
    counts = or_(carried, due)
    billed = and_(facts.billable, facts.completed_at >= STARTS, facts.completed_at < AT, facts.completed_at < ENDS)
    still, late = is_open(facts), overdue(facts)
    return select(
        facts.owner_id.label("owner_id"),
        Activity.kind.label("kind"),
        case((and_(counts, ~still), 1), else_=0).label("completed"),
        case((and_(counts, still, late), 1), else_=0).label("overdue"),
        case((and_(counts, still, late.is_not(true())), 1), else_=0).label("pending"),
        case((billed, func.coalesce(facts.duration_minutes, 0)), else_=0).label("minutes"),
    ).where(Activity.workspace_id == WORKSPACE, shape.sees(facts.owner_id), existed(facts), *conditions)


def _count(user_id: str | None, name: str, groups: Iterable[_Group]) -> UserRow:
    completed = late = pending = 0
    for group in groups:
        completed, late, pending = completed + group.completed, late + group.overdue, pending + group.pending
    total = completed + late + pending
    return UserRow(user_id, name, total, completed, pending, late, ratio(completed, total))


def _rank_users(snapshot: Snapshot, groups: tuple[_Group, ...]) -> tuple[UserRow, ...]:
    owners = {group.owner_id for group in groups if group.total}
    rows = [
        _count(owner, snapshot.user_name(owner), [group for group in groups if group.owner_id == owner])
        for owner in owners
    ]
    return tuple(sorted(rows, key=lambda row: (-row.overdue, row.user_name, row.user_id or "")))


def _warn(snapshot: Snapshot, team: UserRow, users: tuple[UserRow, ...]) -> tuple[Signal, ...]:
    settings = snapshot.scope.settings
    warnings = []
    if team.overdue > exact(settings.overdue_rate) * team.total:
        sentence = (
            f"{team.overdue} of {team.total} activities are overdue ({ratio(team.overdue, team.total):.1%}), "
            f"more than {settings.overdue_rate:.0%}."
        )
        warnings.append(Signal("overdue_rate", sentence))
    for row in users:
        if row.user_id is not None and row.completed < exact(settings.completion_rate) * row.total:
            sentence = (
                f"{row.user_name} completed {row.completed} of {row.total} activities "
                f"({ratio(row.completed, row.total):.1%}), less than {settings.completion_rate:.0%}."
            )
            warnings.append(Signal("completion_rate", sentence, row.user_id, row.user_name))
    return tuple(warnings)
