"""What moved, by hand."""

from typing import Any

from bench.large import statements
from bench.large.asking import Question
from bench.large.by_hand.figures import Figures, left_out

MOVES = ("created", "increased", "decreased", "pulled_in", "pushed_out", "reopened", "won", "lost")


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
