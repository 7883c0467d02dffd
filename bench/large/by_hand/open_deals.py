"""The open deals by hand."""

from typing import Any

from bench.large import statements
from bench.large.asking import Question
from bench.large.by_hand.figures import Figures, cents, left_out, mean, ratio, warning
from crmbot.domain.money import Money

AGES = ("under_30_days", "30_to_60_days", "60_to_90_days", "over_90_days")
OLD_DEALS = 3


def sales_pipeline(q: Question) -> Figures:
    """One statement: sums by stage, owner, age and staleness."""
    total = [0] * 7
    stages: dict[str, list[int]] = {}
    users: dict[Any, list[int]] = {}
    ages = [[0, 0] for _ in AGES]
    stale, sure, rateless = [0, 0], 0, 0
    for stage, owner, age, is_stale, *found, without_rate in q.rows(statements.OPEN_DEALS):
        rateless += without_rate
        count, value, likely, certain, adjusted, new, new_value = map(int, found)
        for place, part in enumerate((count, value, likely, certain, adjusted, new, new_value)):
            total[place] += part
        of_stage, of_user = stages.setdefault(stage, [0, 0, 0]), users.setdefault(owner, [0, 0, 0, 0])
        for sums in (of_stage, of_user):
            sums[0], sums[1], sums[2] = sums[0] + count, sums[1] + value, sums[2] + likely
        of_user[3] += count if age == len(AGES) - 1 else 0
        ages[age][0], ages[age][1] = ages[age][0] + count, ages[age][1] + value
        if is_stale:
            stale[0], stale[1] = stale[0] + count, stale[1] + value
        sure += certain if stage in q.late else 0
    count, value, likely, _, adjusted, new, new_value = total
    reps = [
        {
            "user_id": owner,
            "user_name": q.user(owner),
            "opportunities": sums[0],
            "pipeline_value": sums[1] / 100,
            "weighted_value": sums[2] / 100,
            "over_90_days": sums[3],
        }
        for owner, sums in users.items()
    ]
    return {
        "period_days": q.length,
        "total_opportunities": count,
        "pipeline_value": value / 100,
        "weighted_value": likely / 100,
        "average_deal_size": mean(value, count) / 100,
        "by_stage": {
            key: dict(zip(("count", "value", "weighted_value"), cents(stages.get(one, (0, 0, 0))), strict=True))
            for one, key, _, kind in q.stages
            if kind == "open"
        },
        "by_user": sorted(reps, key=lambda row: (-row["pipeline_value"], row["user_name"], row["user_id"] or "")),
        "aging": {key: found[0] for key, found in zip(AGES, ages, strict=True)},
        "aging_value": {key: found[1] / 100 for key, found in zip(AGES, ages, strict=True)},
        "forecast": {"best_case": value / 100, "most_likely": likely / 100, "worst_case": sure / 100},
        "new_opportunities": {"count": new, "value": new_value / 100},
        "stale": {"count": stale[0], "value": stale[1] / 100},
        "age_adjusted": adjusted / 100,
        "warnings": _old_and_low(reps) + _inflated(likely, adjusted),
        "unconverted": left_out(rateless),
    }


def _old_and_low(reps: list[Figures]) -> list[Figures]:
    people = sorted(
        (row for row in reps if row["user_id"]),
        key=lambda row: (-row["pipeline_value"], row["user_name"], row["user_id"]),
    )
    cents = [round(row["weighted_value"] * 100) for row in people]
    team, warnings = sum(cents), []
    for row, mine in zip(people, cents, strict=True):
        name, old = row["user_name"], row["over_90_days"]
        if old > OLD_DEALS:
            text = f"{name} has {old} open deals that are over 90 days old."
            warnings.append(warning("old_deals", text, row["user_id"], name))
        if 2 * mine * len(people) < team:
            average = Money(mean(team, len(people)), "USD")
            text = (
                f"{name}'s weighted pipeline of {Money(mine, 'USD')} is below 50% of the team's average of {average}."
            )
            warnings.append(warning("low_pipeline", text, row["user_id"], name))
    return warnings


def _inflated(likely: int, adjusted: int) -> list[Figures]:
    if 4 * likely <= 5 * adjusted:
        return []
    more = f"{ratio(likely - adjusted, adjusted):.0%}"
    text = (
        f"The most likely forecast of {Money(likely, 'USD')} looks inflated: adjusted for deals that stand still it is "
    )
    return [warning("inflated_forecast", f"{text}{Money(adjusted, 'USD')} ({more} more).", None, None)]
