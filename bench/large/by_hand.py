"""The reports as an expert writes them by hand: plain SQL for one database at a time, with the least Python around it.

They read the same tables by the same covering indexes, know that nothing was changed after the moment they ask for, and
answer for a whole workspace in US dollars with rates of at most four decimals; the figures are those of the engine.
"""

from typing import Any

from bench.large import statements
from bench.large.asking import Question
from crmbot.domain.money import Money

Figures = dict[str, Any]
STATUSES = ("new", "contacted", "qualified", "converted")
AGES = ("under_30_days", "30_to_60_days", "60_to_90_days", "over_90_days")
OLD_DEALS = 3
MOVES = ("created", "increased", "decreased", "pulled_in", "pushed_out", "reopened", "won", "lost")


def ratio(part: int, whole: int) -> float:
    """Return part / whole rounded half-up to three decimals."""
    return (2000 * part + whole) // (2 * whole) / 1000 if whole else 0.0


def mean(total: int, count: int) -> int:
    """Return total / count rounded half-up."""
    return (2 * total + count) // (2 * count) if count else 0


def left_out(deals: int) -> list[Figures]:
    """Return the deals that could not be converted: of the sample none, which has to be counted all the same."""
    if deals:
        raise SystemExit(f"{deals} deals of the sample have no rate")
    return []


