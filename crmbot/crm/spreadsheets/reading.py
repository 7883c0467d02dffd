"""Values as other systems write them: amounts, dates, percents, statuses."""

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

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
    if value != value.to_integral_value():
        raise BadInput(f"“{text}” is no whole percent.", field="probability")
    return int(value)


def status(text: str) -> str:
    """Read a lead's status by the words of other systems."""
    found = _STATUSES.get(" ".join(text.replace("_", " ").casefold().split()))
    if found is None:
        raise BadInput(f"“{text}” is no status of a lead.", field="status")
    return found


def score(text: str) -> int:
    """Read a score."""
    try:
        return int(Decimal(text.strip()))
    except (InvalidOperation, ValueError, OverflowError):
        raise BadInput(f"“{text}” is no score.", field="score") from None
