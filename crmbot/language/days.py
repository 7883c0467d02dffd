"""Days as people write them: fri, in 2 weeks, end of march, the 15th, 24/12."""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

from crmbot.language.context import Context
from crmbot.language.dates import (
    FIRST_YEAR,
    LAST_YEAR,
    MONTH,
    MONTHS,
    Lean,
    NoDayError,
    dated,
    read_dotted,
    read_iso,
    read_named,
    read_nth,
    read_slashed,
    refused,
    year_of,
)

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_FRIDAY = 4

WEEKDAY = {name[:3].lower(): day for day, name in enumerate(WEEKDAYS)}
WEEKDAY |= {name.lower(): day for day, name in enumerate(WEEKDAYS)}
WEEKDAY |= {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}
COUNT = {word: n for n, word in enumerate("a one two three four five six seven eight nine ten".split())}
COUNT |= {"a": 1, "an": 1}
_SPOKEN = {"today": 0, "eod": 0, "tonight": 0, "tomorrow": 1, "tmr": 1, "tmrw": 1, "yesterday": -1}

Form = Callable[[re.Match[str], Context, Lean], date | None]


def read_day(text: str, at: int, context: Context, lean: Lean) -> tuple[date, int] | None:
    """Read a day that begins at `at`; return it and its end, None when there is none.

    Raises:
        BadInput: it is a day that does not exist, is unclear, or is out of all bounds.
    """
    first = text[at : at + 1]
    numeric = first.isdigit() or first == "+"
    if first in "tT" and text[at : at + 4].lower() == "the " and not _THE.match(text, at):
        # Most of what is “the …” is no day.
        return None
    for pattern, form in _NUMERIC[_SIGN.match(text, at)[1]] if numeric else _WORDED:  # type: ignore[index] # always
        match = pattern.match(text, at)
        if match is None:
            continue
        try:
            day = form(match, context, lean)
        except OverflowError:
            day = date.max
        except NoDayError as error:
            raise refused(f"“{match.group().strip()}” is no date. {error}", example=error.instead) from error
        if day is not None:
            if not FIRST_YEAR <= day.year <= LAST_YEAR:
                raise refused(f"“{match.group().strip()}” is too far away.")
            return _agreeing(text, match.end(), day, context, lean) if form is _weekday else (day, match.end())
    return None


def _agreeing(text: str, end: int, day: date, context: Context, lean: Lean) -> tuple[date, int]:
    """Read on after a weekday: “fri 15 dec” is one day, and must be a Friday."""
    comma = _COMMA.match(text, end)
    found = read_day(text, comma.end(), context, lean) if comma and _DATED.match(text, comma.end()) else None
    if found is None:
        return day, end
    on = found[0]
    if on.weekday() != day.weekday():
        said = f"{on.day} {MONTHS[on.month - 1]} {on.year}"
        raise refused(f"{said} is a {WEEKDAYS[on.weekday()]}, not a {WEEKDAYS[day.weekday()]}.")
    return found


def _spoken(match: re.Match[str], context: Context, _: Lean) -> date | None:
    ahead = _SPOKEN.get(match["spoken"].lower())
    return None if ahead is None else context.today + timedelta(days=ahead)


def _weekday(match: re.Match[str], context: Context, lean: Lean) -> date | None:
    today, wanted = context.today, WEEKDAY.get(match["weekday"].lower())
    if wanted is None:
        return None
    match (match["which"] or "").lower():
        case "next":
            return today + timedelta(days=7 - today.weekday() + wanted)
        case "last":
            return today - timedelta(days=(today.weekday() - wanted - 1) % 7 + 1)
        case _ if lean is Lean.PAST:
            return today - timedelta(days=(today.weekday() - wanted) % 7)
        case _:
            later = 7 if match["later"] else 0
            return today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1 + later)


