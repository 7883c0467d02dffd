"""The days that a recurrence rule names, period by period."""

import calendar
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Protocol


class Naming(Protocol):
    """What of a rule names days."""

    @property
    def frequency(self) -> str:
        """DAILY, WEEKLY, MONTHLY or YEARLY."""

    @property
    def interval(self) -> int:
        """Every how many periods."""

    @property
    def days(self) -> tuple[tuple[int, int], ...]:
        """Weekdays: place in the month or 0, Monday is 0."""

    @property
    def month_days(self) -> tuple[int, ...]:
        """Days of the month, counted from its end when negative."""

    @property
    def months(self) -> tuple[int, ...]:
        """Months of the year."""

    @property
    def positions(self) -> tuple[int, ...]:
        """Which of a period's days are meant, all of them when empty."""


def days_of(rule: Naming, first: date, last: date) -> Iterator[date]:
    """Yield the days that the rule names, from the period of `first` to that of `last`, in order."""
    for period in _periods(rule, first, last):
        named = sorted(day for day in period if _is_named(rule, day, first))
        if rule.positions:
            places = (place - 1 if place > 0 else place for place in rule.positions)
            named = sorted({named[place] for place in places if -len(named) <= place < len(named)})
        yield from named


def _periods(rule: Naming, first: date, last: date) -> Iterator[list[date]]:
    if rule.frequency in ("DAILY", "WEEKLY"):
        length = 1 if rule.frequency == "DAILY" else 7
        start = first if length == 1 else first - timedelta(days=first.weekday())
        while start <= last:
            yield [start + timedelta(days=n) for n in range(length)]
            start += timedelta(days=length * rule.interval)
        return
    months = 1 if rule.frequency == "MONTHLY" else 12
    begin = first.year * 12 + (first.month - 1 if months == 1 else 0)
    for at in range(begin, last.year * 12 + last.month, months * rule.interval):
        yield [day for n in range(at, at + months) for day in _month(*divmod(n, 12))]


def _month(year: int, month: int) -> list[date]:
    return [date(year, month + 1, day + 1) for day in range(calendar.monthrange(year, month + 1)[1])]


def _is_named(rule: Naming, day: date, first: date) -> bool:
    if rule.months and day.month not in rule.months:
        return False
    if not rule.months and rule.frequency == "YEARLY" and day.month != first.month:
        return False
    length = calendar.monthrange(day.year, day.month)[1] if rule.month_days or rule.days else 0
    if rule.month_days and day.day not in rule.month_days and day.day - length - 1 not in rule.month_days:
        return False
    if rule.days:
        return any(_is_weekday(day, length, place, weekday) for place, weekday in rule.days)
    if rule.month_days or rule.frequency == "DAILY":
        return True
    return day.weekday() == first.weekday() if rule.frequency == "WEEKLY" else day.day == first.day


def _is_weekday(day: date, length: int, place: int, weekday: int) -> bool:
    if day.weekday() != weekday:
        return False
    return place in (0, (day.day - 1) // 7 + 1, -((length - day.day) // 7 + 1))
