"""Spans of days that lists and reports are narrowed to: this month, next quarter, q3, by fri."""

import re
from datetime import date, timedelta
from typing import Any

from crmbot.language.context import Context
from crmbot.language.dates import MONTHS, Lean
from crmbot.language.periods import FROM_DAY
from crmbot.language.reading import Found, Reading
from crmbot.language.readings import DAY
from crmbot.language.tokens import Kind

_MONTH = "|".join(f"{name[:3]}|{name}" for name in MONTHS)
_SPAN = re.compile(
    rf"""(?:(?:in|of|for|during)\s+)?(?:the\s+)?
        (?:(?P<which>this|next|last|current|previous)\s+(?P<unit>week|month|quarter|year)
        |(?:q(?P<quarter>[1-4])|(?P<month>{_MONTH}|sept))(?:\s+(?:of\s+)?(?P<year>\d{{4}}))?)(?![\w-])(?!\s+\d)""",
    re.IGNORECASE | re.VERBOSE,
)
_COMING_DAYS = re.compile(r"(?:in\s+)?(?:the\s+)?next\s+(?P<count>\d{1,3})\s+(?P<unit>day|week)s(?!\w)", re.IGNORECASE)
_UNTIL = re.compile(r"(?:by|before|until|till)\s+", re.IGNORECASE)
_SINCE = re.compile(r"since\s+", re.IGNORECASE)
_STEPS = {"this": 0, "current": 0, "next": 1, "last": -1, "previous": -1}
_LENGTHS = {"month": 1, "quarter": 3, "year": 12}
_STARTS = frozenset({*_STEPS, "q1", "q2", "q3", "q4", "in", "the", "during", *_MONTH.lower().split("|"), "sept"})

Days = tuple[date, date]


def _read_closing(text: str, at: int, context: Context, asked: bool) -> Found | None:
    """Read a week, month, quarter or year; asked for, also one by its name and a day, which “by” makes the last."""
    found = _read_span(text, at, context, Lean.COMING, named=asked)
    if found is not None:
        (first, last), end = found
        return Found({"closes_from": first, "closes_by": last}, end)
    if not asked:
        return None
    until = _UNTIL.match(text, at)
    day = DAY.read(text, until.end() if until else at, context, asked)
    if day is None:
        return None
    closes: dict[str, Any] = {"closes_by": day.value}
    return Found(closes if until else {"closes_from": day.value, **closes}, day.end)


def _read_window(text: str, at: int, context: Context, asked: bool) -> Found | None:
    """Read the days of a report: last month, q3, september, since monday."""
    since = _SINCE.match(text, at)
    if since is not None:
        found = FROM_DAY.read(text, since.end(), context, asked)
        return found and Found(found.value, found.end)
    span = _read_span(text, at, context, Lean.PAST, named=True)
    if span is None:
        return None
    (first, last), end = span
    return Found({"date_from": first.isoformat(), "date_to": last.isoformat()}, end)


def _read_span(text: str, at: int, context: Context, lean: Lean, *, named: bool) -> tuple[Days, int] | None:
    """Read a span of days; `named` also one by its name: q3, september, the next 30 days."""
    match = _SPAN.match(text, at)
    if match is not None and match["unit"]:
        return _span(context.today, match["unit"].lower(), _STEPS[match["which"].lower()]), match.end()
    if not named:
        return None
    if match is not None:
        return _named_span(match, context.today, lean), match.end()
    coming = _COMING_DAYS.match(text, at)
    if coming is None:
        return None
    count = int(coming["count"]) * (7 if coming["unit"].lower() == "week" else 1)
    return (context.today, context.today + timedelta(days=count)), coming.end()


def _named_span(match: re.Match[str], today: date, lean: Lean) -> Days:
    """Return the days of a quarter or month; without a year those of now, else the next or the last to be."""
    name = match["month"]
    length = 1 if name else 3
    month = [one[:3].lower() for one in MONTHS].index(name[:3].lower()) if name else (int(match["quarter"]) - 1) * 3
    year = match["year"]
    begun = int(year or today.year) * 12 + month
    now = today.year * 12 + today.month - 1
    if not year and lean is Lean.COMING and begun + length <= now:
        begun += 12
    elif not year and lean is Lean.PAST and begun > now:
        begun -= 12
    return _first_of(begun), _first_of(begun + length) - timedelta(days=1)


def _span(today: date, unit: str, step: int) -> Days:
    """Return the first and last day of the week, month, quarter or year that many after today's."""
    if unit == "week":
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=step)
        return monday, monday + timedelta(days=6)
    months = _LENGTHS[unit]
    begun = today.year * 12 + (today.month - 1) // months * months + step * months
    return _first_of(begun), _first_of(begun + months) - timedelta(days=1)


def _first_of(months: int) -> date:
    return date(months // 12, months % 12 + 1, 1)


CLOSING = Reading("a time", "this month", _read_closing, frozenset({Kind.FIGURE}), frozenset({"this", "next", "last"}))
WINDOW = Reading("a period", "last month", _read_window, words=_STARTS | {"since", "for", "of"}, only=True)
