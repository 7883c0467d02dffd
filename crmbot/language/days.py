"""Days as people write them: fri, in 2 weeks, end of march, 15 dec, 24/12."""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from enum import Enum
from typing import NoReturn

from crmbot.errors import BadInput
from crmbot.language.context import Context

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
EXAMPLE = "15 dec"
_FIRST_YEAR, _LAST_YEAR = 1970, 2199
_LEAP = 2028
_SHORTEST, _LONGEST = 28, 31
_FRIDAY = 4
_YEARS_TO_A_LEAP_DAY = 8

WEEKDAY = {name[:3].lower(): day for day, name in enumerate(WEEKDAYS)}
WEEKDAY |= {name.lower(): day for day, name in enumerate(WEEKDAYS)}
WEEKDAY |= {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}
_MONTH = {name[:3].lower(): month for month, name in enumerate(MONTHS, 1)}
_MONTH |= {name.lower(): month for month, name in enumerate(MONTHS, 1)} | {"sept": 9}
COUNT = {word: n for n, word in enumerate("a one two three four five six seven eight nine ten".split())}
COUNT |= {"a": 1, "an": 1}
_SPOKEN = {"today": 0, "eod": 0, "tonight": 0, "tomorrow": 1, "tmr": 1, "tmrw": 1, "yesterday": -1}


class Lean(Enum):
    """Which year or week a day without one belongs to: the one to come, the nearest, or the past one."""

    COMING = 1
    NEAREST = 0
    PAST = -1


Form = Callable[[re.Match[str], Context, Lean], date | None]


def read_day(text: str, at: int, context: Context, lean: Lean) -> tuple[date, int] | None:
    """Read a day that begins at `at`; return it and its end, None when there is none.

    Raises:
        BadInput: it is a day that does not exist, is unclear, or is out of all bounds.
    """
    first = text[at : at + 1]
    numeric = first.isdigit() or first == "+"
    for pattern, form in _NUMERIC[_SIGN.match(text, at)[1]] if numeric else _WORDED:  # type: ignore[index] # always
        match = pattern.match(text, at)
        if match is None:
            continue
        try:
            day = form(match, context, lean)
        except OverflowError:
            day = date.max
        except _NoDay as error:
            raise _refused(f"“{match.group().strip()}” is no date. {error}", example=error.instead) from error
        if day is not None:
            if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
                raise _refused(f"“{match.group().strip()}” is too far away.")
            return _agreeing(text, match.end(), day, context, lean) if form is _weekday else (day, match.end())
    return None


class _NoDay(Exception):
    """Says why a day can't be; `instead` is the one that was probably meant."""

    def __init__(self, sentence: str, instead: str = EXAMPLE) -> None:
        super().__init__(sentence)
        self.instead = instead


def _refused(sentence: str, *, example: str = EXAMPLE) -> BadInput:
    return BadInput(sentence, example=example)


def _agreeing(text: str, end: int, day: date, context: Context, lean: Lean) -> tuple[date, int]:
    """Read on after a weekday: “fri 15 dec” is one day, and must be a Friday."""
    comma = _COMMA.match(text, end)
    dated = read_day(text, comma.end(), context, lean) if comma and _DATED.match(text, comma.end()) else None
    if dated is None:
        return day, end
    if dated[0].weekday() != day.weekday():
        said = f"{dated[0].day} {MONTHS[dated[0].month - 1]} {dated[0].year}"
        raise _refused(f"{said} is a {WEEKDAYS[dated[0].weekday()]}, not a {WEEKDAYS[day.weekday()]}.")
    return dated


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
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise OverflowError
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


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
    month = int(match["quarter"]) * 3 if match["quarter"] else _MONTH.get(match["month"].lower())
    if month is None:
        return None
    year = _year(match["year"]) if match["year"] else context.today.year
    last = date(year, month, monthrange(year, month)[1])
    if match["year"] is None and last < context.today:
        last = date(year + 1, month, monthrange(year + 1, month)[1])
    return last


def _named_month(match: re.Match[str], context: Context, lean: Lean) -> date | None:
    month = _MONTH.get(match["month"].lower())
    return _dated(int(match["day"]), month, match["year"], context, lean) if month else None


def _iso(match: re.Match[str], context: Context, lean: Lean) -> date:
    return _dated(int(match["day"]), int(match["month"]), match["year"], context, lean)


def _dotted(match: re.Match[str], context: Context, lean: Lean) -> date | None:
    # “2.5.” at the end of a sentence is a number.
    if match["year"] is None and len(match["day"] + match["month"]) == len("25"):
        return None
    return _iso(match, context, lean)


