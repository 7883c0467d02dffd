"""The forecast digest: what is likely to come in, by category and month, and what moved in a week."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from crmbot.domain.ids import Kind, reference
from crmbot.domain.money import Money
from crmbot.domain.windows import since_last_week
from crmbot.reports.digests.base import LIMIT, Digest, circumstances, look, look_back
from crmbot.reports.digests.lateness import LateDeal, late_deals
from crmbot.reports.digests.scores import Score, score_forecasts
from crmbot.reports.pipeline_changes import MOVEMENTS, MovedDeal, PipelineChanges, compute_pipeline_changes
from crmbot.reports.sales_forecast import ForecastRow, MonthRow, compute_sales_forecast
from crmbot.reports.sales_pipeline import Scenarios, compute_sales_pipeline
from crmbot.reports.snapshot import Snapshot
from crmbot.reports.values import Scope, Unconverted


@dataclass(frozen=True, slots=True)
class Moved:
    """A deal that moved, by how much, and how (`created`, `won`, `pushed_out`, ...)."""

    movement: str
    id: str
    reference: str
    title: str
    owner_name: str
    value: Money


@dataclass(frozen=True, slots=True)
class MovementSum:
    """How many deals moved in one way, and by how much."""

    movement: str
    count: int
    value: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastDigest(Digest):
    """The digest; its numbers are those of sales-pipeline, sales-forecast and pipeline-changes."""

    forecast: Scenarios
    last_week: Scenarios
    change: Scenarios
    age_adjusted: Money
    by_category: Mapping[str, ForecastRow]
    by_month: tuple[MonthRow, ...]
    no_date: ForecastRow
    past_due: ForecastRow
    opening_value: Money
    movements: tuple[MovementSum, ...]
    closing_value: Money
    deals: tuple[Moved, ...]
    more: int
    unconverted: tuple[Unconverted, ...]
    late: tuple[LateDeal, ...] = ()
    """Those past their expected close, the longest overdue first."""
    scores: tuple[Score, ...] = ()
    """How the forecasts of some time ago came true."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is open and nothing moved."""
        open_deals = sum(row.deals for row in self.by_category.values())
        return not open_deals and not any(row.count for row in self.movements)


def forecast(session: Session | Connection, scope: Scope, *, limit: int = LIMIT) -> ForecastDigest:
    """Compute the digest at the scope's now, listing at most `limit` moved deals, the largest movements first."""
    snapshot = look(session, scope)
    now = compute_sales_pipeline(snapshot)
    then = compute_sales_pipeline(look_back(snapshot)).forecast
    ahead = compute_sales_forecast(snapshot)
    changes = compute_pipeline_changes(Snapshot(session, scope, since_last_week(scope.now, scope.zone)))
    moved = sorted(_moved(changes), key=lambda deal: -abs(deal.value.minor))
    return ForecastDigest(
        **circumstances(snapshot),
        forecast=now.forecast,
        last_week=then,
        change=_change(then, now.forecast),
        age_adjusted=now.age_adjusted,
        by_category=ahead.by_category,
        by_month=ahead.by_month,
        no_date=ahead.no_date,
        past_due=ahead.past_due,
        opening_value=changes.opening_value,
        movements=tuple(
            MovementSum(name, getattr(changes, name).count, getattr(changes, name).value) for name in MOVEMENTS
        ),
        closing_value=changes.closing_value,
        deals=tuple(moved[:limit]),
        more=max(0, len(moved) - limit),
        unconverted=snapshot.meta().unconverted,
        late=late_deals(snapshot, limit),
        scores=score_forecasts(snapshot),
    )


def _change(then: Scenarios, now: Scenarios) -> Scenarios:
    def difference(a: Money, b: Money) -> Money:
        return Money(b.minor - a.minor, b.currency)

    return Scenarios(
        difference(then.best_case, now.best_case),
        difference(then.most_likely, now.most_likely),
        difference(then.worst_case, now.worst_case),
    )


def _moved(changes: PipelineChanges) -> list[Moved]:
    return [_as_moved(name, deal) for name in MOVEMENTS for deal in getattr(changes, name).deals]


def _as_moved(movement: str, deal: MovedDeal) -> Moved:
    number = reference(Kind.DEAL, deal.number)
    return Moved(movement, deal.id, number, deal.title, deal.owner_name, deal.value)
