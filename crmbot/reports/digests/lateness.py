"""Open deals whose expected close has passed: somebody has to say when, or that they are lost."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, func

from crmbot.domain.stages import ForecastCategory
from crmbot.models import Deal, DealVersion, Stage
from crmbot.reports.digests.listed_deals import ListedDeal, select_open, told
from crmbot.reports.snapshot import Snapshot
from crmbot.reports.statements import DAY, WORKSPACE, Shape, built_once


@dataclass(frozen=True, slots=True)
class LateDeal(ListedDeal):
    """An open deal past its expected close."""

    probability: int
    expected_close: date
    days_late: int


def late_deals(snapshot: Snapshot, limit: int) -> tuple[LateDeal, ...]:
    """Return at most `limit` open deals that should be closed by now, the longest overdue first.

    They are those that sales-forecast counts under past_due.
    """
    rows = snapshot.records(_late(snapshot.shape()), listed=limit)
    return tuple(
        LateDeal(*told(snapshot, row), row.probability, row.expected_close, (snapshot.day - row.expected_close).days)
        for row in rows
    )


@built_once
def _late(shape: Shape) -> Select[Any]:
    category = func.coalesce(DealVersion.forecast_category, Stage.forecast_category)
    return (
        select_open(shape, DealVersion.probability, DealVersion.expected_close)
        .join(Stage, and_(Stage.workspace_id == WORKSPACE, Stage.id == DealVersion.stage_id))
        .where(DealVersion.expected_close < DAY, category != ForecastCategory.OMITTED.value)
        .order_by(DealVersion.expected_close, Deal.number)
    )
