"""Dates of a month, with their year or without: 15 dec, 24/12, 2026-12-15."""

import re
from calendar import monthrange
from datetime import date
from enum import Enum
from typing import NoReturn

from crmbot.errors import BadInput
from crmbot.language.context import Context

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
EXAMPLE = "15 dec"
FIRST_YEAR, LAST_YEAR = 1970, 2199
_LEAP = 2028
_SHORTEST, _LONGEST = 28, 31
_YEARS_TO_A_LEAP_DAY = 8

MONTH = {name[:3].lower(): month for month, name in enumerate(MONTHS, 1)}
MONTH |= {name.lower(): month for month, name in enumerate(MONTHS, 1)} | {"sept": 9}


class Lean(Enum):
    """Which year or week a day without one belongs to: the one to come, the nearest, or the past one."""

    COMING = 1
    NEAREST = 0
    PAST = -1


class NoDayError(Exception):
    """Says why a day can't be; `instead` is the one that was probably meant."""

    def __init__(self, sentence: str, instead: str = EXAMPLE) -> None:
        super().__init__(sentence)
        self.instead = instead


def refused(sentence: str, *, example: str = EXAMPLE) -> BadInput:
    """Return what says why a text is no day, with one that is."""
    return BadInput(sentence, example=example)


def read_named(match: re.Match[str], context: Context, lean: Lean) -> date | None:
    """Read a day of a month by its name: 15 dec; None when no month is called so."""
    month = MONTH.get(match["month"].lower())
    return dated(int(match["day"]), month, match["year"], context, lean) if month else None


def read_nth(match: re.Match[str], context: Context, lean: Lean) -> date:
    """Read a day of this month, or of the nearest that fits: the 15th."""
    return nth_day(int(match["day"]), context.today, lean)


def nth_day(day: int, today: date, lean: Lean) -> date:
    """Return the day of that number in the month that `lean` says."""
    if not 1 <= day <= _LONGEST:
        raise NoDayError(f"No month has {day} days.", f"{_LONGEST} {MONTHS[0]}")
    months = (today.year * 12 + today.month - 1 + step for step in range(-2, 3))
    starts = (date(month // 12, month % 12 + 1, 1) for month in months)
    return _leant([s.replace(day=day) for s in starts if day <= monthrange(s.year, s.month)[1]], today, lean)


def read_iso(match: re.Match[str], context: Context, lean: Lean) -> date:
    """Read a date in figures, with its month and its day where the pattern says."""
    return dated(int(match["day"]), int(match["month"]), match["year"], context, lean)


def read_dotted(match: re.Match[str], context: Context, lean: Lean) -> date | None:
    """Read a date with points, the day first: 24.12.2026, 24.12."""
    # “2.5.” at the end of a sentence is a number.
    if match["year"] is None and len(match["day"] + match["month"]) == len("25"):
        return None
    return read_iso(match, context, lean)


def read_slashed(match: re.Match[str], context: Context, lean: Lean) -> date | None:
    """Read a date with slashes or dashes: by the workspace's order, where not only one can be."""
    first, second, year = int(match["first"]), int(match["second"]), match["year"]
    if year is None and match.group() == "24/7":
        return None
    orders = {"dmy": (first, second), "mdy": (second, first)}
    possible = {order: pair for order, pair in orders.items() if pair[1] <= len(MONTHS) and pair[0] <= _LONGEST}
    if not possible:
        if year is None:
            return None
        raise refused(f"“{match.group()}” is no date.")
    if len(possible) == 1 or first == second:
        day, month = next(iter(possible.values()))
    elif context.date_order in possible:
        day, month = possible[context.date_order]
    else:
        _refuse_unclear(match, first, second, year)
    return dated(day, month, year, context, lean)


def _refuse_unclear(match: re.Match[str], first: int, second: int, year: str | None) -> NoReturn:
    tail = f" {year_of(year)}" if year else ""
    raise refused(
        f"“{match.group()}” is unclear: {first} {MONTHS[second - 1]}{tail} or {second} {MONTHS[first - 1]}{tail}? "
        "Write the month as a word.",
        example=f"{first} {MONTHS[second - 1]}{tail}",
    )


def year_of(text: str) -> int:
    """Return the year that four figures say, or the last two: 2026, '26."""
    digits = text[-4:].strip("'\u2019 ")
    year = int(digits) if len(digits) == len("2026") else 2000 + int(digits)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise OverflowError
    return year


def dated(day: int, month: int, year: str | None, context: Context, lean: Lean) -> date:
    """Return a day of a month; without a year the one that `lean` says, today counting as to come."""
    today = context.today
    if year is None and lean is Lean.COMING and 1 <= day <= _SHORTEST and 1 <= month <= len(MONTHS):
        # most days: every month and year has them
        return date(today.year + ((month, day) < (today.month, today.day)), month, day)
    if not 1 <= month <= len(MONTHS):
        raise NoDayError(f"There is no month {month}.")
    number = year_of(year) if year else _LEAP
    if not 1 <= day <= _SHORTEST and not 1 <= day <= monthrange(number, month)[1]:
        last = monthrange(number if year else today.year, month)[1]
        whole = f"{MONTHS[month - 1]}{f' {number}' if year else ''}"
        raise NoDayError(f"{whole} has {last} days.", f"{last} {whole}" if day > last else EXAMPLE)
    if year:
        return date(number, month, day)
    reach = _YEARS_TO_A_LEAP_DAY if (month, day) == (2, 29) else 1
    years = range(today.year - reach, today.year + reach + 1)
    around = [date(y, month, day) for y in years if day <= monthrange(y, month)[1]]
    return _leant(around, today, lean)


def _leant(days: list[date], today: date, lean: Lean) -> date:
    """Return the one of some days in their order that is to come, past, or nearest; today is both."""
    match lean:
        case Lean.COMING:
            return next(d for d in days if d >= today)
        case Lean.PAST:
            return next(d for d in reversed(days) if d <= today)
        case _:
            return min(days, key=lambda d: abs(d - today))
