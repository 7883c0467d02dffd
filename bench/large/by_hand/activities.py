"""Activities by hand."""

from typing import Any

from bench.large import statements
from bench.large.asking import Question
from bench.large.by_hand.figures import Figures, ratio, warning


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
    return [warning("overdue_rate", text, None, None)]


def _incomplete(users: list[Figures]) -> list[Figures]:
    warnings = []
    for row in users:
        name, completed, total = row["user_name"], row["completed"], row["total"]
        if row["user_id"] is not None and 4 * completed < 3 * total:
            text = f"{name} completed {completed} of {total} activities ({ratio(completed, total):.1%}), less than 75%."
            warnings.append(warning("completion_rate", text, row["user_id"], name))
    return warnings


def _states(completed: int, overdue: int, pending: int) -> Figures:
    total = completed + overdue + pending
    rate = ratio(completed, total)
    return {"total": total, "completed": completed, "pending": pending, "overdue": overdue, "completion_rate": rate}
