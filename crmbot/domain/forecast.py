"""What a deal's age does to it: aging buckets, and how slow deals are discounted."""

from enum import IntEnum

AGING = (
    ("under_30_days", 0, 29),
    ("30_to_60_days", 30, 60),
    ("60_to_90_days", 61, 90),
    ("over_90_days", 91, None),
)
"""The buckets of reports.md, sales-pipeline: key, first and last whole day of age."""

AGING_KEYS = tuple(key for key, _, _ in AGING)
OVER_90 = len(AGING) - 1
OVER_90_DAYS = 91


class Slowness(IntEnum):
    """How long a deal has stood in its stage, against the stage's usual time (`stale_after_days`)."""

    USUAL = 0
    SLOW = 1
    """Longer than usual."""
    STUCK = 2
    """Longer than twice the usual."""


DIVISORS = {Slowness.USUAL: 1, Slowness.SLOW: 2, Slowness.STUCK: 4}


def age_adjusted(weighted: int, slowness: Slowness) -> int:
    """Return a weighted value after the discount for time: half when slow, a quarter when stuck, rounded half-up."""
    divisor = DIVISORS[slowness]
    return (weighted + divisor // 2) // divisor
