"""Open deals at a moment, grouped as finely as the reports need and no finer."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, and_, case, exists, func, literal, null, or_, select
from sqlalchemy.orm import aliased

from crmbot.domain.forecast import DIVISORS, OVER_90, OVER_90_DAYS, Slowness, age_adjusted
from crmbot.domain.money import weighted
from crmbot.models import Activity, ActivityVersion, Deal, DealVersion, UTCDateTime
from crmbot.reports.activity_facts import current_facts, existed, last_touch, touched_since, version_facts
from crmbot.reports.snapshot import Snapshot, valid_at


@dataclass(frozen=True, slots=True)
class OpenGroup:
    """Open deals that agree in everything a report tells apart; amounts are sums in the workspace's minor units.

    `age` is the position in `domain.forecast.AGING`; `sure` the weighted value of those probable enough for the
    worst case; `adjusted` the weighted value after the discount for time in the stage.
    """

    stage_id: str
    owner_id: str | None
    age: int
    is_new: bool
    stale: bool
    count: int
    value: int
    weighted: int
    sure: int
    adjusted: int


def open_deals(snapshot: Snapshot) -> Iterator[OpenGroup]:
    """Yield the open deals at `as_of` in groups; money of deals without a rate is left out and noted.

    Sums are made by the database in exact integers: value x probability per deal, rounded half-up, then added
    (reports.md, sales-pipeline). Deals in another currency come grouped by equal amounts and are converted here.
    """
    rows = snapshot.session.execute(_grouped(snapshot))
    for row in rows:
        group = (row.stage_id, row.owner_id, row.age, bool(row.is_new), bool(row.stale), row.deals)
        if row.currency is None:
            yield OpenGroup(*group, int(row.value), int(row.weighted), int(row.sure), int(row.adjusted))
        else:
            yield OpenGroup(*group, *_converted(snapshot, row))
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
    now = exists().where(mine, current_facts(at), touched_since(Activity, since, at))
    then = exists().where(
        mine,
        ActivityVersion.workspace_id == snapshot.workspace_id,
        ActivityVersion.activity_id == Activity.id,
        version_facts(at),
        touched_since(ActivityVersion, since, at),
    )
    return ~or_(now, then)


def _grouped(snapshot: Snapshot) -> Select[Any]:
    deal = _facts(snapshot).c
    own = deal.currency == snapshot.scope.currency
    # Other currencies stay apart by amount and probability, because each deal is converted before it is weighted.
    apart = [case((own, null()), else_=column) for column in (deal.currency, deal.value, deal.probability)]
    sure = case((deal.probability >= snapshot.scope.settings.worst_case_min_probability, deal.weighted), else_=0)
    halves = [(deal.slow == slow, (deal.weighted + by // 2) // by) for slow, by in DIVISORS.items()]
    keys = [deal.stage_id, deal.owner_id, deal.age, deal.is_new, deal.slow, deal.stale]
    labels = [column.label(name) for column, name in zip(apart, ("currency", "each", "probability"), strict=True)]
    return select(
        *keys,
        *labels,
        func.count().label("deals"),
        func.sum(deal.value).label("value"),
        func.sum(deal.weighted).label("weighted"),
        func.sum(sure).label("sure"),
        func.sum(case(*halves)).label("adjusted"),
    ).group_by(*keys, *apart)


def _facts(snapshot: Snapshot) -> CTE:
    value = func.coalesce(DealVersion.value_minor, 0)
    created = Deal.created_at
    bounds = [(created >= snapshot.days_ago(last), bucket) for bucket, last in enumerate((29, 60, 90))]
    is_new = and_(created >= snapshot.window.starts_at, created < snapshot.window.ends_at)
    stale = and_(created < snapshot.days_ago(OVER_90_DAYS - 1), untouched(snapshot))
    return (
        select(
            DealVersion.stage_id,
            DealVersion.owner_id,
            DealVersion.currency,
            DealVersion.probability,
            value.label("value"),
            ((value * DealVersion.probability + 50) // 100).label("weighted"),
            case(*bounds, else_=OVER_90).label("age"),
            case((is_new, 1), else_=0).label("is_new"),
            case((stale, 1), else_=0).label("stale"),
            _slowness(snapshot).label("slow"),
        )
        .join_from(DealVersion, Deal, and_(Deal.workspace_id == snapshot.workspace_id, Deal.id == DealVersion.deal_id))
        .where(*valid_at(snapshot, snapshot.as_of), DealVersion.outcome == "open")
        .cte("open_deal")
        # Else a database may work out each deal's age and touches once for every use of them.
        .prefix_with("MATERIALIZED")
    )


def _slowness(snapshot: Snapshot) -> ColumnElement[int]:
    timed = [(stage.id, stage.stale_after_days) for stage in snapshot.stages if stage.stale_after_days is not None]
    if not timed:
        return literal(int(Slowness.USUAL))
    before = aliased(DealVersion)
    left = (
        select(func.max(before.valid_to))
        .where(
            before.workspace_id == snapshot.workspace_id,
            before.deal_id == DealVersion.deal_id,
            before.valid_from < DealVersion.valid_from,
            before.valid_to > before.valid_from,
            before.stage_id != DealVersion.stage_id,
        )
        .correlate(DealVersion)
        .scalar_subquery()
    )
    entered = func.coalesce(left, Deal.created_at, type_=UTCDateTime())

    def past(times: int) -> ColumnElement[Any]:
        bounds = {stage_id: literal(snapshot.days_ago(days * times), UTCDateTime()) for stage_id, days in timed}
        return case(bounds, value=DealVersion.stage_id)

    stuck, slow = entered < past(2), entered < past(1)
    return case(
        (Deal.created_at >= past(1), int(Slowness.USUAL)),
        (stuck, int(Slowness.STUCK)),
        (slow, int(Slowness.SLOW)),
        else_=int(Slowness.USUAL),
    )


def _converted(snapshot: Snapshot, row: Any) -> tuple[int, int, int, int]:
    each = snapshot.convert_or_note(row.each, row.currency)
    likely = weighted(each, row.probability)
    sure = likely if row.probability >= snapshot.scope.settings.worst_case_min_probability else 0
    adjusted = age_adjusted(likely, Slowness(row.slow))
    return row.deals * each, row.deals * likely, row.deals * sure, row.deals * adjusted
