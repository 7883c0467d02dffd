"""What waits for somebody: overdue, due today, deals that go stale, mail to be placed."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, func, literal_column, select, union_all

from crmbot.crm.answers import ActivityView, DealView, Today
from crmbot.crm.board import board_of
from crmbot.crm.emails.rules import PERMISSION
from crmbot.crm.emails.waiting import handed_in_by
from crmbot.crm.glances import glance_statement, glances
from crmbot.crm.lookup import find_user
from crmbot.crm.requests import ShowToday
from crmbot.crm.staleness import is_old_enough, is_stale, last_touch, stale_since
from crmbot.crm.views import person
from crmbot.crm.work import Work
from crmbot.models import IN_TRIAGE, Activity, Deal, Email
from crmbot.store.prepared import Prepared

Activities = tuple[ActivityView, ...]
_MOST_SHOWN = 10
_MOST_STALE = 5


def _due_between(place: int, after: str, until: str) -> Select[Any]:
    """Return what finds somebody's first activities that become overdue in a time, with how many there are."""
    window = (
        Activity.workspace_id == bindparam("workspace"),
        Activity.owner_id == bindparam("owner"),
        Activity.completed_at.is_(None),
        Activity.overdue_at > bindparam(after),
        Activity.overdue_at <= bindparam(until),
    )
    total = select(func.count()).select_from(Activity).where(*window).scalar_subquery()
    first = select(Activity.id, total.label("total"), literal_column(str(place), Integer).label("place"))
    return select(first.where(*window).order_by(Activity.overdue_at).limit(_MOST_SHOWN).subquery(f"due_{place}"))


_FOUND_DUE = union_all(_due_between(0, "ever", "now"), _due_between(1, "now", "until")).subquery("found")
_DUE = glance_statement(Activity, _FOUND_DUE, _FOUND_DUE.c.total, (_FOUND_DUE.c.place, Activity.overdue_at))
_COUNT_TRIAGE = Prepared(
    select(func.count()).select_from(Email).where(Email.workspace_id == bindparam("workspace"), IN_TRIAGE)
)
_COUNT_MINE = Prepared(
    select(func.count())
    .select_from(Email)
    .where(Email.workspace_id == bindparam("workspace"), handed_in_by(bindparam("owner")))
)
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


def today(work: Work, request: ShowToday, *, named: int = 0) -> Today:
    """Show what waits for the actor or somebody else, and how their pipeline stands; the day is the actor's.

    Of each stage so many deals are `named`.
    """
    owner = find_user(work, request.owner) if request.owner else None
    owner_id = owner.id if owner else work.actor.user_id
    is_own = owner_id == work.actor.user_id
    (overdue, overdue_total), (due, due_total) = _due(work, owner_id)
    stale, stale_total = _stale_deals(work, owner_id)
    waiting = _waiting(work) if is_own else 0
    whose = None if is_own else person(work, owner_id)
    whom = whose.name if whose else "you"
    count = overdue_total + due_total
    nothing = "Nothing is overdue or due today." if is_own else f"Nothing of {whom}'s is overdue or due today."
    said = f"{count} {'activity waits' if count == 1 else 'activities wait'} for {whom} today." if count else nothing
    return Today(
        said,
        overdue=overdue,
        due_today=due,
        stale=stale,
        triage=waiting,
        overdue_total=overdue_total,
        due_total=due_total,
        stale_total=stale_total,
        pipeline=board_of(work, person(work, owner_id), named),
        whose=whose,
    )


def _waiting(work: Work) -> int:
    """Count the waiting mail that the actor may settle."""
    if PERMISSION in work.actor.permissions:
        found: int = work.values(_COUNT_TRIAGE)[0][0]
        return found
    return work.values(_COUNT_MINE, owner=work.actor.user_id)[0][0] if work.actor.user_id else 0


def due_until(work: Work) -> datetime:
    """Return when the actor's day ends; a day without an hour ends as the day does."""
    return datetime.combine(work.today + timedelta(days=1), datetime.min.time(), work.actor.zone)


def _due(work: Work, owner_id: str | None) -> tuple[tuple[Activities, int], tuple[Activities, int]]:
    """Return somebody's first activities that are overdue, and those due until the day ends, each with how many."""
    rows = work.values(_DUE, owner=owner_id, ever=_EVER, now=work.now, until=due_until(work))
    views: Activities = glances(Activity, rows)
    late = sum(view.overdue_at is not None and view.overdue_at <= work.now for view in views)
    parts = ((rows[:late], views[:late]), (rows[late:], views[late:]))
    first, second = ((views, rows[0][-1] if rows else 0) for rows, views in parts)
    return first, second


def _stale_deals(work: Work, owner_id: str | None) -> tuple[tuple[DealView, ...], int]:
    """Return somebody's first open deals that were not touched for longer than their stage allows, and their number."""
    bounds = stale_since(work)
    if not bounds or owner_id is None:
        return (), 0
    rows = work.values(_stale(len(bounds) // 2), owner=owner_id, **bounds)
    return glances(Deal, rows), rows[0][-1] if rows else 0


@cache
def _stale(stages: int) -> Prepared:
    """Return what finds an owner's open deals that were not touched since an instant of their stage's."""
    mine = (
        select(Deal.id, Deal.stage_id, last_touch().label("since"))
        .where(Deal.workspace_id == bindparam("workspace"), Deal.owner_id == bindparam("owner"), Deal.outcome == "open")
        .where(is_old_enough(stages))
        .subquery("mine")
    )
    late = is_stale(mine.c.id, mine.c.stage_id, mine.c.since, stages)
    found = (
        select(mine.c.id, mine.c.since, func.count().over().label("total"))
        .where(late)
        .order_by(mine.c.since)
        .limit(_MOST_STALE)
        .subquery("found")
    )
    return glance_statement(Deal, found, found.c.total, (found.c.since,))
