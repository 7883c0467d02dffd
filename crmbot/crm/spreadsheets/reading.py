"""Values as other systems write them: amounts, dates, percents, statuses."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from crmbot.domain.identity import normalise_email
from crmbot.domain.money import CURRENCIES, SYMBOLS, Money
from crmbot.errors import BadInput

_STATUSES = {
    "new": "new",
    "open": "new",
    "open - not contacted": "new",
    "contacted": "contacted",
    "attempted to contact": "contacted",
    "connected": "contacted",
    "in progress": "contacted",
    "working": "contacted",
    "working - contacted": "contacted",
    "qualified": "qualified",
    "open deal": "qualified",
    "closed - converted": "converted",
    "converted": "converted",
    "unqualified": "disqualified",
    "bad timing": "disqualified",
    "disqualified": "disqualified",
    "closed - not converted": "disqualified",
}
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_THOUSANDS_DOTTED = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_PLAIN = re.compile(r"\d+(?:\.\d+)?")
_PLAIN_COMMA = re.compile(r"\d+,\d+")
_UNCLEAR = re.compile(r"\d{1,3}\.\d{3}")
_SLASHED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T].*)?")
_TWELVE = 12
_FIRST_YEAR = 1900
_ZONES_APART = timedelta(days=1)
"""An hour without a zone may be of another one than the workspace's."""
_MOST = 10**9
"""No percent and no score comes near it; what is larger is not made a number of a million digits."""


def amount(text: str, currency: str) -> Money:
    """Read an amount; a sign or code in it wins over the currency given.

    Raises:
        BadInput: it is none, or can be read in two ways.
    """
    words = text.replace("\u00a0", " ").strip()
    for symbol_currency, symbol in SYMBOLS.items():
        if symbol in words:
            words, currency = words.replace(symbol, ""), symbol_currency
    code = re.search(r"[A-Z]{3}", words)
    if code:
        currency, words = code.group(), words.replace(code.group(), "")
    if currency not in CURRENCIES:
        raise BadInput(f"“{currency}” is no currency.", field="currency")
    sign = "-" if words.strip().startswith("-") else ""
    number = words.strip(" -").replace(" ", "").replace("'", "")
    if _UNCLEAR.fullmatch(number):
        raise BadInput(f"“{text}” is unclear: thousands or decimals?", field="value")
    if _THOUSANDS.fullmatch(number):
        number = number.replace(",", "")
    elif _THOUSANDS_DOTTED.fullmatch(number) or _PLAIN_COMMA.fullmatch(number):
        number = number.replace(".", "").replace(",", ".")
    if not _PLAIN.fullmatch(number):
        raise BadInput(f"“{text}” is no amount.", field="value")
    try:
        return Money.of(sign + number, currency)
    except ValueError as error:
        raise BadInput(f"{error}.", field="value") from None


def moment(text: str, date_order: str | None, zone: ZoneInfo, now: datetime) -> datetime:
    """Read when something was, in UTC; a day without an hour, or one of another form than ISO, is its beginning.

    Raises:
        BadInput: it is none, can be read in two ways, or is still to come.
    """
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        found = datetime.combine(day(text, date_order), time())
    if found.year < _FIRST_YEAR:
        raise BadInput(f"“{text}” is too long ago.", field="created")
    at = (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    if at > now + _ZONES_APART:
        raise BadInput(f"“{text}” is still to come, so nothing was made then.", field="created")
    return min(at, now)


def day(text: str, date_order: str | None) -> date:
    """Read a date: ISO, or with slashes or dots when it can mean one day only."""
    words = text.strip()
    try:
        return datetime.fromisoformat(words).date()
    except ValueError:
        pass
    slashed = _SLASHED.fullmatch(words)
    if slashed is None:
        raise BadInput(f"“{text}” is no date; 2026-11-21 would be one.", field="expected_close")
    first, second, year = (int(part) for part in slashed.groups())
    if first <= _TWELVE and second <= _TWELVE and first != second and date_order is None:
        raise BadInput(
            f"“{text}” is unclear: day or month first? Set date_order in the config.", field="expected_close"
        )
    day_first = first > _TWELVE or (second <= _TWELVE and date_order == "dmy")
    month, number = (second, first) if day_first else (first, second)
    try:
        return date(year, month, number)
    except ValueError:
        raise BadInput(f"“{text}” is no date.", field="expected_close") from None


def percent(text: str) -> int:
    """Read a whole percent: “40”, “40 %”, “0.4”."""
    try:
        value = Decimal(text.replace("%", "").replace(",", ".").strip())
    except InvalidOperation:
        raise BadInput(f"“{text}” is no percent.", field="probability") from None
    if "%" not in text and "." in text and 0 < value < 1:
        value *= 100
    if not value.is_finite() or abs(value) > _MOST or value != value.to_integral_value():
        raise BadInput(f"“{text}” is no whole percent.", field="probability")
    return int(value)


def addresses(texts: Iterable[str]) -> Iterator[str]:
    """Yield the addresses among some texts, as they are compared."""
    for text in texts:
        with suppress(ValueError):
            yield normalise_email(text)


def status(text: str) -> str:
    """Read a lead's status by the words of other systems."""
    found = _STATUSES.get(" ".join(text.replace("_", " ").casefold().split()))
    if found is None:
        raise BadInput(f"“{text}” is no status of a lead.", field="status")
    return found


def score(text: str) -> int:
    """Read a score."""
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value) > _MOST:
        raise BadInput(f"“{text}” is no score.", field="score")
    return int(value)
