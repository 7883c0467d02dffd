"""All deals by hand: where they stand, what is expected, why they were lost."""

from typing import Any

from bench.large import statements
from bench.large.asking import Question
from bench.large.by_hand.figures import Figures, cents, left_out, ratio


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
        return dict(zip(("deals", "value", "weighted_value"), cents(sums), strict=True))

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
