"""sales-pipeline: the open deals at a moment by stage, owner and age, and three forecasts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crmbot.domain.forecast import AGING_KEYS, OVER_90
from crmbot.domain.money import Money, ratio
from crmbot.reports.figures import exact, mean
from crmbot.reports.open_deals import OpenGroup, open_deals
from crmbot.reports.snapshot import Snapshot
from crmbot.reports.values import CountAndValue, Signal


@dataclass(frozen=True, slots=True)
class StageRow:
    """The open deals of one stage."""

    count: int
    value: Money
    weighted_value: Money


@dataclass(frozen=True, slots=True)
class UserRow:
    """The open deals of one owner; `user_id` is None for those nobody owns."""

    user_id: str | None
    user_name: str
    opportunities: int
    pipeline_value: Money
    weighted_value: Money
    over_90_days: int


@dataclass(frozen=True, slots=True)
class Scenarios:
    """Three forecasts (reports.md, sales-pipeline, forecast)."""

    best_case: Money
    most_likely: Money
    worst_case: Money


@dataclass(frozen=True, slots=True)
class SalesPipeline:
    """The report's data; every breakdown adds up to its header."""

    period_days: int
    total_opportunities: int
    pipeline_value: Money
    weighted_value: Money
    average_deal_size: Money
    by_stage: Mapping[str, StageRow]
    by_user: tuple[UserRow, ...]
    aging: Mapping[str, int]
    aging_value: Mapping[str, Money]
    forecast: Scenarios
    new_opportunities: CountAndValue
    stale: CountAndValue
    age_adjusted: Money
    warnings: tuple[Signal, ...]


@dataclass(slots=True)
class _Sum:
    count: int = 0
    value: int = 0
    weighted: int = 0
    sure: int = 0
    adjusted: int = 0
    old: int = 0
    new: int = 0
    new_value: int = 0

    def add(self, group: OpenGroup) -> None:
        self.count += group.count
        self.value += group.value
        self.weighted += group.weighted
        self.sure += group.sure
        self.adjusted += group.adjusted
        self.old += group.count if group.age == OVER_90 else 0
        self.new += group.new_count
        self.new_value += group.new_value


def compute_sales_pipeline(snapshot: Snapshot) -> SalesPipeline:
    """Compute the report (reports.md, sales-pipeline).

    weighted_value sums round-half-up(value x probability) of each deal. worst_case sums it over deals in a late stage
    whose probability reaches the settings' `worst_case_min_probability`. age_adjusted sums it after a discount for
    deals that stand in their stage for longer than the stage's `stale_after_days`: they count half, and a quarter
    beyond twice that time (each rounded half-up; days are whole local days since the deal entered the stage).
    """
    groups = tuple(open_deals(snapshot))
    total, stale = _sum(groups), _sum(g for g in groups if g.stale)
    money = snapshot.money
    ages = [_sum(g for g in groups if g.age == age) for age in range(len(AGING_KEYS))]
    users = _rank_users(snapshot, groups)
    late = {stage.id for stage in snapshot.stages if stage.late}
    return SalesPipeline(
        period_days=snapshot.window.days,
        total_opportunities=total.count,
        pipeline_value=money(total.value),
        weighted_value=money(total.weighted),
        average_deal_size=money(mean(total.value, total.count)),
        by_stage=_by_stage(snapshot, groups),
        by_user=users,
        aging={key: age.count for key, age in zip(AGING_KEYS, ages, strict=True)},
        aging_value={key: money(age.value) for key, age in zip(AGING_KEYS, ages, strict=True)},
        forecast=Scenarios(
            best_case=money(total.value),
            most_likely=money(total.weighted),
            worst_case=money(sum(group.sure for group in groups if group.stage_id in late)),
        ),
        new_opportunities=CountAndValue(total.new, money(total.new_value)),
        stale=CountAndValue(stale.count, money(stale.value)),
        age_adjusted=money(total.adjusted),
        warnings=(*_warn_of_users(snapshot, users), *_warn_of_inflation(snapshot, total)),
    )


def _sum(groups: Iterable[OpenGroup]) -> _Sum:
    total = _Sum()
    for group in groups:
        total.add(group)
    return total


def _by_stage(snapshot: Snapshot, groups: tuple[OpenGroup, ...]) -> dict[str, StageRow]:
    sums: defaultdict[str, _Sum] = defaultdict(_Sum)
    for group in groups:
        sums[group.stage_id].add(group)
    rows = {}
    for stage in snapshot.stages:
        found = sums[stage.id]
        # A stage of another kind, or one that is gone, has no row unless deals still stand there.
        if found.count or (stage.kind == "open" and not stage.removed):
            rows[stage.key] = StageRow(found.count, snapshot.money(found.value), snapshot.money(found.weighted))
    return rows


def _rank_users(snapshot: Snapshot, groups: tuple[OpenGroup, ...]) -> tuple[UserRow, ...]:
    sums: defaultdict[str | None, _Sum] = defaultdict(_Sum)
    for group in groups:
        sums[group.owner_id].add(group)
    rows = [
        UserRow(
            user_id=user_id,
            user_name=snapshot.user_name(user_id),
            opportunities=found.count,
            pipeline_value=snapshot.money(found.value),
            weighted_value=snapshot.money(found.weighted),
            over_90_days=found.old,
        )
        for user_id, found in sums.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.pipeline_value.minor, row.user_name, row.user_id or "")))


def _warn_of_users(snapshot: Snapshot, rows: tuple[UserRow, ...]) -> list[Signal]:
    settings = snapshot.scope.settings
    reps = [row for row in rows if row.user_id is not None]
    team = sum(row.weighted_value.minor for row in reps)
    warnings = []
    for row in reps:
        if row.over_90_days > settings.old_deals:
            sentence = f"{row.user_name} has {row.over_90_days} open deals that are over 90 days old."
            warnings.append(Signal("old_deals", sentence, row.user_id, row.user_name))
        if row.weighted_value.minor * len(reps) < exact(settings.weighted_share) * team:
            sentence = (
                f"{row.user_name}'s weighted pipeline of {row.weighted_value} is below "
                f"{settings.weighted_share:.0%} of the team's average of {snapshot.money(mean(team, len(reps)))}."
            )
            warnings.append(Signal("low_pipeline", sentence, row.user_id, row.user_name))
    return warnings


def _warn_of_inflation(snapshot: Snapshot, total: _Sum) -> list[Signal]:
    excess = snapshot.scope.settings.age_adjusted_excess
    if total.weighted <= total.adjusted * (1 + exact(excess)):
        return []
    more = f" ({ratio(total.weighted - total.adjusted, total.adjusted):.0%} more)" if total.adjusted else ""
    sentence = (
        f"The most likely forecast of {snapshot.money(total.weighted)} looks inflated: adjusted for deals that stand "
        f"still it is {snapshot.money(total.adjusted)}{more}."
    )
    return [Signal("inflated_forecast", sentence)]
