"""How the values of an archive are read: each reader returns the value, or says what is wrong with it."""

import re
from base64 import b64decode
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crmbot.domain.identity import domain_of, normalise_email
from crmbot.domain.money import CURRENCIES, Money

Reader = Callable[[Any], Any]

_KEEPING: set[Reader] = set()
"""Readers that return what they were given."""
_EACH: dict[Reader, Reader] = {}
"""The reader of each value of a list, by the list's."""
_MOST_NAME = 1_000
_MOST_TEXT = 1_000_000
_MOST_DECIMAL = 40
_MOST_LIST = 10_000
_DIGEST = re.compile(r"[0-9a-f]{64}")
_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
_DECIMAL = re.compile(r"-?\d{1,30}(?:\.\d{1,9})?")


class Wrong(ValueError):
    """What is wrong inside a value: (path, text) pairs."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__(problems[0][1])
        self.problems = problems


def text(value: Any) -> str:
    """Read text of any length that a database can keep."""
    if type(value) is not str:
        raise ValueError("text is needed")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueError("half a character can't be kept") from None
    if "\x00" in value or len(value) > _MOST_TEXT:
        raise ValueError("a null character or more than a million characters can't be kept")
    return value


def name(value: Any) -> str:
    """Read a name: some text of at most 1,000 characters."""
    if not text(value).strip():
        raise ValueError("it is empty")
    if len(value) > _MOST_NAME:
        raise ValueError(f"it has more than {_MOST_NAME:,} characters")
    return str(value)


def _keeping(read: Reader) -> Reader:
    """Note that a reader returns what it was given."""
    _KEEPING.add(read)
    return read


def short(most: int) -> Reader:
    """Return a reader of a name of at most that many characters."""

    def read(value: Any) -> str:
        if len(name(value)) > most:
            raise ValueError(f"it has more than {most} characters")
        return str(value)

    return _keeping(read)


def email(value: Any) -> str:
    """Read a mail address into the form in which addresses are compared."""
    return normalise_email(name(value))


def domain(value: Any) -> str:
    """Read a domain into the form in which domains are compared."""
    try:
        return domain_of(normalise_email(f"x@{name(value)}"))
    except ValueError:
        raise ValueError(f"“{value}” is not a domain") from None


def instant(value: Any) -> datetime:
    """Read an ISO 8601 instant with its zone into UTC."""
    try:
        at = datetime.fromisoformat(value)
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{shown(value)} is no instant; 2026-11-21T09:30:00Z would be one") from None
    raise ValueError(f"{shown(value)} has no zone; 2026-11-21T09:30:00Z has one")


def day(value: Any) -> date:
    """Read a date, YYYY-MM-DD."""
    try:
        if len(value) == len("2026-11-21"):
            return date.fromisoformat(value)
    except (TypeError, ValueError):
        pass
    raise ValueError(f"{shown(value)} is no date; 2026-11-21 would be one")


def flag(value: Any) -> bool:
    """Read true or false."""
    if type(value) is not bool:
        raise ValueError("true or false is needed")
    return value


def whole(low: int, high: int) -> Reader:
    """Return a reader of a whole number between two bounds, both included."""

    def read(value: Any) -> int:
        if type(value) is not int or not low <= value <= high:
            raise ValueError(f"a whole number from {low} to {high} is needed, not {shown(value)}")
        return value

    return _keeping(read)


def one_of(words: Iterable[str]) -> Reader:
    """Return a reader of one of some words."""
    known = {str(word): str(word) for word in words}

    def read(value: Any) -> str:
        found = known.get(value) if type(value) is str else None
        if found is None:
            raise ValueError(f"{shown(value)} is none of {', '.join(known)}")
        return found

    return _keeping(read)


def timezone(value: Any) -> str:
    """Read an IANA zone."""
    try:
        return ZoneInfo(name(value)).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{shown(value)} is no time zone; Europe/Berlin would be one") from None


def currency(value: Any) -> str:
    """Read an ISO 4217 code."""
    if type(value) is str and value in CURRENCIES:
        return value
    raise ValueError(f"{shown(value)} is no currency; USD would be one")


def decimal(value: Any) -> str:
    """Read decimal text, kept as it is written."""
    if type(value) is not str or not _DECIMAL.fullmatch(value) or len(value) > _MOST_DECIMAL:
        raise ValueError(f'{shown(value)} is no decimal text; "1234.50" would be one')
    return value


def rate(value: Any) -> str:
    """Read a rate: decimal text above zero."""
    if decimal(value).startswith("-") or not value.strip("0."):
        raise ValueError("a rate is above zero")
    return str(value)


def money(value: Any) -> Money:
    """Read {"amount": "1234.50", "currency": "USD"}."""
    if type(value) is not dict or value.keys() != {"amount", "currency"}:
        raise ValueError('money is needed: {"amount": "1234.50", "currency": "USD"}')
    amount = value["amount"]
    return Money.of(decimal(str(amount) if type(amount) is int else amount), currency(value["currency"]))


def digest(value: Any) -> str:
    """Read a SHA-256 in hexadecimal."""
    if type(value) is not str or not _DIGEST.fullmatch(value):
        raise ValueError(f"{shown(value)} is no SHA-256: 64 of 0 to 9 and a to f")
    return value


def clock(value: Any) -> str:
    """Read an hour of the day, HH:MM."""
    if type(value) is not str or not _CLOCK.fullmatch(value):
        raise ValueError(f"{shown(value)} is no hour; 08:30 would be one")
    return value


def text_or_none(value: Any) -> str | None:
    """Read text, or none, inside a list."""
    return None if value is None else text(value)


def base64_bytes(most: int) -> Reader:
    """Return a reader of base64 of at most that many characters into its bytes."""

    def read(value: Any) -> bytes:
        if type(value) is not str or len(value) > most:
            raise ValueError(f"base64 of at most {most:,} characters is needed")
        try:
            return b64decode(value, validate=True)
        except ValueError:
            raise ValueError("it is not base64") from None

    return read


def json_object(value: Any) -> dict[str, Any]:
    """Read an object as it stands."""
    if type(value) is not dict:
        raise ValueError("an object is needed")
    return value


@_keeping
def counts(value: Any) -> dict[str, int]:
    """Read how many there are of what: an object of whole numbers."""
    if type(value) is not dict or any(type(many) is not int or many < 0 for many in value.values()):
        raise ValueError("an object of whole numbers is needed")
    return value


def listing(read: Reader) -> Reader:
    """Return a reader of a list of values."""

    def read_list(value: Any) -> list[Any]:
        if type(value) is not list or len(value) > _MOST_LIST:
            raise ValueError(f"a list of at most {_MOST_LIST:,} is needed")
        found, problems = [], []
        for place, item in enumerate(value):
            try:
                found.append(read(item))
            except Wrong as wrong:
                problems += [(f"[{place}].{path}", said) for path, said in wrong.problems]
            except ValueError as error:
                problems.append((f"[{place}]", str(error)))
        if problems:
            raise Wrong(problems)
        return found

    _EACH[read_list] = read
    return read_list


def stays(read: Reader) -> bool:
    """Say whether a reader returns what it is given."""
    return read in _KEEPING


def each_of(read: Reader) -> Reader | None:
    """Return the reader of each value of a list; none when the reader is not a list's."""
    return _EACH.get(read)


def shown(value: Any) -> str:
    """Return a value as a sentence quotes it, cut to fit a line."""
    words = repr(value) if not isinstance(value, str) else f"“{value}”"
    return words if len(words) < 60 else f"{words[:57]}…"  # noqa: PLR2004 - fits a line


_KEEPING |= {text, text_or_none, name, flag, timezone, currency, decimal, rate, digest, clock, json_object}
