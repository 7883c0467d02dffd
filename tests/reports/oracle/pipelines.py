"""sales-pipeline, pipeline and pipeline-changes."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from reports.oracle.activities import touches
from reports.oracle.world import Facts, Oracle, half_up

AGES = ("under_30_days", "30_to_60_days", "60_to_90_days", "over_90_days")
MOVES = ("created", "increased", "decreased", "pulled_in", "pushed_out", "reopened", "won", "lost")


def sales_pipeline(o: Oracle) -> Facts:
    """Compute sales-pipeline."""
    found = []
    for deal, facts in o.deals("open"):
        stage, value, likely = o.stage(facts["stage"]), o.minor(facts, deal), o.likely(deal, facts)
        age = (o.day - o.local(deal["created_at"])).days
        stood = (o.day - o.local(o.run_began(deal, lambda f: f["stage"])[0])).days
        usual = stage["stale_after_days"]
        share = 1 if usual is None or stood <= usual else 2 if stood <= 2 * usual else 4
        found.append(
            {
                "stage": stage["key"],
                "owner": facts["owner"],
                "value": value,
                "likely": likely,
                "age": 0 if age <= 29 else 1 if age <= 60 else 2 if age <= 90 else 3,
                "sure": likely if stage["late"] and o.chance(facts) >= 60 else 0,
                "adjusted": half_up(Fraction(likely, share)),
                "new": o.inside(deal["created_at"]),
                "stale": age > 90 and not any((o.day - o.local(t)).days < 14 for t in touches(o, deal)),
            }
        )

    def total(what: str, field: str = "", wanted: object = None) -> int:
        return sum(d[what] for d in found if not field or d[field] == wanted)

    def count(field: str, wanted: object) -> int:
        return sum(d[field] == wanted for d in found)

    users = []
    for user in {d["owner"] for d in found}:
        theirs = [d for d in found if d["owner"] == user]
        users.append(
            {
                "user_id": user,
                "user_name": o.name(user),
                "opportunities": len(theirs),
                "pipeline_value": o.money(sum(d["value"] for d in theirs)),
                "weighted_value": o.money(sum(d["likely"] for d in theirs)),
                "over_90_days": sum(d["age"] == 3 for d in theirs),
            }
        )
    value, likely = total("value"), total("likely")
    return {
        "period_days": (o.last - o.first).days + 1,
        "total_opportunities": len(found),
        "pipeline_value": o.money(value),
        "weighted_value": o.money(likely),
        "average_deal_size": o.money(half_up(Fraction(value, len(found))) if found else 0),
        "by_stage": {
            s["key"]: {
                "count": count("stage", s["key"]),
                "value": o.money(total("value", "stage", s["key"])),
                "weighted_value": o.money(total("likely", "stage", s["key"])),
            }
            for s in o.world.stages
            if s["kind"] == "open"
        },
        "by_user": sorted(users, key=lambda u: (-u["pipeline_value"], u["user_name"], u["user_id"] or "")),
        "aging": {key: count("age", n) for n, key in enumerate(AGES)},
        "aging_value": {key: o.money(total("value", "age", n)) for n, key in enumerate(AGES)},
        "forecast": {
            "best_case": o.money(value),
            "most_likely": o.money(likely),
            "worst_case": o.money(total("sure")),
        },
        "new_opportunities": {
            "count": count("new", wanted=True),
            "value": o.money(total("value", "new", wanted=True)),
        },
        "stale": {"count": count("stale", wanted=True), "value": o.money(total("value", "stale", wanted=True))},
        "age_adjusted": o.money(total("adjusted")),
        "warnings": _pipeline_warnings(users, likely, total("adjusted")),
    }


def _pipeline_warnings(users: list[Facts], likely: int, adjusted: int) -> list[tuple[str, Any]]:
    reps = [u for u in users if u["user_id"]]
    found: list[tuple[str, Any]] = [("old_deals", u["user_id"]) for u in reps if u["over_90_days"] > 3]
    if reps:
        average = sum(Fraction(str(u["weighted_value"])) for u in reps) / len(reps)
        found += [("low_pipeline", u["user_id"]) for u in reps if Fraction(str(u["weighted_value"])) < average / 2]
    if Fraction(likely) > Fraction(adjusted) * Fraction(5, 4):
        found.append(("inflated_forecast", None))
    return sorted(found, key=str)


def pipeline(o: Oracle) -> Facts:
    """Compute pipeline."""
    rows = []
    for stage in o.world.stages:
        there = [(d, f) for d, f in o.deals("open", "won", "lost") if f["stage"] == stage["key"]]
        values = [o.minor(f, d) for d, f in there]
        sure = {"won": sum(values), "lost": 0}
        likely = sure.get(stage["kind"], sum(o.likely(d, f) for d, f in there))
        rows.append(
            {
                **{name: stage[name] for name in ("key", "name", "kind")},
                "count": len(there),
                "value": o.money(sum(values)),
                "weighted_value": o.money(likely),
            }
        )
    return {"stages": rows}


def pipeline_changes(o: Oracle) -> Facts:
    """Compute pipeline-changes."""
    start = o.opens_at or o.first_instant_after(o.first - timedelta(days=1))
    moved: dict[str, list[Facts]] = {name: [] for name in MOVES}
    opening = closing = 0
    for deal in o.world.deals:
        old, new = (o.at(deal, start) if start < o.as_of else o.at(deal, o.as_of)), o.at(deal, o.as_of)
        if not new or not o.mine(new["owner"]):
            continue
        was = o.minor(old, deal) if old and o.kind(old) == "open" else None
        now = o.minor(new, deal) if o.kind(new) == "open" else None
        opening, closing = opening + (was or 0), closing + (now or 0)
        for name, value in _moves(o, old, new, was, now):
            moved[name].append(
                {
                    "id": deal["id"],
                    "number": deal["number"],
                    "title": deal["title"],
                    "owner_id": new["owner"],
                    "owner_name": o.name(new["owner"]),
                    "value": o.money(value),
                    "value_before": o.money(was or 0),
                    "value_after": o.money(now or 0),
                    "close_before": old["close"] and old["close"].isoformat() if old else None,
                    "close_after": new["close"] and new["close"].isoformat(),
                }
            )
    rows = {
        name: {
            "count": len(deals),
            "value": float(sum(Decimal(str(d["value"])) for d in deals)),
            "deals": sorted(deals, key=lambda d: (-abs(d["value"]), d["number"])),
        }
        for name, deals in moved.items()
    }
    return {"opening_value": o.money(opening), **rows, "closing_value": o.money(closing)}


def _moves(o: Oracle, old: Facts | None, new: Facts, was: int | None, now: int | None) -> Iterable[tuple[str, int]]:
    if was is None and now is not None:
        yield ("reopened" if old else "created"), now
    elif was is not None and now is None:
        yield str(o.kind(new)), -was
    elif was is not None and now is not None and old is not None:
        if was != now:
            yield ("increased" if now > was else "decreased"), now - was
        if old["close"] and new["close"] and old["close"] != new["close"]:
            yield ("pulled_in" if new["close"] < old["close"] else "pushed_out"), now
