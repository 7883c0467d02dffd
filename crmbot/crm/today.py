"""What waits for somebody: overdue, due today, deals that go stale, mail to be placed."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import bindparam, func, select

from crmbot.crm import board
from crmbot.crm.answers import Today
from crmbot.crm.emails.rules import PERMISSION
from crmbot.crm.emails.waiting import handed_in_by
from crmbot.crm.lookup import find_user
from crmbot.crm.prepared import Prepared
from crmbot.crm.requests import ME, ShowPipeline, ShowToday
from crmbot.crm.staleness import is_stale, last_touch, stale_since
from crmbot.crm.views import activity_view, deal_view, load_names, person
from crmbot.crm.work import Work
from crmbot.models import IN_TRIAGE, Activity, Deal, Email

_MOST_SHOWN = 10
_MOST_STALE = 5

_OPEN = (
    Activity.workspace_id == bindparam("workspace"),
    Activity.owner_id == bindparam("owner"),
    Activity.completed_at.is_(None),
    Activity.overdue_at > bindparam("after"),
    Activity.overdue_at <= bindparam("until"),
)
_DUE = Prepared(select(Activity).where(*_OPEN).order_by(Activity.overdue_at).limit(_MOST_SHOWN))
_COUNT_DUE = Prepared(select(func.count()).select_from(Activity).where(*_OPEN))
_COUNT_TRIAGE = Prepared(
    select(func.count()).select_from(Email).where(Email.workspace_id == bindparam("workspace"), IN_TRIAGE)
)
_COUNT_MINE = Prepared(
    select(func.count())
    .select_from(Email)
    .where(Email.workspace_id == bindparam("workspace"), handed_in_by(bindparam("owner")))
)
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


def today(work: Work, request: ShowToday) -> Today:
    """Show what waits for the actor or somebody else, and how their pipeline stands; the day is the actor's."""
    owner = find_user(work, request.owner) if request.owner else None
    owner_id = owner.id if owner else work.actor.user_id
    is_own = owner_id == work.actor.user_id
    overdue, overdue_total = _between(work, owner_id, _EVER, work.now)
    due, due_total = _between(work, owner_id, work.now, due_until(work))
    stale, stale_total = _stale_deals(work, owner_id)
    load_names(work, [*overdue, *due, *stale])
    waiting = _waiting(work) if is_own else 0
    whose = None if is_own else person(work, owner_id)
    whom = whose.name if whose else "you"
    count = overdue_total + due_total
    nothing = "Nothing is overdue or due today." if is_own else f"Nothing of {whom}'s is overdue or due today."
    said = f"{count} {'activity waits' if count == 1 else 'activities wait'} for {whom} today." if count else nothing
    return Today(
        said,
        overdue=tuple(activity_view(work, row) for row in overdue),
        due_today=tuple(activity_view(work, row) for row in due),
        stale=tuple(deal_view(work, row) for row in stale),
        triage=waiting,
        overdue_total=overdue_total,
        due_total=due_total,
        stale_total=stale_total,
        pipeline=board.pipeline(work, ShowPipeline(owner=owner_id and (ME if is_own else owner_id))),
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


def _between(work: Work, owner_id: str | None, after: datetime, until: datetime) -> tuple[list[Activity], int]:
    """Return somebody's first activities that become overdue in a time, the longest due first, and their number."""
    window: dict[str, Any] = {"owner": owner_id, "after": after, "until": until}
    first = work.all(_DUE, Activity, **window)
    return first, len(first) if len(first) < _MOST_SHOWN else work.values(_COUNT_DUE, **window)[0][0]


def _stale_deals(work: Work, owner_id: str | None) -> tuple[list[Deal], int]:
    """Return somebody's first open deals that were not touched for longer than their stage allows, and their number."""
    bounds = stale_since(work)
    if not bounds or owner_id is None:
        return [], 0
    found = work.values(_stale(len(bounds) // 2), owner=owner_id, **bounds)
    work.load(Deal, [row_id for row_id, _ in found])
    return [work.get(Deal, row_id) for row_id, _ in found], found[0][1] if found else 0


@cache
def _stale(stages: int) -> Prepared:
    """Return what finds an owner's open deals that were not touched since an instant of their stage's."""
    mine = (
        select(Deal.id, Deal.stage_id, last_touch().label("since"))
        .where(Deal.workspace_id == bindparam("workspace"), Deal.owner_id == bindparam("owner"), Deal.outcome == "open")
        .subquery()
    )
    late = is_stale(mine.c.stage_id, mine.c.since, stages)
    return Prepared(select(mine.c.id, func.count().over()).where(late).order_by(mine.c.since).limit(_MOST_STALE))