def _ahead(match: re.Match[str], context: Context, _: Lean) -> date:
    number = match["number"].lower()
    count = COUNT.get(number) or int(number)
    sign = -1 if match.re.groupindex.get("ago") else 1
    return _shift(context.today, sign * count, match["unit"][0].lower())


def _shift(day: date, count: int, unit: str) -> date:
    if unit in "dw":
        return day + timedelta(days=count * (7 if unit == "w" else 1))
    months = day.year * 12 + day.month - 1 + count * {"m": 1, "q": 3, "y": 12}[unit]
    year, month = divmod(months, 12)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise OverflowError
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _beyond(match: re.Match[str], context: Context, _: Lean) -> date:
    """Return the day after tomorrow, or the one before yesterday."""
    return context.today + timedelta(days=2 if match["near"].lower() == "after tomorrow" else -2)


def _named_part(match: re.Match[str], context: Context, lean: Lean) -> date | None:
    """Return the first day of a month, or its middle."""
    month = MONTH.get(match["month"].lower())
    return dated(15 if match["mid"] else 1, month, match["year"], context, lean) if month else None


def _next_span(match: re.Match[str], context: Context, _: Lean) -> date:
    """Return the first day of next week, month, quarter or year."""
    return _end_of(context.today, match["span"][0].lower(), 0, last_day=True) + timedelta(days=1)


def _end(match: re.Match[str], context: Context, _: Lean) -> date:
    after = 1 if (match["which"] or "").lower() == "next" else 0
    return _end_of(context.today, (match["span"] or match["short"])[0].lower(), after, last_day=False)


