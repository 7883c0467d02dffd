"""Moments: a day, an hour, or both, in any order, as the speaker's clock shows them."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from crmbot.crm.requests import Due
from crmbot.errors import BadInput
from crmbot.language.context import Context
from crmbot.language.dates import MONTHS, Lean
from crmbot.language.days import COUNT, SOFT, STARTS, WEEKDAYS, read_day
from crmbot.language.hours import (
    BARE_HOUR,
    HOUR,
    LAST_HOUR,
    LOOSE,
    PARTS,
    THIS_PART,
    hour_of,
    loose_hour,
    pointed_hour,
    working_hour,
)

EXAMPLE = "tomorrow 3pm"
_WEEKDAYS, _MONTHS = tuple(name[:3] for name in WEEKDAYS), ("", *(name[:3] for name in MONTHS))
_TONIGHT = time(20)
_PREPOSITIONS = ("by", "on", "until", "till", "due", "before", "at")
STARTS_OF_DAYS = STARTS | set(_PREPOSITIONS) - {"at"}
STARTS_OF_MOMENTS = STARTS_OF_DAYS | {"an", "a", "one", "two"} | {"at", "noon", "midday", "midnight"}

_PREPOSITION = re.compile(rf"(?:due\s+)?(?:{'|'.join(_PREPOSITIONS)})\s+", re.IGNORECASE)
_TO_HOUR = re.compile(r"T(?=\d)|,?\s+(?:at\s+|@\s?)?|@\s?", re.IGNORECASE)
_TO_DAY = re.compile(r",?\s+", re.IGNORECASE)
_UNIT = r"(?P<unit>h(?:ours?|rs?)?|min(?:ute)?s?)"
_SOON = re.compile(rf"(?:in\s+|\+)(?P<count>\d{{1,4}}|(?:{'|'.join(COUNT)})\s)\s?{_UNIT}(?![\w-])", re.IGNORECASE)
_HALF = re.compile(r"in\s+half\s+an\s+hour(?![\w-])", re.IGNORECASE)
_AGO = re.compile(rf"(?P<count>\d{{1,4}}|(?:{'|'.join(COUNT)})\s)\s?{_UNIT}\s+ago(?!\w)", re.IGNORECASE)

_TIMED = re.compile(
    rf"\d{{1,4}}(?:[:.]|\s?[hmap])|\d{{1,2}}\s?uhr|(?:in|this|{'|'.join(COUNT)})\s|\+|no|mi", re.IGNORECASE
)
"""How hours and distances from now begin; few days do."""


@dataclass(slots=True)
class Moment:
    """What was said of a moment: a day, an hour, or an exact distance from now.

    `soft` tells that only a word like “Friday” said so, which may as well be part of a name.
    """

    day: date | None = None
    hour: time | None = None
    exact: datetime | None = None
    soft: bool = False


def read_moment(text: str, at: int, context: Context, lean: Lean, *, hours: bool) -> tuple[Moment, int] | None:
    """Read a moment that begins at `at`, a preposition included; None when there is none.

    Raises:
        BadInput: it is a moment that does not exist or is unclear.
    """
    first = text[at : at + 1]
    worded = first.isalpha()
    if not worded and not first.isdigit() and first != "+":
        # An amount, most often: no moment begins so.
        return None
    preposition = _PREPOSITION.match(text, at) if worded else None
    start = preposition.end() if preposition else at
    found = None
    if hours and _TIMED.match(text, start):
        first_read = _this_part if text[start] in "tT" else _hour_first
        found = _exact(text, start, context) or first_read(text, start, context, lean)
    if found is None and hours and preposition and preposition.group().lower().startswith("at"):
        found = _bare_hour_first(text, start, context, lean)
    if found is None:
        day = read_day(text, start, context, lean)
        if day is None:
            return None
        found = _with_hour(text, start, day, context) if hours else (Moment(day[0]), day[1])
    if worded and preposition is None and _is_soft(text[start : found[1]]):
        found[0].soft = True
    return found


def _is_soft(said: str) -> bool:
    """Say whether words that are a moment may as well be part of a name: “Monday”, “Monday morning”."""
    day, _, part = said.lower().partition(" ")
    return (day in SOFT and (not part or part in PARTS)) or said.lower() in SOFT


def _this_part(text: str, at: int, context: Context, lean: Lean) -> tuple[Moment, int] | None:
    """Read a part of today: this morning; of what happened, not later than now while that part lasts."""
    match = THIS_PART.match(text, at)
    if match is None:
        return None
    hour, now = PARTS[match["part"].lower()], context.local.time()
    begun = lean is not Lean.COMING and hour == PARTS["morning"] and now < hour
    return Moment(context.today, now if begun else hour), match.end()


def _exact(text: str, at: int, context: Context) -> tuple[Moment, int] | None:
    ahead = None
    if text[at : at + 1] in "iI+":
        half = _HALF.match(text, at)
        if half:
            return Moment(exact=context.now.replace(second=0, microsecond=0) + timedelta(minutes=30)), half.end()
        ahead = _SOON.match(text, at)
    match = ahead or _AGO.match(text, at)
    if match is None:
        return None
    unit = timedelta(hours=1) if match["unit"][0] in "hH" else timedelta(minutes=1)
    said = match["count"].strip().lower()
    distance = (COUNT.get(said) or int(said)) * (unit if ahead else -unit)
    return Moment(exact=context.now.replace(second=0, microsecond=0) + distance), match.end()


def _hour_first(text: str, at: int, context: Context, lean: Lean) -> tuple[Moment, int] | None:
    clock = HOUR.match(text, at)
    if clock is None:
        return None
    hour = hour_of(clock)
    if hour is None:
        return None
    gap = _TO_DAY.match(text, clock.end())
    start = gap.end() if gap else clock.end()
    on = _PREPOSITION.match(text, start)
    day = read_day(text, on.end() if on else start, context, lean) if gap else None
    return (Moment(day[0], hour), day[1]) if day else (Moment(None, hour), clock.end())


def _bare_hour_first(text: str, at: int, context: Context, lean: Lean) -> tuple[Moment, int] | None:
    """Read what is an hour behind “at” only: 15.30, or one without its half of the day, before a day or at the end."""
    pointed = pointed_hour(text, at)
    clock = None if pointed else BARE_HOUR.match(text, at)
    hour, end = pointed or (working_hour(clock) if clock else None, clock.end() if clock else at)
    gap = _TO_DAY.match(text, end) if hour else None
    on = _PREPOSITION.match(text, gap.end()) if gap else None
    day = read_day(text, on.end() if on else gap.end(), context, lean) if gap else None
    if day is None:
        last = None if pointed else LAST_HOUR.match(text, at)
        hour, end = (working_hour(last), last.end()) if last else (hour, end)
        return (Moment(None, hour), end) if hour and (pointed or last) else None
    return Moment(day[0], hour), day[1]


def _with_hour(text: str, start: int, day: tuple[date, int], context: Context) -> tuple[Moment, int]:
    on, end = day
    gap = _TO_HOUR.match(text, end)
    if gap is not None:
        clock = HOUR.match(text, gap.end())
        if clock is not None:
            hour = hour_of(clock)
            if hour is None:
                raise BadInput(f"“{clock.group()}” is no hour.", example="15:00")
            return Moment(on, hour), clock.end()
        behind = text[gap.end() : gap.end() + 1]
        loose = loose_hour(text, gap, text[start:end].lower(), context) if behind in LOOSE else None
        if loose is not None:
            return Moment(on, loose[0]), loose[1]
    if text[start:end].lower() == "tonight":
        return Moment(context.today, _TONIGHT), end
    return Moment(on), end


def due(moment: Moment, context: Context) -> Due:
    """Return when something is due; an hour without a day is the next one to come."""
    if moment.exact:
        return Due(at=moment.exact)
    if moment.hour is None:
        return Due(on=moment.day)
    day = moment.day or context.today
    wall = datetime.combine(day, moment.hour)
    if moment.day is None and wall <= context.local:
        wall += timedelta(days=1)
    return Due(at=context.instant(wall))


def happened(moment: Moment, context: Context) -> datetime | date:
    """Return when something was, or is to be: its instant, or the day where no hour was said."""
    if moment.exact:
        return moment.exact
    if moment.hour is None:
        return moment.day or context.today
    return context.instant(datetime.combine(moment.day or context.today, moment.hour))


def day_words(day: date) -> str:
    """Return the day for people: Fri 15 Jan 2027."""
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month]} {day.year}"


def instant_words(instant: datetime, context: Context) -> str:
    """Return the instant on the speaker's clock: Fri 27 Nov 2026, 15:00 CET."""
    wall = instant.astimezone(context.zone)
    name = wall.tzname() or ""
    return f"{day_words(wall)}, {wall.isoformat()[11:16]} {name if name[:1].isalpha() else f'UTC{name}'}"
