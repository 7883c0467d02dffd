"""Checks of single values: each takes what was written and returns what is meant, or says what is wrong."""

# ruff: noqa: TRY004 - a wrong type is one more wrong value, told the same way

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from crmbot.domain.money import CURRENCIES

Check = Callable[[Any], Any]
"""Returns the value meant; ValueError with the rest of a sentence that begins with the key."""

_TIME = re.compile(r"(\d{1,2}):(\d{2})")
_EMAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;.]+(\.[^@\s<>,;.]+)+")
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_BIND = re.compile(r"(\[[0-9a-fA-F:]+\]|[^:\s\[\]]+):(\d{1,5})")
_MAX_PORT = 65535
_MAX_SHOWN = 60


class EnvironmentText(str):
    """A value that an environment variable gave, still text; `variable` is its name."""

    __slots__ = ("variable",)
    variable: str

    @classmethod
    def of(cls, variable: str, text: str) -> "EnvironmentText":
        """Keep the text together with the name of its variable."""
        made = cls(text)
        made.variable = variable
        return made


def nearest(word: str, words: Iterable[str]) -> str:
    """Return "; did you mean X?" for the closest of the words, or nothing when none is close."""
    folded = {known.casefold(): known for known in words}
    close = get_close_matches(word.casefold(), folded, n=1)
    return f"; did you mean {folded[close[0]]}?" if close else ""


