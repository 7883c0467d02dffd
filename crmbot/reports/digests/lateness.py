"""Open deals whose expected close has passed: somebody has to say when, or that they are lost."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, select

from crmbot.domain.ids import Kind, reference
from crmbot.domain.money import Money
from crmbot.domain.stages import ForecastCategory
from crmbot.models import Deal, DealVersion
from crmbot.reports.snapshot import Snapshot
from crmbot.reports.statements import DAY, WORKSPACE
from crmbot.reports.versions import valid


@dataclass(frozen=True, slots=True)
class LateDeal:
    """An open deal past its expected close; `value` is in the deal's own currency, None when nobody said yet."""

    id: str
    reference: str
    title: str
    owner_id: str | None
    owner_name: str
    stage: str
    value: Money | None
    probability: int
    expected_close: date
    days_late: int


def late_deals(snapshot: Snapshot, limit: int) -> tuple[LateDeal, ...]:
    """Return at most `limit` open deals that should be closed by now, the longest overdue first.

    They are those that sales-forecast counts under past_due.
    """
    omitted = [stage.id for stage in snapshot.stages if stage.forecast_category == ForecastCategory.OMITTED]
    counts = DealVersion.forecast_category.is_(None) & DealVersion.stage_id.not_in(omitted)
    rows = snapshot.run(
        select(
            Deal.id,
            Deal.number,
            Deal.title,
            DealVersion.owner_id,
            DealVersion.stage_id,
            DealVersion.value_minor,
            DealVersion.currency,
            DealVersion.probability,
            DealVersion.expected_close,
        )
        .join_from(DealVersion, Deal, and_(Deal.workspace_id == WORKSPACE, Deal.id == DealVersion.deal_id))
        .where(
            *valid(snapshot.shape()),
            DealVersion.outcome == "open",
            DealVersion.expected_close < DAY,
            counts | (DealVersion.forecast_category != ForecastCategory.OMITTED.value),
        )
        .order_by(DealVersion.expected_close, Deal.number)
        .limit(limit)
    )
    return tuple(_late_deal(snapshot, row) for row in rows)


def _late_deal(snapshot: Snapshot, row: Any) -> LateDeal:
    return LateDeal(
        id=row.id,
        reference=reference(Kind.DEAL, row.number),
        title=row.title,
        owner_id=row.owner_id,
        owner_name=snapshot.user_name(row.owner_id),
        stage=next(stage.name for stage in snapshot.stages if stage.id == row.stage_id),
        value=None if row.value_minor is None else Money(row.value_minor, row.currency),
        probability=row.probability,
        expected_close=row.expected_close,
        days_late=(snapshot.day - row.expected_close).days,
    )
