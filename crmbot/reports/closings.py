"""Deals won or lost in a window and still so at its end."""

from collections.abc import Iterator
from typing import Any

from crmbot.models import DealVersion
from crmbot.reports.deal_sums import DealSum, Key, sum_deals, total_of
from crmbot.reports.snapshot import Snapshot


def sum_closed(snapshot: Snapshot, outcome: str, *keys: Key) -> Iterator[tuple[Any, DealSum]]:
    """Yield (row, sum) for the deals won (or lost) in the window and still so at `as_of` (reports.md, fine print).

    A deal was closed when the unbroken run of versions with that outcome began.
    """
    starts, ends = snapshot.window.starts_at, snapshot.window.ends_at
    since = DealVersion.outcome_since
    closed = (DealVersion.outcome == outcome, since >= starts, since < ends)
    return sum_deals(snapshot, keys or (DealVersion.outcome,), *closed, few=True)


def total_closed(snapshot: Snapshot, outcome: str) -> DealSum:
    """Return the sum of all of them."""
    return total_of(sum_closed(snapshot, outcome))
