"""The three digests as frozen values; every number in them is one that a report gives at the same moment."""

from collections.abc import Callable
from typing import Any

from crmbot.domain.registries import Registry

DIGESTS: Registry[str, Callable[..., Any]] = Registry(
    "crmbot.reports.digests",
    {"overdue": "overdue.overdue", "aging": "aging.aging", "forecast": "forecast.forecast"},
)
"""What a subscription's `report` may say, with what computes it."""
