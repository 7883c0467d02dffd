"""Spans of days that lists are narrowed to: this month, next quarter, by fri."""

import re
from datetime import date, timedelta
from typing import Any

from crmbot.language.context import Context
from crmbot.language.reading import Found, Reading
from crmbot.language.readings import DAY
from crmbot.language.tokens import Kind

_SPAN = re.compile(r"(?P<which>this|next|last)\s+(?P<unit>week|month|quarter|year)(?!\w)", re.IGNORECASE)
_UNTIL = re.compile(r"(?:by|before|until|till)\s+", re.IGNORECASE)
_STEPS = {"this": 0, "next": 1, "last": -1}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def _read_span(text: str, at: int, context: Context, asked: bool) -> Found | None:
    """Read a week, month, quarter or year; asked for, also a day, which “by” makes the last one."""
    match = _SPAN.match(text, at)
    if match is not None:
        first, last = _span(context.today, match["unit"].lower(), _STEPS[match["which"].lower()])
        return Found({"closes_from": first, "closes_by": last}, match.end())
    if not asked:
        return None
    until = _UNTIL.match(text, at)
    found = DAY.read(text, until.end() if until else at, context, asked)
    if found is None:
        return None
    closes: dict[str, Any] = {"closes_by": found.value}
    return Found(closes if until else {"closes_from": found.value, **closes}, found.end)


def _span(today: date, unit: str, step: int) -> tuple[date, date]:
    """Return the first and last day of the week, month, quarter or year that many after today's."""
    if unit == "week":
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=step)
        return monday, monday + timedelta(days=6)
    months = _MONTHS[unit]
    begun = today.year * 12 + (today.month - 1) // months * months + step * months
    return _first_of(begun), _first_of(begun + months) - timedelta(days=1)


def _first_of(months: int) -> date:
    return date(months // 12, months % 12 + 1, 1)


SPAN = Reading("a time", "this month", _read_span, frozenset({Kind.FIGURE}), frozenset({"this", "next", "last"}))
