"""activity-summary, and what touched a deal."""

from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from reports.oracle.world import Facts, Oracle, half_up, ratio


def activity_at(o: Oracle, activity: Facts) -> Facts:
    """Return an activity's facts just before `as_of`; the first ones when it was made later."""
    history = list(dict(activity["history"]).items())
    past: list[Facts] = [facts for at, facts in history if at < o.as_of]
    first: Facts = history[0][1]
    return past[-1] if past else first


def touches(o: Oracle, deal: Facts) -> Iterable[datetime]:
    """Yield when activities touched a deal."""
    for activity in o.world.activities:
        if activity["deal"] == deal["number"]:
            done = activity_at(o, activity)["completed_at"]
            if done is not None and done < o.as_of:
                yield done
            elif activity["created_at"] < o.as_of:
                yield activity["created_at"]


def activity_summary(o: Oracle) -> Facts:
    """Compute activity-summary."""
    found, minutes = [], 0
    for activity in o.world.activities:
        facts, created = activity_at(o, activity), activity["created_at"]
        done, due_at, due_on, owner = (facts[name] for name in ("completed_at", "due_at", "due_on", "owner"))
        if not o.mine(owner) or not (created < o.as_of or (done and done < o.as_of)):
            continue
        if facts["billable"] and done and o.inside(done):
            minutes += facts["minutes"] or 0
        due_day = o.local(due_at) if due_at else due_on
        due = due_day is not None and o.first <= due_day <= o.last
        carried = o.local(created) <= o.last and (done is None or o.local(done) >= o.first)
        if not (due or carried):
            continue
        zone = ZoneInfo(o.world.users[owner]["zone"]) if owner else o.world.zone
        if done and done < o.as_of:
            state = "completed"
        elif due_at:
            state = "overdue" if due_at < o.as_of else "pending"
        else:
            state = "overdue" if due_on and o.as_of.astimezone(zone).date() > due_on else "pending"
        found.append((activity["kind"], owner, state))

    def counts(rows: list[tuple[str, str | None, str]]) -> Facts:
        states = {state: sum(row[2] == state for row in rows) for state in ("completed", "pending", "overdue")}
        return {"total": len(rows), **states, "completion_rate": ratio(states["completed"], len(rows))}

    users = [
        {"user_id": user, "user_name": o.name(user), **counts([row for row in found if row[1] == user])}
        for user in {row[1] for row in found}
    ]
    team = counts(found)
    warnings: list[tuple[str, Any]] = []
    if 10 * team["overdue"] > team["total"]:
        warnings.append(("overdue_rate", None))
    warnings += [
        ("completion_rate", u["user_id"]) for u in users if u["user_id"] and 4 * u["completed"] < 3 * u["total"]
    ]
    return {
        "period_days": (o.last - o.first).days + 1,
        **team,
        "overdue_rate": ratio(team["overdue"], team["total"]),
        "billable_hours": half_up(Fraction(minutes * 100, 60)) / 100,
        "by_type": {kind: sum(row[0] == kind for row in found) for kind in ("call", "email", "meeting", "task")},
        "by_user": sorted(users, key=lambda u: (-u["overdue"], u["user_name"], u["user_id"] or "")),
        "warnings": sorted(warnings, key=str),
    }
