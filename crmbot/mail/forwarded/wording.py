"""The language tables made ready for look-up: one dictionary look-up a line, patterns compiled once."""

import re
from collections.abc import Iterable
from enum import Enum

from crmbot.mail.forwarded.languages import LANGUAGES


class Prefix(Enum):
    """What the outermost prefix of a subject says."""

    NONE = "none"
    FORWARD = "forward"
    REPLY = "reply"
    EITHER = "either"


def fold(text: str) -> str:
    """Return the form in which the tables' words are compared."""
    return " ".join(text.casefold().replace("\u2019", "'").split())


def _words(rows: Iterable[str]) -> list[str]:
    return [word for row in rows for word in row.split("|") if word]


def _fields() -> dict[str, str]:
    out: dict[str, str] = {}
    for language in LANGUAGES:
        for field in ("sender", "to", "cc", "date", "subject", "other"):
            for word in _words([getattr(language, field)]):
                out.setdefault(fold(word), field)
    return out


def _prefixes() -> dict[str, Prefix]:
    out: dict[str, Prefix] = {}
    rows = [(Prefix.FORWARD, row.forward_prefix) for row in LANGUAGES]
    rows += [(Prefix.REPLY, row.reply_prefix) for row in LANGUAGES]
    for meaning, row in rows:
        for word in _words([row]):
            known = out.setdefault(fold(word), meaning)
            if known is not meaning:  # VS: forward in Danish, reply in Finnish
                out[fold(word)] = Prefix.EITHER
    return out


def _pattern(template: str, gap: str) -> str:
    return gap.join(re.escape(piece) for piece in template.split("…"))


def _alternatives(templates: Iterable[str], gap: str) -> str:
    return "|".join(sorted({_pattern(fold(template), gap) for template in templates}, key=len, reverse=True))


HEADER_FIELDS = _fields()
"""Folded header name to the field it means."""
FORWARD_MARKERS = frozenset(fold(word) for word in _words(row.forwarded for row in LANGUAGES))
ORIGINAL_MARKERS = frozenset(fold(word) for word in _words(row.original for row in LANGUAGES))
SUBJECT_PREFIXES = _prefixes()
CLOSINGS = frozenset(fold(word).rstrip(".!,") for word in _words(row.closing for row in LANGUAGES))
MOBILE = re.compile(f"(?:{_alternatives(_words(row.mobile for row in LANGUAGES), '.{1,60}')})[.!]?")
"""A whole folded line that an app wrote below the text."""
ON_BEHALF = re.compile(
    rf"(?<=\S)\s(?:{'|'.join(map(re.escape, _words(row.behalf for row in LANGUAGES)))})\s", re.IGNORECASE
)
AUTOMATIC = re.compile(f"(?:{_alternatives(_words(row.automatic for row in LANGUAGES), '.')})(?![\\w-])")
"""How a folded subject of an automatic reply begins."""

_WROTE = [fold(template) for template in _words(row.wrote for row in LANGUAGES)]
WROTE_OPENED = re.compile(f"(?:{_alternatives([t for t in _WROTE if not t.startswith('…')], '.{2,250}?')}) ?[:\uff1a]")
"""A folded reply introduction whose first word shows where it begins: “on … wrote:”."""
_OPENINGS = sorted({t.partition("…")[0].strip() for t in _WROTE if t[0] != "…"}, key=len, reverse=True)
WROTE_OPEN = re.compile(rf"(?:{'|'.join(map(re.escape, _OPENINGS))})(?!\w)")
"""The first words of such an introduction."""
WROTE_VERBS = tuple(
    sorted({piece for t in _WROTE for piece in map(str.strip, t.split("…")[1:]) if piece}, key=len, reverse=True)
)
"""The verbs of all introductions, longest first."""
WROTE_ENDED = re.compile(
    f".{{2,250}}?(?:{_alternatives([t.lstrip('… ') for t in _WROTE if t.startswith('…')], '.{2,200}?')}) ?[:\uff1a]"
)
"""A folded reply introduction that only its last words show: “… schrieb am 3. Mai:”."""

_PREFIX = re.compile(r"\s*([^\W\d_][\w .]{0,14}?)\s*(?:\[\d{1,3}\]|\(\d{1,3}\))?\s*[:\uff1a]\s*")


def subject_prefix(subject: str) -> Prefix:
    """Say what the outermost prefix of the subject means: the last client to touch it put it there."""
    match = _PREFIX.match(_without_tags(subject))
    return SUBJECT_PREFIXES.get(fold(match[1]).rstrip("."), Prefix.NONE) if match else Prefix.NONE


def _without_tags(subject: str) -> str:
    return re.sub(r"^(?:\s*\[[^\]]{1,40}\])+", "", subject)