def _end_of(today: date, unit: str, after: int, *, last_day: bool) -> date:
    """Return the end of the week (its Friday, or Sunday for `last_day`), month, quarter or year, `after` ones on."""
    if unit == "w":
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=after)
        friday = monday + timedelta(days=6 if last_day else _FRIDAY)
        return friday if friday >= today else friday + timedelta(weeks=1)
    length = {"m": 1, "q": 3, "y": 12}[unit]
    first = _shift(date(today.year, (today.month - 1) // length * length + 1, 1), after * length, "m")
    return _shift(first, length, "m") - timedelta(days=1)


def _end_of_named(match: re.Match[str], context: Context, _: Lean) -> date | None:
    month = int(match["quarter"]) * 3 if match["quarter"] else MONTH.get(match["month"].lower())
    if month is None:
        return None
    year = year_of(match["year"]) if match["year"] else context.today.year
    last = date(year, month, monthrange(year, month)[1])
    if match["year"] is None and last < context.today:
        last = date(year + 1, month, monthrange(year + 1, month)[1])
    return last


def _compiled(*rows: tuple[str, Form]) -> tuple[tuple[re.Pattern[str], Form], ...]:
    return tuple((re.compile(pattern + r"(?!(?!T\d)[\w%\u2019'-])", re.IGNORECASE), form) for pattern, form in rows)


def _any(words: dict[str, int]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_NUMBER = rf"(?P<number>\d{{1,5}}|{_any(COUNT)})"
_UNIT = r"(?P<unit>d(?:ays?)?|w(?:eeks?|ks?)?|m(?:onths?|o|os)?|q(?:uarters?)?|y(?:ears?|rs?)?)"
_ORDINAL = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
# At the end of what is said: “the 15th”, but not “the 2nd board”.
_LAST = r"(?=\s*(?:$|[,;!?@]|\.(?:\s|$)|at\b|[a-z]+:))"
_OF_YEAR = rf"(?:(?:,?\s+|-)(?P<year>\d{{4}}|['\u2019]\d{{2}}|(?:2[5-9]|3\d){_LAST}))?"
_SPAN = r"(?P<span>week|month|quarter|year)"
_COMMA = re.compile(r",?\s+")
_DATED = re.compile(rf"(?:the\s+)?\d{{1,2}}[\s./a-z]|\d{{4}}-|(?:{_any(MONTH)})\b", re.IGNORECASE)

_THE = re.compile(r"the\s+(?:\d|end|day|middle|start|beginning)", re.IGNORECASE)
_SIGN = re.compile(r"\d*([-/.+]?)")
_ISO = (r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})", read_iso)
_OF_MONTH = (rf"{_ORDINAL}(?:\s+of)?[\s-]*(?P<month>[a-z]{{3,9}})\.?{_OF_YEAR}", read_named)
_NUMERIC = {
    "-": _compiled(_ISO, (r"(?P<first>\d{1,2})-(?P<second>\d{1,2})-(?P<year>\d{4})", read_slashed), _OF_MONTH),
    "/": _compiled(_ISO, (r"(?P<first>\d{1,2})/(?P<second>\d{1,2})(?:/(?P<year>\d{4}|\d{2}))?", read_slashed)),
    ".": _compiled(_ISO, (r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4}|\d{2})?", read_dotted)),
    "+": _compiled((rf"\+\s?{_NUMBER}\s?{_UNIT}", _ahead)),
    "": _compiled(_OF_MONTH, (rf"{_NUMBER}\s?{_UNIT}\s+(?P<ago>ago)", _ahead)),
}
"""By the sign behind the first digits, or in place of them."""
_WORDED = _compiled(
    (r"(?P<spoken>[a-z]{3,9})", _spoken),
    (
        r"(?:(?P<which>next|last|this|coming)\s+)?(?P<weekday>[a-z]{3,9})(?P<later>\s+week(?=\s*(?:$|[,;.!?@]|[a-z]+:)))?",
        _weekday,
    ),
    (rf"in\s+{_NUMBER}\s?{_UNIT}", _ahead),
    (r"eo(?P<short>[wmqy])(?P<which>)(?P<span>)", _end),
    (rf"(?:the\s+)?end\s+of\s+(?:(?:the|this|(?P<which>next))\s+)?{_SPAN}(?P<short>)", _end),
    (rf"(?:the\s+)?end\s+of\s+(?:q(?P<quarter>[1-4])|(?P<month>[a-z]{{3,9}})){_OF_YEAR}", _end_of_named),
    (rf"next\s+{_SPAN}", _next_span),
    (rf"(?P<month>[a-z]{{3,9}})\.?\s+{_ORDINAL}{_OF_YEAR}", read_named),
    (rf"the\s+{_ORDINAL}(?:\s+of)?\s+(?P<month>[a-z]{{3,9}})\.?{_OF_YEAR}", read_named),
    (rf"the\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th){_LAST}", read_nth),
    (r"(?:the\s+)?day\s+(?P<near>after tomorrow|before yesterday)", _beyond),
    (rf"(?P<mid>mid[\s-]+|(?:the\s+)?middle\s+of\s+)(?P<month>[a-z]{{3,9}}){_OF_YEAR}", _named_part),
    (rf"(?:the\s+)?(?:start|beginning)\s+of\s+(?P<mid>)(?P<month>[a-z]{{3,9}}){_OF_YEAR}", _named_part),
    (rf"(?:the\s+)?(?:start|beginning)\s+of\s+next\s+{_SPAN}", _next_span),
    (rf"(?P<short>)(?P<which>)(?P<span>month|quarter|year)[\s-]+end{_LAST}", _end),
)
STARTS = frozenset(
    (
        *(
            *WEEKDAY,
            *MONTH,
            *_SPOKEN,
            "in",
            "next",
            "last",
            "this",
            "coming",
            "end",
            "the",
            "day",
            "start",
            "beginning",
        ),
        *("eow", "eom", "eoq", "eoy", "mid", "middle", *(f"mid-{month}" for month in MONTH)),
        *(f"{span}{end}" for span in ("month", "quarter", "year") for end in ("", "-end")),
    )
)
"""The words a day may begin with."""
SOFT = frozenset({*WEEKDAY, *_SPOKEN, "day after tomorrow", "the day after tomorrow"})
"""Words that are days when they stand alone, and parts of names when they stand in one."""
