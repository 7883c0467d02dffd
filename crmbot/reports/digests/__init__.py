"""The three digests as frozen values; every number in them is one that a report gives at the same moment."""

from crmbot.reports.digests.aging import AgingDigest, aging
from crmbot.reports.digests.forecast import ForecastDigest, forecast
from crmbot.reports.digests.overdue import OverdueDigest, overdue

DIGESTS = {"overdue": overdue, "aging": aging, "forecast": forecast}
"""What a subscription's `report` may say, with what computes it."""

__all__ = ["DIGESTS", "AgingDigest", "ForecastDigest", "OverdueDigest", "aging", "forecast", "overdue"]
