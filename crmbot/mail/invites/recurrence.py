"""Meetings that come again: the rule in words, and the first time from a moment on (RFC 5545, 3.3.10)."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from crmbot.mail.invites.periods import days_of

_PART = re.compile(r"([A-Z]{2,12})=([^;]{1,120})")
_DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_NOUNS = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
_PLACES = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}
_EARLIEST, _MOST_YEARS = 1990, 40
"""Of a series that began longer ago the next time is not told."""
_HORIZON = timedelta(days=3 * 366)
"""How far ahead the next time is looked for."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A recurrence rule by days; `days` are (place in the month or 0, Monday is 0)."""

    frequency: str
    interval: int
    count: int
    until: date | None
    days: tuple[tuple[int, int], ...]
    month_days: tuple[int, ...]
    months: tuple[int, ...]
    positions: tuple[int, ...]

    @property
    def words(self) -> str:
        """How it comes again: “every 2 weeks on Mon and Wed until 3 Mar 2027”."""
        noun = _NOUNS[self.frequency]
        said = f"every {noun}" if self.interval == 1 else f"every {self.interval} {noun}s"
        if self.days and self.frequency != "DAILY":
            said += f" on {_listed([_day_words(*day) for day in self.days])}"
        elif self.month_days and self.frequency == "MONTHLY":
            said += f" on day {_listed([str(day) for day in self.month_days])}"
        if self.count:
            return f"{said}, {self.count} times" if self.count > 1 else f"{said}, once"
        return f"{said} until {self.until.day} {self.until:%b} {self.until.year}" if self.until else said

    def first_from(
        self, starts: datetime | date, moment: datetime, without: Collection[date | datetime]
    ) -> datetime | date | None:
        """Return the first time that is not before the moment and not left out; None when the series is over."""
        if not _EARLIEST <= moment.year <= starts.year + _MOST_YEARS:
            return None
        zone = starts.tzinfo if isinstance(starts, datetime) else None
        now = moment.astimezone(zone).replace(tzinfo=None) if zone else moment.replace(tzinfo=None)
        first = starts.date() if isinstance(starts, datetime) else starts
        last = max(first, now.date()) + _HORIZON
        for day in self._dates(first, min(last, self.until or last)):
            found = starts.replace(year=day.year, month=day.month, day=day.day)
            past = found.replace(tzinfo=None) < now if isinstance(found, datetime) else found < now.date()
            if not past and found not in without:
                return found
        return None

    def _dates(self, first: date, last: date) -> Iterator[date]:
        yielded = 0
        for day in days_of(self, first, last):
            if day > last or (self.count and yielded >= self.count):
                return
            if day >= first:
                yielded += 1
                yield day


def read_rule(text: str) -> Rule | None:
    """Read RRULE's value; None for a rule by the hour, or none at all."""
    parts = dict(_PART.findall(text.upper()[:500]))
    frequency = parts.get("FREQ", "")
    if frequency not in _NOUNS:
        return None
    return Rule(
        frequency,
        interval=min(max(1, _number(parts.get("INTERVAL", ""), 1)), 1_000),
        count=_number(parts.get("COUNT", ""), 0),
        until=_until(parts.get("UNTIL", "")),
        days=tuple((int(place or 0), _CODES.index(code)) for place, code in _DAY.findall(parts.get("BYDAY", ""))[:14]),
        month_days=_numbers(parts.get("BYMONTHDAY", ""), 31),
        months=tuple(month for month in _numbers(parts.get("BYMONTH", ""), 12) if month > 0),
        positions=_numbers(parts.get("BYSETPOS", ""), 366),
    )


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else otherwise  # noqa: PLR2004 - digits


def _numbers(text: str, most: int) -> tuple[int, ...]:
    found = [int(word) for word in re.findall(r"-?\d{1,3}", text)][:31]
    return tuple(number for number in found if number and -most <= number <= most)


def _until(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None


def _day_words(place: int, weekday: int) -> str:
    return f"the {_PLACES.get(place, f'{place}.')} {_NAMES[weekday]}" if place else _NAMES[weekday]


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
