"""The aging digest: how old the open pipeline is, and which old deals nobody touches."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select
from sqlalchemy.orm import Session

from crmbot.domain.forecast import AGING_KEYS, OVER_90, OVER_90_DAYS
from crmbot.domain.money import Money
from crmbot.models import Deal, DealVersion
from crmbot.reports.digests.base import LIMIT, Digest, circumstances, look, look_back
from crmbot.reports.digests.listed_deals import ListedDeal, select_open, told
from crmbot.reports.open_deals import last_touches, stale_before
from crmbot.reports.sales_pipeline import compute_sales_pipeline
from crmbot.reports.snapshot import Snapshot
from crmbot.reports.statements import WORKSPACE, Shape, built_once, instant
from crmbot.reports.values import CountAndValue, Scope, Unconverted


@dataclass(frozen=True, slots=True)
class AgingBucket:
    """The open deals of one age, and how many and how much there were a week ago."""

    key: str
    count: int
    value: Money
    count_last_week: int
    value_last_week: Money


@dataclass(frozen=True, slots=True)
class OldDeal(ListedDeal):
    """An open deal over 90 days old."""

    currency: str
    age_days: int
    last_touch_at: datetime | None
    stale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AgingDigest(Digest):
    """The digest; the buckets, `stale` and the totals are those of sales-pipeline."""

    open_deals: int
    pipeline_value: Money
    buckets: tuple[AgingBucket, ...]
    over_90_days: CountAndValue
    over_90_days_last_week: CountAndValue
    stale: CountAndValue
    stale_days: int
    old_deals_by_owner: Mapping[str, int]
    deals: tuple[OldDeal, ...]
    more: int
    unconverted: tuple[Unconverted, ...]

    @property
    def is_empty(self) -> bool:
        """Whether no deal is open, nor was one over 90 days old a week ago."""
        return not self.open_deals and not self.over_90_days_last_week.count


def aging(session: Session | Connection, scope: Scope, *, limit: int = LIMIT) -> AgingDigest:
    """Compute the digest at the scope's now, listing at most `limit` old deals, the oldest first."""
    snapshot = look(session, scope)
    now, then = compute_sales_pipeline(snapshot), compute_sales_pipeline(look_back(snapshot))
    key = AGING_KEYS[OVER_90]
    deals = _old_deals(snapshot, limit)
    return AgingDigest(
        **circumstances(snapshot),
        open_deals=now.total_opportunities,
        pipeline_value=now.pipeline_value,
        buckets=tuple(
            AgingBucket(key, now.aging[key], now.aging_value[key], then.aging[key], then.aging_value[key])
            for key in AGING_KEYS
        ),
        over_90_days=CountAndValue(now.aging[key], now.aging_value[key]),
        over_90_days_last_week=CountAndValue(then.aging[key], then.aging_value[key]),
        stale=now.stale,
        stale_days=scope.settings.stale_days,
        old_deals_by_owner={row.user_name: row.over_90_days for row in now.by_user if row.over_90_days},
        deals=deals,
        more=now.aging[key] - len(deals),
        unconverted=snapshot.meta().unconverted,
    )


def _old_deals(snapshot: Snapshot, limit: int) -> tuple[OldDeal, ...]:
    rows = snapshot.records(_old(snapshot.shape()), listed=limit, younger=snapshot.days_ago(OVER_90_DAYS - 1))
    touches = _touches(snapshot, [row.id for row in rows])
    return tuple(_old_deal(snapshot, row, touches[row.id]) for row in rows)


@built_once
def _old(shape: Shape) -> Select[Any]:
    old = select_open(shape, Deal.created_at).where(DealVersion.created_at < instant("younger"))
    return old.order_by(DealVersion.created_at, Deal.number)


def _touches(snapshot: Snapshot, deal_ids: list[str]) -> dict[str, datetime | None]:
    """Return when an activity last touched each of the deals."""
    rows = snapshot.run(select(Deal.id, *last_touches()).where(Deal.workspace_id == WORKSPACE, Deal.id.in_(deal_ids)))
    return {deal_id: max((at for at in touches if at is not None), default=None) for deal_id, *touches in rows}


def _old_deal(snapshot: Snapshot, row: Any, last_touch_at: datetime | None) -> OldDeal:
    return OldDeal(
        *told(snapshot, row),
        currency=row.currency,
        age_days=(snapshot.day - row.created_at.astimezone(snapshot.scope.zone).date()).days,
        last_touch_at=last_touch_at,
        stale=last_touch_at is None or last_touch_at < stale_before(snapshot),
    )
