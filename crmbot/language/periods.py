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
    if days_said is None:
        return None
    if days_said["days"] not in PERIODS:
        raise BadInput(f"“{days_said.group()}” is no period: it is {listed(PERIODS, 'or')} days.")
    return Found({"period": days_said["days"]}, days_said.end())


FROM_DAY = Reading("a date", "2026-10-01", _past_day("date_from"))
TO_DAY = Reading("a date", "2026-10-31", _past_day("date_to"))
PERIOD = Reading("a period", "30", _period, frozenset({Kind.FIGURE}), frozenset({"last"}), only=True)
