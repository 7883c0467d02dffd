"""Open deals at a moment, grouped as finely as the reports need and no finer."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, or_, select

from crmbot.domain.forecast import DIVISORS, OVER_90, OVER_90_DAYS, Slowness, age_adjusted
from crmbot.domain.money import weighted
from crmbot.models import Activity, ActivityVersion, Deal, DealVersion
from crmbot.reports.activity_facts import current_facts, existed, last_touch, touched_since, version_facts
from crmbot.reports.amounts import amounts
from crmbot.reports.snapshot import Snapshot
from crmbot.reports.statements import ENDS, STARTS, WORKSPACE, Shape, built_once, instant, whole, word
from crmbot.reports.versions import valid

_LAST_DAYS = (29, 60, OVER_90_DAYS - 1)
"""The oldest day of each age but the last."""


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
    shape, slow = snapshot.shape(ActivityVersion, money=True), _slow_stages(snapshot)
    values, untold = _thresholds(snapshot, slow), 0
    for row in snapshot.summed(lambda total: _grouped(shape, len(slow), total), **values):
        untold += row.untold
        sums = (row.sum, row.likely, row.sure, row.adjusted, row.new_deals, row.new_sum)
        yield OpenGroup(row.stage_id, row.owner_id, row.age, bool(row.stale), row.deals, *sums)
    if untold:
        for row in snapshot.records(_apart(shape, len(slow)), **values):
            yield OpenGroup(row.stage_id, row.owner_id, row.age, bool(row.stale), 0, *_converted(snapshot, row))
        snapshot.list_unconverted(DealVersion.outcome == "open")


def last_touches() -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Return two columns whose later one is the deal's last touch by an activity; see `untouched`."""
    mine = and_(Activity.workspace_id == WORKSPACE, Activity.deal_id == Deal.id)

    def latest(facts: Any) -> Select[Any]:
        return select(func.max(last_touch(facts))).where(mine, existed(facts)).correlate(Deal)

    now = latest(Activity).where(current_facts())
    then = latest(ActivityVersion).where(
        ActivityVersion.workspace_id == WORKSPACE,
        ActivityVersion.activity_id == Activity.id,
        version_facts(),
    )
    return now.scalar_subquery(), then.scalar_subquery()


def stale_before(snapshot: Snapshot) -> datetime:
    """Return the instant since which a deal must have been touched so as not to be stale."""
    return snapshot.days_ago(snapshot.scope.settings.stale_days - 1)


def untouched(shape: Shape) -> ColumnElement[bool]:
    """Return the condition that no activity touched the deal since `stale_before`, in the settings' `stale_days`.

    A done activity touches its deal when it is done, one still open when it was planned. Days are whole local days:
    a deal last touched 14 days ago is stale, one touched 13 days ago is not.
    """
    since = instant("stale_before")
    mine = and_(Activity.workspace_id == WORKSPACE, Activity.deal_id == DealVersion.deal_id)
    if not shape.has_changed(ActivityVersion):
        return ~exists().where(mine, touched_since(Activity, since))
    now = exists().where(mine, current_facts(), touched_since(Activity, since))
    then = exists().where(
        mine,
        ActivityVersion.workspace_id == WORKSPACE,
        ActivityVersion.activity_id == Activity.id,
        version_facts(),
        touched_since(ActivityVersion, since),
    )
    return ~or_(now, then)


@built_once
def _grouped(shape: Shape, slow_stages: int, total: Any) -> Select[Any]:
    worth = amounts(shape)
    told = (worth.value.label("value"), worth.weighted.label("weighted"), worth.untold.label("untold"))
    deal = _facts(shape, slow_stages, *told).subquery().c
    sure = case((deal.probability >= whole("probable"), deal.weighted), else_=0)
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


@built_once
def _apart(shape: Shape, slow_stages: int) -> Select[Any]:
    """Select what the database could not convert, by amount, probability and whatever else tells such deals apart."""
    worth = amounts(shape)
    deal = _facts(shape, slow_stages, *worth.apart).where(worth.untold == 1).subquery().c
    keys = [column for column in deal if column.key != "probability"]
    return select(*keys, func.count().label("deals")).group_by(*keys)


def _facts(shape: Shape, slow_stages: int, *worth: ColumnElement[Any]) -> Select[Any]:
    created = DealVersion.created_at
    bounds = [(created >= instant(f"younger_{age}"), age) for age in range(OVER_90)]
    is_new = and_(created >= STARTS, created < ENDS)
    stale = and_(created < instant(f"younger_{OVER_90 - 1}"), untouched(shape))
    return select(
        DealVersion.stage_id,
        DealVersion.owner_id,
        DealVersion.probability,
        case(*bounds, else_=OVER_90).label("age"),
        case((is_new, 1), else_=0).label("is_new"),
        case((stale, 1), else_=0).label("stale"),
        _slowness(slow_stages).label("slow"),
        *worth,
    ).where(*valid(shape), DealVersion.outcome == "open")


def _slowness(slow_stages: int) -> ColumnElement[int]:
    cases = [
        (
            and_(DealVersion.stage_id == word(f"stage_{place}"), DealVersion.stage_since < instant(f"{name}_{place}")),
            slow,
        )
        for name, slow in (("stuck", Slowness.STUCK.value), ("slow", Slowness.SLOW.value))
        for place in range(slow_stages)
    ]
    return case(*cases, else_=Slowness.USUAL.value) if cases else literal(Slowness.USUAL.value)


def _slow_stages(snapshot: Snapshot) -> list[tuple[str, int]]:
    """Return the stages in which a deal can stand for too long, with the days that are usual there."""
    return [(stage.id, days) for stage in snapshot.stages if (days := stage.stale_after_days) is not None]


def _thresholds(snapshot: Snapshot, slow: list[tuple[str, int]]) -> dict[str, Any]:
    values: dict[str, Any] = {f"younger_{age}": snapshot.days_ago(last) for age, last in enumerate(_LAST_DAYS)}
    for place, (stage_id, days) in enumerate(slow):
        values[f"stage_{place}"] = stage_id
        values[f"slow_{place}"], values[f"stuck_{place}"] = snapshot.days_ago(days), snapshot.days_ago(2 * days)
    probable = snapshot.scope.settings.worst_case_min_probability
    return {**values, "stale_before": stale_before(snapshot), "probable": probable}


def _converted(snapshot: Snapshot, row: Any) -> tuple[int, int, int, int, int, int]:
    each, chance = snapshot.convert_or_note(row.each or 0, row.other_currency), row.chance or 0
    likely = weighted(each, chance)
    sure = likely if chance >= snapshot.scope.settings.worst_case_min_probability else 0
    adjusted = age_adjusted(likely, Slowness(row.slow))
    sums = (each, likely, sure, adjusted)
    return (*(row.deals * amount for amount in sums), 0, row.deals * row.is_new * each)
