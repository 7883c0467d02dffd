"""Figures that are neither money nor time of day: percents, durations, whole numbers, phone numbers."""

import re

from crmbot.errors import BadInput

_PERCENT = re.compile(r"(-?\d{1,6}(?:[.,]\d+)?)\s?(?:%|per\s?cent|pct)(?!\w)", re.IGNORECASE)
_WHOLE = re.compile(r"-?\d{1,9}(?![\w.,:/-])")
_DURATION = re.compile(
    r"""(?:for\s+)?(?:
        (?P<hours>\d{1,4}(?:[.,]\d{1,2})?)\s?h(?:(?:ou)?rs?)?(?:\s?(?P<past>\d{1,2})(?:\s?m(?:in(?:ute)?s?)?)?)?
      | (?P<half>half\s+an\s+hour)
      | (?P<minutes>\d{1,5})\s?m(?:in(?:ute)?s?)?
    )(?!\w)""",
    re.IGNORECASE | re.VERBOSE,
)
_PHONE = re.compile(r"(?:\+|00)?\(?\d[\d\s()./-]{5,22}\d(?!\w)")
_FEWEST_DIGITS = 7
_HUNDRED = 100
_DAY = 24 * 60


def read_percent(text: str, at: int, *, asked: bool) -> tuple[int, int] | None:
    """Read a whole percent from 0 to 100; the sign may be missing when it was `asked` for."""
    match = _PERCENT.match(text, at) or (_WHOLE.match(text, at) if asked else None)
    if match is None:
        return None
    number = match.group(1 if match.re is _PERCENT else 0).replace(",", ".")
    if float(number) != int(float(number)) or not 0 <= float(number) <= _HUNDRED:
        raise BadInput(f"“{match.group()}” is no probability: it is a whole percent from 0 to 100.", example="60%")
    return int(float(number)), match.end()


def read_duration(text: str, at: int, *, asked: bool) -> tuple[int, int] | None:
    """Read minutes: 25m, 1h30, 90min, 1.5h; a bare number are minutes when a duration was `asked` for."""
    match = _DURATION.match(text, at)
    if match is not None:
        hours = float((match["hours"] or "0").replace(",", "."))
        hours = 0.5 if match["half"] else hours
        minutes, end = round(hours * 60) + int(match["past"] or match["minutes"] or 0), match.end()
    elif asked and (whole := _WHOLE.match(text, at)):
        minutes, end = int(whole.group()), whole.end()
    else:
        return None
    if not 0 < minutes <= _DAY:
        raise BadInput(f"“{text[at:end]}” is no duration: it is more than nothing and at most a day.", example="25m")
    return minutes, end


def read_whole(text: str, at: int) -> tuple[int, int] | None:
    """Read a whole number."""
    match = _WHOLE.match(text, at)
    return (int(match.group()), match.end()) if match else None


def read_phone(text: str, at: int) -> tuple[str, int] | None:
    """Read a phone number, kept as typed."""
    match = _PHONE.match(text, at)
    if match is None or sum(c.isdigit() for c in match.group()) < _FEWEST_DIGITS:
        return None
    return " ".join(match.group().split()), match.end()
