"""Open deals at a moment, grouped as finely as the reports need and no finer."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, or_, select

from crmbot.domain.forecast import DIVISORS, OVER_90, OVER_90_DAYS, Slowness, age_adjusted
from crmbot.domain.money import weighted
from crmbot.models import Activity, ActivityVersion, Deal, DealVersion
from crmbot.reports.activity_facts import current_facts, existed, last_touch, touched_since, version_facts
from crmbot.reports.amounts import amounts
from crmbot.reports.snapshot import Snapshot, valid_at
from crmbot.reports.whole_sums import whole_sum


@dataclass(frozen=True, slots=True)
class OpenGroup:
    """Open deals that agree in stage, owner, age and staleness; amounts are sums in the workspace's minor units.

    `age` is the position in `domain.forecast.AGING`; `sure` the weighted value of those probable enough for the
    worst case; `adjusted` the weighted value after the discount for time in the stage; the `new` ones were created in
    the window.
    """

    stage_id: str
    owner_id: str | None
    age: int
    stale: bool
    count: int
    value: int
    weighted: int
    sure: int
    adjusted: int
    new_count: int
    new_value: int


def open_deals(snapshot: Snapshot) -> Iterator[OpenGroup]:
    """Yield the open deals at `as_of` in groups; money of deals without a rate is left out and noted.

    Sums are made by the database in exact integers: value x probability per deal, rounded half-up, then added
    (reports.md, sales-pipeline). What it can't convert comes after, in groups of no deals.
    """
    untold = 0
    for row in snapshot.summed(partial(_grouped, snapshot)):
        untold += row.untold
        sums = (row.sum, row.likely, row.sure, row.adjusted, row.new_deals, row.new_sum)
        yield OpenGroup(row.stage_id, row.owner_id, row.age, bool(row.stale), row.deals, *sums)
    if untold:
        for row in snapshot.session.execute(_apart(snapshot)):
            yield OpenGroup(row.stage_id, row.owner_id, row.age, bool(row.stale), 0, *_converted(snapshot, row))
        snapshot.list_unconverted(DealVersion.outcome == "open")


def last_touches(snapshot: Snapshot) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Return two columns whose later one is the deal's last touch by an activity; see `untouched`."""
    at = snapshot.as_of
    mine = and_(Activity.workspace_id == snapshot.workspace_id, Activity.deal_id == Deal.id)

    def latest(facts: Any) -> Select[Any]:
        return select(func.max(last_touch(facts, at))).where(mine, existed(facts, at)).correlate(Deal)

    now = latest(Activity).where(current_facts(at))
    then = latest(ActivityVersion).where(
        ActivityVersion.workspace_id == snapshot.workspace_id,
        ActivityVersion.activity_id == Activity.id,
        version_facts(at),
    )
    return now.scalar_subquery(), then.scalar_subquery()


def stale_before(snapshot: Snapshot) -> datetime:
    """Return the instant since which a deal must have been touched so as not to be stale."""
    return snapshot.days_ago(snapshot.scope.settings.stale_days - 1)


def untouched(snapshot: Snapshot) -> ColumnElement[bool]:
    """Return the condition that no activity touched the deal in the settings' `stale_days`.

    A done activity touches its deal when it is done, one still open when it was planned. Days are whole local days:
    a deal last touched 14 days ago is stale, one touched 13 days ago is not.
    """
    since, at = stale_before(snapshot), snapshot.as_of
    mine = and_(Activity.workspace_id == snapshot.workspace_id, Activity.deal_id == DealVersion.deal_id)
    if not snapshot.changed_since(ActivityVersion):
        return ~exists().where(mine, touched_since(Activity, since, at))
    now = exists().where(mine, current_facts(at), touched_since(Activity, since, at))
    then = exists().where(
        mine,
        ActivityVersion.workspace_id == snapshot.workspace_id,
        ActivityVersion.activity_id == Activity.id,
        version_facts(at),
        touched_since(ActivityVersion, since, at),
    )
    return ~or_(now, then)


def _grouped(snapshot: Snapshot, total: type[whole_sum]) -> Select[Any]:
    worth = amounts(snapshot)
    told = (worth.value.label("value"), worth.weighted.label("weighted"), worth.untold.label("untold"))
    deal = _facts(snapshot, *told).subquery().c
    sure = case((deal.probability >= snapshot.scope.settings.worst_case_min_probability, deal.weighted), else_=0)
    halves = {slow.value: (deal.weighted + by // 2) // by for slow, by in DIVISORS.items()}
    keys = [deal.stage_id, deal.owner_id, deal.age, deal.stale]
    return select(
        *keys,
        func.count().label("deals"),
        func.sum(deal.untold).label("untold"),
        total(deal.value).label("sum"),
        total(deal.weighted).label("likely"),
        total(sure).label("sure"),
        total(case(halves, value=deal.slow)).label("adjusted"),
        func.sum(deal.is_new).label("new_deals"),
        total(deal.value * deal.is_new).label("new_sum"),
    ).group_by(*keys)


def _apart(snapshot: Snapshot) -> Select[Any]:
    """Select what the database could not convert, by amount, probability and whatever else tells such deals apart."""
    worth = amounts(snapshot)
    deal = _facts(snapshot, *worth.apart).where(worth.untold == 1).subquery().c
    keys = [column for column in deal if column.key != "probability"]
    return select(*keys, func.count().label("deals")).group_by(*keys)


def _facts(snapshot: Snapshot, *worth: ColumnElement[Any]) -> Select[Any]:
    created = DealVersion.created_at
    bounds = [(created >= snapshot.days_ago(last), bucket) for bucket, last in enumerate((29, 60, 90))]
    is_new = and_(created >= snapshot.window.starts_at, created < snapshot.window.ends_at)
    stale = and_(created < snapshot.days_ago(OVER_90_DAYS - 1), untouched(snapshot))
    return select(
        DealVersion.stage_id,
        DealVersion.owner_id,
        DealVersion.probability,
        case(*bounds, else_=OVER_90).label("age"),
        case((is_new, 1), else_=0).label("is_new"),
        case((stale, 1), else_=0).label("stale"),
        _slowness(snapshot).label("slow"),
        *worth,
    ).where(*valid_at(snapshot, snapshot.as_of), DealVersion.outcome == "open")


def _slowness(snapshot: Snapshot) -> ColumnElement[int]:
    cases = [
        (and_(DealVersion.stage_id == stage.id, DealVersion.stage_since < snapshot.days_ago(times * days)), slow.value)
        for slow, times in ((Slowness.STUCK, 2), (Slowness.SLOW, 1))
        for stage in snapshot.stages
        if (days := stage.stale_after_days) is not None
    ]
    return case(*cases, else_=Slowness.USUAL.value) if cases else literal(Slowness.USUAL.value)


def _converted(snapshot: Snapshot, row: Any) -> tuple[int, int, int, int, int, int]:
    each, chance = snapshot.convert_or_note(row.each or 0, row.other_currency), row.chance or 0
    likely = weighted(each, chance)
    sure = likely if chance >= snapshot.scope.settings.worst_case_min_probability else 0
    adjusted = age_adjusted(likely, Slowness(row.slow))
    sums = (each, likely, sure, adjusted)
    return (*(row.deals * amount for amount in sums), 0, row.deals * row.is_new * each)
