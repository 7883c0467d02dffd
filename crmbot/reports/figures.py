"""Exact arithmetic of the reports: means, hours, thresholds; halves are rounded up."""

from fractions import Fraction


def mean(total: int, count: int) -> int:
    """Return total / count rounded half-up; 0 when there is nothing."""
    return (2 * total + count) // (2 * count) if count else 0


def hours(minutes: int) -> float:
    """Return hours rounded half-up to two decimals (reports.md, fine print)."""
    return (minutes * 100 + 30) // 60 / 100


def exact(threshold: float) -> Fraction:
    """Return a threshold as the decimal number it was written as, so that 7 of 70 is not above 0.1."""
    return Fraction(str(threshold))
