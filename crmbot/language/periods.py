"""The days that a report is about: its last 30, or a range with either end."""

import re

from crmbot.errors import BadInput
from crmbot.language import moments
from crmbot.language.context import Context
from crmbot.language.dates import Lean
from crmbot.language.nearest import listed
from crmbot.language.reading import Found, Read, Reading
from crmbot.language.tokens import Kind

PERIODS = ("7", "30", "90")
_RANGE = re.compile(r"(?P<first>[^\s.]\S*?)\.\.(?P<last>\S*)")
_YEAR = re.compile(r"(?P<year>20\d\d)(?![\w.,/:-])")
_POINTED = re.compile(r"(?P<first>\d{1,2}[./][\d./]*)\s?[-\u2013]\s?(?P<last>\d{1,2}[./][\d./]*)")
_LINK = re.compile(r"\s*(?:to|until|till|through|[-\u2013\u2014])\s+", re.IGNORECASE)
_DAYS = re.compile(r"(?:last\s+)?(?P<days>\d{1,6})\s?(?:d(?:ays?)?)?(?![\w.-])", re.IGNORECASE)


def _past_day(field: str) -> Read:
    """Make a reading of a day for one end of a report's range."""

    def read(text: str, at: int, context: Context, _: bool) -> Found | None:
        found = moments.read_moment(text, at, context, Lean.PAST, hours=False)
        return Found({field: found[0].day.isoformat()}, found[1]) if found and found[0].day else None

    return read


def _period(text: str, at: int, context: Context, asked: bool) -> Found | None:
    """Read 7, 30 or 90 days, or FROM..TO; a range fills both of a report's dates."""
    sides = _RANGE.match(text, at)
    if sides:
        first = FROM_DAY.read(sides["first"], 0, context, asked)
        last = TO_DAY.read(sides["last"], 0, context, asked) if sides["last"] else Found({}, 0)
        if not first or not last or (first.end, last.end) != (len(sides["first"]), len(sides["last"])):
            raise BadInput(f"“{sides.group()}” is no range of dates.")
        return Found(first.value | last.value, sides.end())
    days_said = _DAYS.match(text, at)
    dates = None if days_said and days_said["days"] in PERIODS else _dates(text, at, context)
    if dates is not None or days_said is None:
        return dates
    if days_said["days"] not in PERIODS:
        raise BadInput(f"“{days_said.group()}” is no period: it is {listed(PERIODS, 'or')} days.")
    return Found({"period": days_said["days"]}, days_said.end())


def _dates(text: str, at: int, context: Context) -> Found | None:
    """Read a year, a day, or one day to another: 2026, yesterday, 1 oct to 31 oct, 1.10.-31.10."""
    year = _YEAR.match(text, at)
    if year is not None:
        return Found({"date_from": f"{year['year']}-01-01", "date_to": f"{year['year']}-12-31"}, year.end())
    sides = _POINTED.match(text, at)
    first = _whole_day(sides["first"], context) if sides else FROM_DAY.read(text, at, context, False)  # noqa: FBT003 - as `Read` has it
    if first is None:
        return None
    if sides is not None:
        last = _whole_day(sides["last"], context, TO_DAY)
        return Found(first.value | last.value, sides.end()) if last else None
    link = _LINK.match(text, first.end)
    last = TO_DAY.read(text, link.end(), context, False) if link else None  # noqa: FBT003 - same
    if last is None:
        return Found(first.value | {"date_to": first.value["date_from"]}, first.end)
    return Found(first.value | last.value, last.end)


def _whole_day(text: str, context: Context, reading: Reading | None = None) -> Found | None:
    found = (reading or FROM_DAY).read(text, 0, context, True)  # noqa: FBT003 - same
    return found if found and found.end == len(text) else None


FROM_DAY = Reading("a date", "2026-10-01", _past_day("date_from"))
TO_DAY = Reading("a date", "2026-10-31", _past_day("date_to"))
PERIOD = Reading(
    "a period", "30", _period, frozenset({Kind.FIGURE}), frozenset({"last", "today", "yesterday"}), only=True
)