def lead_conversion(q: Question) -> Figures:
    """Four statements: by status, by source, by day, and the middle of the waits."""
    by_status = {status: counts for status, *counts in q.rows(statements.ENTERED)}
    funnel = [by_status.get(status, (0, 0, 0))[0] for status in STATUSES]
    days = q.by_day(statements.BY_DAY)
    size, born = sum(day[1] for day in days), [by_status.get(status, (0, 0, 0))[2] for status in STATUSES[1:]]
    sources: dict[str, list[int]] = {}
    for status, source, leads in q.rows(statements.BY_SOURCE):
        sources.setdefault(source or "unknown", [0, 0])[status == "converted"] += leads
    first = by_status.get("contacted", (0, 0, 0))[1]
    waits = [wait for (wait,) in q.rows(statements.WAITS, skip=(first - 1) // 2, take=2 - first % 2)] if first else []
    return {
        "period": q.period,
        "funnel": dict(zip(STATUSES, funnel, strict=True)),
        "conversion_rates": _rates(*funnel),
        "trends": [{"date": day, "leads": leads, "converted": converted} for day, leads, converted in days],
        "cohort": {"size": size, **dict(zip(STATUSES[1:], born, strict=True)), "rates": _rates(size, *born)},
        "by_source": [
            {"source": source, "new": new, "converted": won, "conversion_rate": ratio(won, new)}
            for source, (new, won) in sorted(sources.items(), key=lambda item: (-item[1][0], -item[1][1], item[0]))
        ],
        "disqualified": by_status.get("disqualified", (0, 0, 0))[0],
        "median_hours_to_contact": (2 * sum(waits) + 36 * len(waits)) // (72 * len(waits)) / 100 if waits else None,
    }


def _rates(new: int, contacted: int, qualified: int, converted: int) -> Figures:
    return {
        "new_to_contacted": ratio(contacted, new),
        "contacted_to_qualified": ratio(qualified, contacted),
        "qualified_to_converted": ratio(converted, qualified),
        "overall": ratio(converted, new),
    }


def customer_acquisition(q: Question) -> Figures:
    """One statement for the channels and the ten highest."""
    rows = q.rows(statements.CUSTOMERS)
    found = [(*facts, int(count), int(worth)) for *facts, count, worth, _ in rows]
    channels = [(channel, count, worth) for channel, _, _, count, worth in found if count]
    number, total = sum(row[1] for row in channels), sum(row[2] for row in channels)
    by_worth = [
        {"channel": name, "customers": count, "total_clv": sum_ / 100, "average_clv": mean(sum_, count) / 100}
        for name, count, sum_ in channels
    ]
    return {
        "period": q.period,
        "total_new_customers": number,
        "by_channel": {name: count for name, count, _ in sorted(channels, key=lambda row: (-row[1], row[0]))},
        "high_value_customers": [
            {"id": one, "name": name, "acquired_at": q.instant(at), "estimated_lifetime_value": worth / 100}
            for one, name, at, count, worth in found
            if not count
        ],
        "average_clv": mean(total, number) / 100,
        "channels": sorted(by_worth, key=lambda row: (-row["average_clv"], row["channel"])),
        "unconverted": left_out(sum(row[-1] for row in rows)),
    }


def activity_summary(q: Question) -> Figures:
    """One statement: counts by owner and kind."""
    rows = [(owner, kind, *map(int, counts)) for owner, kind, *counts in q.rows(statements.ACTIVITIES)]
    users: dict[Any, list[int]] = {}
    kinds = dict.fromkeys(("call", "email", "meeting", "task"), 0)
    team, minutes = [0, 0, 0], 0
    for owner, kind, *counts, billed in rows:
        mine = users.setdefault(owner, [0, 0, 0])
        for place, count in enumerate(counts):
            mine[place] += count
            team[place] += count
        kinds[kind] += sum(counts)
        minutes += billed
    told = [
        {"user_id": owner, "user_name": q.user(owner), **_states(*counts)}
        for owner, counts in users.items()
        if any(counts)
    ]
    in_order = sorted(told, key=lambda row: (-row["overdue"], row["user_name"], row["user_id"] or ""))
    return {
        "period_days": q.length,
        **_states(*team),
        "overdue_rate": ratio(team[1], sum(team)),
        "billable_hours": (minutes * 100 + 30) // 60 / 100,
        "by_type": kinds,
        "by_user": in_order,
        "warnings": _overdue(team[1], sum(team)) + _incomplete(in_order),
    }


def _overdue(late: int, total: int) -> list[Figures]:
    if 10 * late <= total:
        return []
    text = f"{late} of {total} activities are overdue ({ratio(late, total):.1%}), more than 10%."
    return [_warning("overdue_rate", text, None, None)]


def _incomplete(users: list[Figures]) -> list[Figures]:
    warnings = []
    for row in users:
        name, completed, total = row["user_name"], row["completed"], row["total"]
        if row["user_id"] is not None and 4 * completed < 3 * total:
            text = f"{name} completed {completed} of {total} activities ({ratio(completed, total):.1%}), less than 75%."
            warnings.append(_warning("completion_rate", text, row["user_id"], name))
    return warnings


def _states(completed: int, overdue: int, pending: int) -> Figures:
    total = completed + overdue + pending
    rate = ratio(completed, total)
    return {"total": total, "completed": completed, "pending": pending, "overdue": overdue, "completion_rate": rate}


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
            key: dict(zip(("count", "value", "weighted_value"), _cents(stages.get(one, (0, 0, 0))), strict=True))
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
            warnings.append(_warning("old_deals", text, row["user_id"], name))
        if 2 * mine * len(people) < team:
            average = Money(mean(team, len(people)), "USD")
            text = (
                f"{name}'s weighted pipeline of {Money(mine, 'USD')} is below 50% of the team's average of {average}."
            )
            warnings.append(_warning("low_pipeline", text, row["user_id"], name))
    return warnings


def _inflated(likely: int, adjusted: int) -> list[Figures]:
    if 4 * likely <= 5 * adjusted:
        return []
    more = f"{ratio(likely - adjusted, adjusted):.0%}"
    text = (
        f"The most likely forecast of {Money(likely, 'USD')} looks inflated: adjusted for deals that stand still it is "
    )
    return [_warning("inflated_forecast", f"{text}{Money(adjusted, 'USD')} ({more} more).", None, None)]


def _warning(code: str, message: str, user_id: str | None, user_name: str | None) -> Figures:
    return {"code": code, "message": message, "user_id": user_id, "user_name": user_name}


def _cents(sums: Any) -> tuple[int, float, float]:
    return sums[0], sums[1] / 100, sums[2] / 100


def pipeline(q: Question) -> Figures:
    """One statement: sums by stage, of all deals there are."""
    found = {stage: tuple(map(int, sums)) for stage, *sums in q.rows(statements.STAGES)}
    rows = []
    for one, key, name, kind in q.stages:
        count, value, likely, _ = found.get(one, (0, 0, 0, 0))
        sums = {"count": count, "value": value / 100, "weighted_value": likely / 100}
        rows.append({"key": key, "name": name, "kind": kind, **sums})
    return {"stages": rows, "unconverted": left_out(sum(sums[-1] for sums in found.values()))}


def conversion_funnel(q: Question) -> Figures:
    """Five counts with their sums."""
    [leads], [qualified] = q.row(statements.LEADS), q.row(statements.QUALIFIED)
    steps = [("leads", leads, 0, 0), ("qualified", qualified, 0, 0)]
    steps += [("deals", *q.row(statements.DEALS)), ("proposals_sent", *q.row(statements.PROPOSALS))]
    steps += [("won", *q.row(statements.WON))]
    rows, before = [], leads
    for step, counted, value, _ in steps:
        count = int(counted or 0)
        rates = {"rate_from_previous": ratio(count, before), "rate_from_first": ratio(count, leads)}
        rows.append({"step": step, "count": count, "value": int(value or 0) / 100, **rates})
        before = count
    return {"period_days": q.length, "steps": rows, "unconverted": left_out(sum(step[-1] for step in steps))}


def sales_forecast(q: Question) -> Figures:
    """One statement for the open deals, one for what was won."""
    names = ("pipeline", "best_case", "commit", "closed", "omitted")
    months: dict[str, list[int]] = {}
    categories = {name: [0, 0, 0] for name in names}
    won: dict[str, int] = {}
    rateless = 0
    for category, place, *found, without_rate in q.rows(statements.FORECAST):
        rateless += without_rate
        of_month = months.setdefault(place, [0, 0, 0]) if category != "omitted" else [0, 0, 0]
        for sums in (categories[category], of_month):
            for at, part in enumerate(map(int, found)):
                sums[at] += part
    for month, deals, value, without_rate in q.rows(statements.WON_BY_MONTH):
        won[month], rateless = int(value), rateless + without_rate
        closed = categories["closed"]
        closed[:] = [closed[0] + deals, closed[1] + int(value), closed[2] + int(value)]

    def tell(sums: list[int]) -> Figures:
        return dict(zip(("deals", "value", "weighted_value"), _cents(sums), strict=True))

    no_date, past_due = (months.pop(name, [0, 0, 0]) for name in ("no_date", "past_due"))
    return {
        "period_days": q.length,
        "by_month": [
            {"month": month, **tell(months.get(month, [0, 0, 0])), "won_value": won.get(month, 0) / 100}
            for month in sorted({*months, *won})
        ],
        "no_date": tell(no_date),
        "past_due": tell(past_due),
        "by_category": {name: tell(sums) for name, sums in categories.items()},
        "unconverted": left_out(rateless),
    }


def lost_reasons(q: Question) -> Figures:
    """One statement: sums by reason, stage and owner."""
    reasons: dict[str, list[int]] = {}
    stages: dict[Any, list[int]] = {}
    users: dict[Any, list[int]] = {}
    total, rateless = [0, 0], 0
    for reason, stage, owner, count, value, without_rate in q.rows(statements.LOST):
        rateless += without_rate
        told = (reason or "").strip() or "unspecified"
        sums_of = (reasons.setdefault(told, [0, 0]), stages.setdefault(stage, [0, 0]), users.setdefault(owner, [0, 0]))
        for sums in (total, *sums_of):
            sums[0], sums[1] = sums[0] + count, sums[1] + int(value)

    def tell(sums: list[int]) -> Figures:
        return {"count": sums[0], "value": sums[1] / 100, "share": ratio(sums[0], total[0])}

    in_order = [*q.stages, (None, "unspecified", "Unspecified", "")]
    by_reason = [{"reason": reason, **tell(sums)} for reason, sums in reasons.items()]
    by_user = [{"user_id": owner, "user_name": q.user(owner), **tell(sums)} for owner, sums in users.items()]
    return {
        "period_days": q.length,
        "total": {"count": total[0], "value": total[1] / 100},
        "by_reason": sorted(by_reason, key=lambda row: (-row["count"], row["reason"])),
        "by_stage": [{"stage": k, "name": name, **tell(stages[one])} for one, k, name, _ in in_order if one in stages],
        "by_user": sorted(by_user, key=lambda row: (-row["count"], row["user_name"], row["user_id"] or "")),
        "unconverted": left_out(rateless),
    }


def pipeline_changes(q: Question) -> Figures:
    """One statement for what stood still, one for what changed."""
    moved: dict[str, list[Figures]] = {name: [] for name in MOVES}
    unchanged, rateless = q.row(statements.UNCHANGED)
    opening = closing = int(unchanged)
    for one, number, title, owner, was, now, value_before, value_after, close_before, close_after in q.rows(
        statements.CHANGED
    ):
        before = int(value_before) if was == "open" else None
        after = int(value_after) if now == "open" else None
        opening, closing = opening + (before or 0), closing + (after or 0)
        dates = (q.day(close_before), q.day(close_after))
        for move, value in _moves(was, now, before, after, dates):
            moved[move].append(
                {
                    "id": one,
                    "number": number,
                    "title": title,
                    "owner_id": owner,
                    "owner_name": q.user(owner),
                    "value": value / 100,
                    "value_before": (before or 0) / 100,
                    "value_after": (after or 0) / 100,
                    "close_before": dates[0],
                    "close_after": dates[1],
                }
            )
    return {
        "opening_value": opening / 100,
        **{
            name: {
                "count": len(deals),
                "value": sum(round(deal["value"] * 100) for deal in deals) / 100,
                "deals": sorted(deals, key=lambda deal: (-abs(deal["value"]), deal["number"])),
            }
            for name, deals in moved.items()
        },
        "closing_value": closing / 100,
        "unconverted": left_out(rateless),
    }


def _moves(was: Any, now: str, before: int | None, after: int | None, dates: Any) -> list[tuple[str, int]]:
    if before is None:
        return [("created" if was is None else "reopened", after or 0)]
    if after is None:
        return [(now, -before)]
    found = [] if after == before else [("increased" if after > before else "decreased", after - before)]
    if None not in dates and dates[0] != dates[1]:
        found.append(("pulled_in" if dates[1] < dates[0] else "pushed_out", after))
    return found


BY_HAND = {
    "lead-conversion": lead_conversion,
    "customer-acquisition": customer_acquisition,
    "activity-summary": activity_summary,
    "sales-pipeline": sales_pipeline,
    "pipeline": pipeline,
    "conversion-funnel": conversion_funnel,
    "sales-forecast": sales_forecast,
    "lost-reasons": lost_reasons,
    "pipeline-changes": pipeline_changes,
}
