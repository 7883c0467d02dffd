"""Deals won or lost in a window and still so at its end."""

from crmbot.models import WAS_CLOSED, DealVersion
from crmbot.reports.deal_sums import Addends, DealSum, Key, sum_deals, total_of
from crmbot.reports.snapshot import Snapshot
from crmbot.reports.statements import ENDS, STARTS


def closed(outcome: str, *keys: Key) -> Addends:
    """Return the deals won (or lost) in the window and still so at `as_of` (reports.md, fine print).

    A deal was closed when the unbroken run of versions with that outcome began.
    """
    since = DealVersion.outcome_since
    conditions = (DealVersion.outcome == outcome, WAS_CLOSED, since >= STARTS, since < ENDS)
    return Addends(keys or (DealVersion.outcome,), conditions, few=True, chance=None)


_WON = closed("won")


def total_won(snapshot: Snapshot) -> DealSum:
    """Return the sum of all that were won."""
    return total_of(sum_deals(snapshot, _WON))
