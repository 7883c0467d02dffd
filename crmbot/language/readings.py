"""The table of what can be recognised in a line: each reading is a small function and where it may begin."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from crmbot.domain.identity import normalise_email
from crmbot.domain.money import CURRENCIES
from crmbot.language import amounts, days, figures, items, moments
from crmbot.language.choices import choice, named, staged
from crmbot.language.context import Context
from crmbot.language.dates import EXAMPLE as DAY_EXAMPLE
from crmbot.language.dates import Lean
from crmbot.language.hours import working_hour
from crmbot.language.reading import Found, Read, Reading
from crmbot.language.tokens import Kind

_ASKED = True
_DATES = frozenset({Kind.FIGURE})
_ABOUT = frozenset({"re", "about", "for", "on"})
_REFERENCE = re.compile(rf"(?:(?:{'|'.join(_ABOUT)})\s+)?#?(?P<record>[LCODAP]-\d{{1,9}})(?![\w-])", re.IGNORECASE)
_SPACELESS = re.compile(r"\S+")
_FOR_USER = re.compile(r"for\s+(?=<?@)", re.IGNORECASE)
_TO_USER = re.compile(r"(?:to|by)\s+", re.IGNORECASE)
_DOMAIN = re.compile(
    r"(?:https?://)?(?:www\.)?(?P<domain>[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,})/?(?=[\s,;]|$)", re.IGNORECASE
)
_SIZE = re.compile(r"\d[\d,.]*(?:\s?[-\u2013]\s?\d[\d,.]*|\+)(?![\w-])")
_BARE_HOUR = re.compile(r"(?P<bare>\d{1,2})(?![\w:.]|\s?[ap]\.?m)", re.IGNORECASE)
_LATER = re.compile(
    r"(?:\+\s?|(?:for|by)\s+)?(?P<count>\d{1,4}|(?:an?|one|two|three)\s)\s?(?P<unit>min(?:ute)?s?|h(?:ours?|rs?)?|d(?:ays?)?|w(?:eeks?|ks?)?|mo(?:nths?|s)?)(?![\w-])",
    re.IGNORECASE,
)


def _moment(convert: Callable[[moments.Moment, Context], Any], lean: Lean, *, hours: bool) -> Read:
    def read(text: str, at: int, context: Context, asked: bool) -> Found | None:
        found = moments.read_moment(text, at, context, lean, hours=hours)
        return Found(convert(found[0], context), found[1], found[0].soft and not asked) if found else None

    return read


def _day(text: str, at: int, context: Context, asked: bool) -> Found | None:
    """Read a day; an hour behind it says nothing of a day and goes with it."""
    found = moments.read_moment(text, at, context, Lean.COMING, hours=True)
    if found is not None and found[0].day is None:
        found = moments.read_moment(text, at, context, Lean.COMING, hours=False)
    return Found(found[0].day, found[1], found[0].soft and not asked) if found else None


def _amount(text: str, at: int, context: Context, asked: bool) -> Found | None:
    found = amounts.read_amount(text, at, context, asked=asked)
    return Found(*found) if found else None


def _bound(sign: str) -> Read:
    """Make a reading of an amount behind a sign, or behind a word that asks for it."""

    def read(text: str, at: int, context: Context, asked: bool) -> Found | None:
        begun = text.startswith(sign, at)
        if not (begun or asked):
            return None
        start = at + len(sign) if begun else at
        found = amounts.read_amount(text, start + (text[start : start + 1] == " "), context, asked=True)
        return Found(found[0], found[1]) if found else None

    return read


def when_asked(reading: Reading) -> Reading:
    """Return a reading for what stands behind a word that can lead to nothing else."""

    def read(text: str, at: int, context: Context, asked: bool) -> Found | None:
        del asked
        return reading.read(text, at, context, _ASKED)

    return replace(reading, read=read)


def _percent(text: str, at: int, _: Context, asked: bool) -> Found | None:
    found = figures.read_percent(text, at, asked=asked)
    return Found(*found, not asked) if found else None


def _duration(text: str, at: int, _: Context, asked: bool) -> Found | None:
    found = figures.read_duration(text, at, asked=asked)
    return Found(*found) if found else None


def _whole(text: str, at: int, _: Context, __: bool) -> Found | None:
    found = figures.read_whole(text, at)
    return Found(*found) if found else None


def _phone(text: str, at: int, _: Context, __: bool) -> Found | None:
    found = figures.read_phone(text, at)
    return Found(*found) if found else None


def _word(text: str, at: int, _: Context, __: bool) -> Found | None:
    """Read one word as it stands, without the marks Slack and people put around it."""
    match = _SPACELESS.match(text, at)
    word = match.group().rstrip(",;.!?") if match else ""
    bare = word.strip("<>()").removeprefix("@")
    return Found(bare, at + len(word)) if bare else None


def _user(text: str, at: int, context: Context, asked: bool) -> Found | None:
    """Read somebody, also as in “for @jo”."""
    introduced = _FOR_USER.match(text, at)
    if introduced is None and not asked and text[at : at + 1] not in "<@":
        return None
    return _word(text, introduced.end() if introduced else at, context, asked)


def user_or_me(text: str, at: int, context: Context, asked: bool) -> Found | None:
    """Read a user who is mentioned, or the speaker."""
    led = _TO_USER.match(text, at)
    start = led.end() if led else at
    if text[start : start + 1] in ("<", "@"):
        return _word(text, start, context, asked)
    return Found("me", start + 2) if text[start : start + 3].rstrip(" ,;.!?").lower() == "me" else None


def _domain(text: str, at: int, _: Context, asked: bool) -> Found | None:
    match = _DOMAIN.match(text, at)
    return Found(match["domain"].lower(), match.end(), not asked) if match else None


def _size(text: str, at: int, _: Context, __: bool) -> Found | None:
    match = _SIZE.match(text, at)
    return Found(match.group(), match.end()) if match else None


def _email(text: str, at: int, context: Context, asked: bool) -> Found | None:
    word = _word(text, at, context, asked)
    try:
        return Found(normalise_email(word.value), word.end) if word else None
    except ValueError:
        return None


def _channel(text: str, at: int, context: Context, asked: bool) -> Found | None:
    word = _word(text, at, context, asked)
    return Found(word.value.removeprefix("#") if text[at] == "<" else word.value, word.end) if word else None


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}


def _zone(text: str, at: int, context: Context, asked: bool) -> Found | None:
    word = _word(text, at, context, asked)
    name = _zones().get(word.value.lower()) if word else None
    return Found(ZoneInfo(name).key, word.end) if word and name and (asked or "/" in name) else None


def _hour(text: str, at: int, context: Context, _: bool) -> Found | None:
    found = moments.read_moment(text, at, context, Lean.COMING, hours=True)
    if found is None or found[0].hour is None or found[0].day is not None:
        return None
    return Found(f"{found[0].hour:%H:%M}", found[1])


def _hour_of_day(text: str, at: int, context: Context, asked: bool) -> Found | None:
    """Read an hour, or a bare number that is one of a working day."""
    bare = _BARE_HOUR.match(text, at)
    hour = working_hour(bare) if bare else None
    return Found(f"{hour:%H:%M}", bare.end()) if bare and hour else _hour(text, at, context, asked)


def _items(text: str, at: int, context: Context, _: bool) -> Found | None:
    """Read all that is left as the lines of a proposal."""
    found = items.read_items(text[at:], context)
    return Found(found, len(text)) if found else None


def _later(text: str, at: int, _: Context, __: bool) -> Found | None:
    """Read how much later than it is due something is to be: +1w, +2 days, +30min."""
    match = _LATER.match(text, at)
    if match is None:
        return None
    unit = match["unit"].lower()
    short = next(short for short in ("min", "mo", "h", "d", "w") if unit.startswith(short))
    count = match["count"].strip().lower()
    return Found(f"{days.COUNT.get(count) or int(count)}{short}", match.end())


def _reference(text: str, at: int, _: Context, __: bool) -> Found | None:
    match = _REFERENCE.match(text, at)
    return Found(match["record"].upper(), match.end()) if match else None


DAY = Reading("a date", DAY_EXAMPLE, _day, _DATES, moments.STARTS_OF_DAYS)
LATER = Reading("a distance", "+1w", _later, _DATES, frozenset("for by a an one two three".split()), only=True)
DUE = Reading(
    "a date", moments.EXAMPLE, _moment(moments.due, Lean.COMING, hours=True), _DATES, moments.STARTS_OF_MOMENTS
)
HAPPENED = Reading(
    "a date", "yesterday 3pm", _moment(moments.happened, Lean.NEAREST, hours=True), _DATES, moments.STARTS_OF_MOMENTS
)
AMOUNT = Reading(
    "an amount",
    amounts.EXAMPLE,
    _amount,
    _DATES,
    frozenset(code.lower() for code in CURRENCIES),
    only=True,
)
OVER = Reading("an amount", ">$50k", _bound(">"), frozenset({Kind.WORD}), only=True)
UNDER = Reading("an amount", "<$10k", _bound("<"), frozenset({Kind.WORD}), only=True)
PERCENT = Reading("a percent", "60%", _percent, _DATES, only=True)
DURATION = Reading("a duration", "25m", _duration, _DATES, frozenset({"for", "half"}), only=True)
WHOLE = Reading("a whole number", "80", _whole, _DATES, only=True)
PHONE = Reading("a phone number", "+49 30 901820", _phone, _DATES | {Kind.WORD}, only=True)
EMAIL = Reading("an e-mail address", "jane@acme.com", _email, frozenset({Kind.EMAIL}))
USER = Reading("a user", "@jo", _user, frozenset({Kind.USER}), frozenset({"for"}), only=True)
DOMAIN = Reading("a domain", "acme.com", _domain, frozenset({Kind.WORD}))
SIZE = Reading("a size", "50-200", _size, _DATES)
CHANNEL = Reading("a channel", "#sales", _channel, frozenset({Kind.CHANNEL}), only=True)
REFERENCE = Reading("a record", "D-17", _reference, frozenset({Kind.REFERENCE}), _ABOUT)
ZONE = Reading("a time zone", "Europe/Berlin", _zone, frozenset({Kind.WORD}), only=True)
WORD = Reading("a word", "2026-11-23", _word)
HOUR = Reading("an hour", "08:00", _hour, _DATES, only=True)
HOUR_OF_DAY = Reading("an hour", "08:00", _hour_of_day, _DATES)
ITEMS = Reading("the lines of a proposal", items.EXAMPLE, _items)
TEXT = Reading("some words", '"wants a quote"', _word, text=True)
STAGE = choice("a stage", "negotiation", lambda context: staged(context.stages), soft=True)
SOURCE = replace(choice("a source", "referral", lambda context: named(context.sources)), text=True)
REASON = choice("a reason", "price", lambda context: named(context.lost_reasons), soft=True)