def _slashed(match: re.Match[str], context: Context, lean: Lean) -> date | None:
    first, second, year = int(match["first"]), int(match["second"]), match["year"]
    if year is None and match.group() == "24/7":
        return None
    orders = {"dmy": (first, second), "mdy": (second, first)}
    possible = {order: pair for order, pair in orders.items() if pair[1] <= len(MONTHS) and pair[0] <= _LONGEST}
    if not possible:
        if year is None:
            return None
        raise _refused(f"“{match.group()}” is no date.")
    if len(possible) == 1 or first == second:
        day, month = next(iter(possible.values()))
    elif context.date_order in possible:
        day, month = possible[context.date_order]
    else:
        _refuse_unclear(match, first, second, year)
    return _dated(day, month, year, context, lean)


def _refuse_unclear(match: re.Match[str], first: int, second: int, year: str | None) -> NoReturn:
    tail = f" {_year(year)}" if year else ""
    raise _refused(
        f"“{match.group()}” is unclear: {first} {MONTHS[second - 1]}{tail} or {second} {MONTHS[first - 1]}{tail}? "
        "Write the month as a word.",
        example=f"{first} {MONTHS[second - 1]}{tail}",
    )


def _year(text: str) -> int:
    digits = text[-4:].strip("'\u2019 ")
    year = int(digits) if len(digits) == len("2026") else 2000 + int(digits)
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise OverflowError
    return year


def _dated(day: int, month: int, year: str | None, context: Context, lean: Lean) -> date:
    """Return a day of a month; without a year the one that `lean` says, today counting as to come."""
    today = context.today
    if year is None and lean is Lean.COMING and 1 <= day <= _SHORTEST and 1 <= month <= len(MONTHS):
        # most days: every month and year has them
        return date(today.year + ((month, day) < (today.month, today.day)), month, day)
    if not 1 <= month <= len(MONTHS):
        raise _NoDay(f"There is no month {month}.")
    number = _year(year) if year else _LEAP
    if not 1 <= day <= _SHORTEST and not 1 <= day <= monthrange(number, month)[1]:
        last = monthrange(number if year else today.year, month)[1]
        whole = f"{MONTHS[month - 1]}{f' {number}' if year else ''}"
        raise _NoDay(f"{whole} has {last} days.", f"{last} {whole}" if day > last else EXAMPLE)
    if year:
        return date(number, month, day)
    reach = _YEARS_TO_A_LEAP_DAY if (month, day) == (2, 29) else 1
    years = range(today.year - reach, today.year + reach + 1)
    around = [date(y, month, day) for y in years if day <= monthrange(y, month)[1]]
    match lean:
        case Lean.COMING:
            return next(d for d in around if d >= today)
        case Lean.PAST:
            return next(d for d in reversed(around) if d <= today)
        case _:
            return min(around, key=lambda d: abs(d - today))


def _compiled(*rows: tuple[str, Form]) -> tuple[tuple[re.Pattern[str], Form], ...]:
    return tuple((re.compile(pattern + r"(?!(?!T\d)[\w%\u2019'-])", re.IGNORECASE), form) for pattern, form in rows)


def _any(words: dict[str, int]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_NUMBER = rf"(?P<number>\d{{1,5}}|{_any(COUNT)})"
_UNIT = r"(?P<unit>d(?:ays?)?|w(?:eeks?|ks?)?|m(?:onths?|o|os)?|q(?:uarters?)?|y(?:ears?|rs?)?)"
_ORDINAL = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_OF_YEAR = r"(?:(?:,?\s+|-)(?P<year>\d{4}|['\u2019]\d{2}))?"
_SPAN = r"(?P<span>week|month|quarter|year)"
_COMMA = re.compile(r",?\s+(?:the\s+)?")
_DATED = re.compile(rf"\d{{1,2}}[\s./a-z]|\d{{4}}-|(?:{_any(_MONTH)})\b", re.IGNORECASE)

_SIGN = re.compile(r"\d*([-/.+]?)")
_ISO = (r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})", _iso)
_OF_MONTH = (rf"{_ORDINAL}(?:\s+of)?[\s-]*(?P<month>[a-z]{{3,9}})\.?{_OF_YEAR}", _named_month)
_NUMERIC = {
    "-": _compiled(_ISO, (r"(?P<first>\d{1,2})-(?P<second>\d{1,2})-(?P<year>\d{4})", _slashed), _OF_MONTH),
    "/": _compiled(_ISO, (r"(?P<first>\d{1,2})/(?P<second>\d{1,2})(?:/(?P<year>\d{4}|\d{2}))?", _slashed)),
    ".": _compiled(_ISO, (r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4}|\d{2})?", _dotted)),
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
    (rf"(?P<month>[a-z]{{3,9}})\.?\s+{_ORDINAL}{_OF_YEAR}", _named_month),
)
STARTS = frozenset(
    {*WEEKDAY, *_MONTH, *_SPOKEN, "in", "next", "last", "this", "coming", "end", "the", "eow", "eom", "eoq", "eoy"}
)
"""The words a day may begin with."""
SOFT = frozenset({*WEEKDAY, *_SPOKEN})
"""Words that are days when they stand alone, and parts of names when they stand in one."""