def shown(value: object) -> str:
    """Return the value as people wrote it, quoted and cut."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"“{text[:_MAX_SHOWN]}…”" if len(text) > _MAX_SHOWN else f"“{text}”"


def text(value: Any) -> str:
    """Accept text on one line, without the space around it."""
    if not isinstance(value, str) or "\n" in value:
        raise ValueError(f"{shown(value)} is not text; write it on one line in quotes")
    return str(value).strip()


def name(value: Any) -> str:
    """Accept text that is not empty."""
    found = text(value)
    if not found:
        raise ValueError("is empty; write a name")
    return found


def optional(check: Check) -> Check:
    """Accept what `check` does, and "" as none."""
    return lambda value: None if value == "" else check(value)


def one_of(*words: str) -> Check:
    """Accept one of the words, in any case."""

    def check(value: Any) -> str:
        word = text(value).casefold()
        if word not in words:
            raise ValueError(f"{shown(value)} is not one of {', '.join(words)}{nearest(word, words)}")
        return word

    return check


def whole(low: int, high: int) -> Check:
    """Accept a whole number from low to high."""

    def check(value: Any) -> int:
        number = _decoded(value)
        if not isinstance(number, int) or isinstance(number, bool) or not low <= number <= high:
            raise ValueError(f"{shown(value)} is not a whole number from {low} to {high}")
        return number

    return check


def number(low: float, high: float) -> Check:
    """Accept a number from low to high."""

    def check(value: Any) -> float:
        found = _decoded(value)
        if not isinstance(found, int | float) or isinstance(found, bool) or not low <= found <= high:
            raise ValueError(f"{shown(value)} is not a number from {low} to {high}")
        return float(found)

    return check


def flag(value: Any) -> bool:
    """Accept true or false."""
    found = _decoded(value)
    if not isinstance(found, bool):
        raise ValueError(f"{shown(value)} is neither true nor false")
    return found


def texts(check: Check) -> Check:
    """Accept a list whose values pass `check`; in an environment variable also words with commas between."""

    def read(value: Any) -> tuple[Any, ...]:
        found = _decoded(value)
        if isinstance(value, EnvironmentText) and isinstance(found, str):
            found = [part for part in value.split(",") if part.strip()]
        if not isinstance(found, list):
            raise ValueError(f'{shown(value)} is not a list; write ["one", "two"]')
        return tuple(check(item) for item in found)

    return read


def table(value: Any) -> Mapping[str, Any]:
    """Accept a table of single values, such as { owner = "jane@example.com" }."""
    found = _decoded(value)
    if not isinstance(found, Mapping):
        raise ValueError(f'{shown(value)} is not a table; write {{ owner = "jane@example.com" }}')
    for key, item in found.items():
        if not isinstance(item, str | int | bool):
            raise ValueError(f"{key} is neither text nor a whole number")
    return dict(found)


def tables(value: Any) -> list[Mapping[str, Any]]:
    """Accept a list of tables; what they hold is checked by whoever asks."""
    found = _decoded(value)
    if not isinstance(found, list) or not all(isinstance(item, Mapping) for item in found):
        raise ValueError(f"{shown(value)} is not a list of tables; write one [[section]] a table")
    return found


def time_zone(value: Any) -> str:
    """Accept the IANA name of a time zone."""
    zone = name(value)
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = nearest(zone, available_timezones()) or ", write one such as Europe/Berlin"
        raise ValueError(f"{shown(zone)} is no time zone{near}") from None
    return zone


def currency(value: Any) -> str:
    """Accept an ISO 4217 code."""
    code = text(value).upper()
    if code not in CURRENCIES:
        raise ValueError(f"{shown(value)} is no currency; write an ISO 4217 code such as USD")
    return code


def clock_time(value: Any) -> str:
    """Accept an hour of the day as 8:00 or 08:00 and return 08:00."""
    match = _TIME.fullmatch(text(value))
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:  # noqa: PLR2004 - hours and minutes
        raise ValueError(f"{shown(value)} is no time of day; write it as 08:00")
    return f"{int(match[1]):02}:{match[2]}"


def email(value: Any) -> str:
    """Accept one plain mail address, folded to lower case."""
    address = text(value).lower()
    if not _EMAIL.fullmatch(address):
        raise ValueError(f"{shown(value)} is no mail address; write it as crm@example.com")
    return address


def domain(value: Any) -> str:
    """Accept a domain, folded to lower case."""
    found = text(value).lower().removeprefix("@")
    if not _DOMAIN.fullmatch(found):
        raise ValueError(f"{shown(value)} is no domain; write it as example.com")
    return found


def web_address(value: Any) -> str:
    """Accept an http or https address and return it without a slash at the end."""
    address = text(value)
    try:
        parts = urlsplit(address)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        sound = False
    if not sound or parts.query or parts.fragment or parts.username:
        raise ValueError(f"{shown(value)} is no web address; write it as https://crm.example.com")
    return address.rstrip("/")


def api_address(value: Any) -> str:
    """Accept the base address of the Slack Web API and return it with a slash at the end, as slack_sdk needs it."""
    return web_address(value) + "/"


def token_address(value: Any) -> str:
    """Accept where access tokens come from: google, microsoft, or an https address; "" for nowhere."""
    word = text(value)
    return word.casefold() if word.casefold() in {"", "google", "microsoft"} else web_address(word)


def bind_address(value: Any) -> str:
    """Accept HOST:PORT; an IPv6 host stands in brackets."""
    match = _BIND.fullmatch(text(value))
    if match is None or int(match[2]) > _MAX_PORT:
        raise ValueError(f"{shown(value)} is no address to listen on; write HOST:PORT, such as 127.0.0.1:8000")
    return match[0]


def store_address(value: Any) -> str:
    """Accept the address of a SQLite file or a PostgreSQL database, and name the driver that crmbot uses."""
    address = text(value)
    scheme, separator, rest = address.partition("://")
    if separator and scheme in {"postgres", "postgresql", "postgresql+psycopg"} and rest:
        return f"postgresql+psycopg://{rest}"
    if separator and scheme == "sqlite" and rest.startswith("/") and rest != "/":
        return address
    # the address may hold a password, so it is not repeated
    raise ValueError("is no store; write sqlite:///crmbot.db or postgresql://USER:PASSWORD@HOST/DATABASE")


def encryption(value: Any) -> str:
    """Accept how a connection is encrypted: tls, starttls or none; true and false mean tls and none."""
    if isinstance(value, bool):
        return "tls" if value else "none"
    return str(one_of("tls", "starttls", "none")(value))


def _decoded(value: Any) -> Any:
    if not isinstance(value, EnvironmentText):
        return value
    try:
        return tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return value
