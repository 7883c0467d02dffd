"""Hours as people write them: 3pm, 15:30, 15h30, 14.30 Uhr, noon, morning, and bare ones that a day leads to."""

import re
from datetime import time

from crmbot.language.context import Context
from crmbot.language.dates import Lean, nth_day
from crmbot.language.days import WEEKDAY

NOON = time(12)
HOUR = re.compile(
    r"""(?:(?P<twelve>\d{1,2})(?:[:.](?P<past>\d{2}))?\s?(?P<half>[ap])\.?m\b\.?
        | (?P<hour>\d{1,2}):(?P<minute>\d{2})(?::\d{2})?(?:\s?uhr)?
        | (?P<full>(?:0?[7-9]|1\d|2[0-3])(?=h\d)|\d{1,2}(?=\s?(?:[:.][0-5]\d\s?)?uhr))
          (?:h|[:.])?(?P<over>[0-5]\d)?(?:\s?uhr)?
        | (?P<word>noon|midday|midnight))(?![\w:-])""",
    re.IGNORECASE | re.VERBOSE,
)
# An hour of a working day, where nothing else can be meant: “at 5 tomorrow”, “tomorrow at 5”, “tomorrow 5”; but
# “fri 11” may as well be the 11th.
_NEAR_DAYS = frozenset({"today", "tomorrow", "tmr", "tmrw", "yesterday"})
BARE_HOUR = re.compile(r"(?P<bare>\d{1,2})(?=,?\s+[a-z])", re.IGNORECASE)
LAST_HOUR = re.compile(r"(?P<bare>\d{1,2})(?=\s*(?:$|[,;.!?@<#]|(?:for|re|with)\b|[a-z]+:))", re.IGNORECASE)
# “at 15.30” and “fri 15h”, where a point is no decimal and an h no length.
_POINTED_HOUR = re.compile(
    r"(?:(?P<full>1[3-9]|2[0-3])h|(?P<hour>\d{1,2})\.(?P<minute>[0-5]\d))(?![\w.]|\s?%)", re.IGNORECASE
)
PARTS = {"morning": time(9), "afternoon": time(15), "evening": time(18)}
_PART = re.compile(rf"(?:in\s+the\s+)?(?P<part>{'|'.join(PARTS)})(?![\w-])", re.IGNORECASE)
THIS_PART = re.compile(rf"this\s+(?P<part>{'|'.join(PARTS)})(?![\w-])", re.IGNORECASE)
LOOSE = frozenset("0123456789maeiMAEI")
"""What an hour may begin with that only a day before it makes one."""
_FIRST_WORKING_HOUR = 7
_SURE_DAY = 28
"""Every month has it."""


def pointed_hour(text: str, at: int) -> tuple[time, int] | None:
    """Read an hour that only a day or “at” before it makes one: 15.30, 15h."""
    match = _POINTED_HOUR.match(text, at)
    hour = _time(int(match["full"] or match["hour"]), int(match["minute"] or 0)) if match else None
    return (hour, match.end()) if match and hour else None


def working_hour(clock: re.Match[str]) -> time | None:
    """Return the hour of a working day: 5 is 17:00, 9 is 09:00."""
    hour = int(clock["bare"])
    if not 1 <= hour < 24:  # noqa: PLR2004 - hours of a day
        return None
    return time(hour + 12 if hour < _FIRST_WORKING_HOUR else hour)


def loose_hour(text: str, gap: re.Match[str], day: str, context: Context) -> tuple[time, int] | None:
    """Read what is an hour because of the day before it: “mon morning”, “fri at 15.30”, “tomorrow 5”, “mon 9”."""
    part = _PART.match(text, gap.end())
    if part is not None:
        return PARTS[part["part"].lower()], part.end()
    led = "at" in gap.group().lower()
    pointed = pointed_hour(text, gap.end())
    bare = None if pointed else LAST_HOUR.match(text, gap.end())
    if bare is None or not (led or day in _NEAR_DAYS or _is_no_date(day, int(bare["bare"]), context)):
        return pointed
    hour = working_hour(bare)
    return (hour, bare.end()) if hour else None


def _is_no_date(weekday: str, number: int, context: Context) -> bool:
    """Say whether a number behind a weekday can't be the day of a month, as the next such day is another weekday."""
    if weekday not in WEEKDAY or not 1 <= number <= _SURE_DAY:
        return False
    return nth_day(number, context.today, Lean.COMING).weekday() != WEEKDAY[weekday]


def hour_of(clock: re.Match[str]) -> time | None:
    """Return the hour that a match of `HOUR` says; None when clocks never show it."""
    if clock["word"]:
        return time(0) if clock["word"].lower() == "midnight" else NOON
    if clock["full"]:
        return _time(int(clock["full"]), int(clock["over"] or 0))
    if not clock["twelve"]:
        return _time(int(clock["hour"]), int(clock["minute"]))
    hour = int(clock["twelve"])
    half = 12 if clock["half"].lower() == "p" else 0
    return _time(hour % 12 + half, int(clock["past"] or 0)) if 1 <= hour <= NOON.hour else None


def _time(hour: int, minute: int) -> time | None:
    return time(hour, minute) if hour < 24 and minute < 60 else None  # noqa: PLR2004 - as clocks have them
