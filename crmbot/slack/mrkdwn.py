"""Slack's text format: what people typed, made to show as typed and to ping nobody."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_LOOK_ALIKES = str.maketrans({"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ"})  # noqa: RUF001 - look-alikes on purpose
_FORMATTING = re.compile(r"(?<![^\W_])[*_~]+|[*_~]+(?![^\W_])|`+")
_EMOJI = re.compile(r"(?<!\w):(?=[a-z0-9_+'-]+:)")
_QUOTE = re.compile(r"^(\s*)&gt;", re.MULTILINE)
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_SUSPECT = re.compile("[&<>*_~`:\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Text without any of these needs no escaping."""
_is_suspect = _SUSPECT.search

_TOKEN = re.compile(r"<([^<>]+)>")
_MOST_KEPT = 5000
"""Titles and names, which stand in one message after another."""
_OPEN_END = re.compile(r"&[a-z]{0,3}$|<[^>]*$")


class Mrkdwn(str):
    """Text that is mrkdwn already: made here, or escaped."""

    __slots__ = ()


def escape(value: Any) -> Mrkdwn:
    """Return text that Slack shows as it was typed: no formatting, mention, link, quote or emoji comes of it.

    Slack has no way to escape its formatting marks, so one that would format gives way to a character that looks the
    same; inside a word (jane_doe) marks do nothing and stay.
    """
    if type(value) is Mrkdwn:
        return value
    text = str(value)
    if _is_suspect(text):
        text = _UNSAFE.sub("", text)
        text = _FORMATTING.sub(lambda found: found.group().translate(_LOOK_ALIKES), text)
        text = _EMOJI.sub("\ua789", text.translate(_ENTITIES))
        text = _QUOTE.sub("\\1\u00ad&gt;", text)
    return Mrkdwn(text)


def code(value: Any) -> Mrkdwn:
    """Return a block of code, in which marks do nothing: what is copied from it is what was given."""
    text = _UNSAFE.sub("", str(value)).translate(_ENTITIES).replace("`", _LOOK_ALIKES[ord("`")])
    return Mrkdwn(f"```{text}```")


def unescape(text: str, names: Mapping[str, str] | None = None) -> str:
    """Return what somebody wrote in Slack as plain text: links with their address, people and channels by name.

    `names` are of Slack accounts by their ids.
    """
    known = names or {}

    def said(token: re.Match[str]) -> str:
        target, _, label = token.group(1).partition("|")
        if target[:1] in {"@", "#", "!"}:
            sign = "#" if target.startswith("#") else "@"
            name = label.lstrip("@#") or known.get(target[1:], target[1:].partition("^")[0])
            return f"{sign}{name}"
        return target if not label or label == target else f"{label} ({target})"

    plain_text = _TOKEN.sub(said, text)
    return _UNSAFE.sub("", plain_text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))


def one_line(value: Any, limit: int = 150) -> Mrkdwn:
    """Return escaped text on one line, trimmed with an ellipsis before it is escaped."""
    text = str(value)
    if len(text) * 2 <= limit:
        return escape(" ".join(text.split()))
    # However long it is, only its beginning is worth looking at.
    start = " ".join(text[: limit * 4].split())
    return escape(trim(start if len(text) <= limit * 4 else f"{start}…", limit))


@lru_cache(maxsize=_MOST_KEPT)
def title_line(title: str, limit: int = 150) -> Mrkdwn:
    """Return a title, name or other short fact as `one_line` does; not for texts, as it is kept."""
    return one_line(title, limit)


@lru_cache(maxsize=_MOST_KEPT)
def bold_title(title: str, limit: int = 150) -> Mrkdwn:
    """Return a title or name as `bold` does; not for texts, as it is kept."""
    return bold(title, limit)


def bold(value: Any, limit: int = 150) -> Mrkdwn:
    """Return one line of escaped text in bold; nothing for nothing."""
    line = one_line(value, limit)
    return Mrkdwn(f"*{line}*") if line else line


def join(parts: Any, separator: str = " · ") -> Mrkdwn:
    """Join what is not empty, escaping what is not mrkdwn yet."""
    return Mrkdwn(separator.join([part if type(part) is Mrkdwn else escape(part) for part in parts if part]))


def size(text: str) -> int:
    """Return the length as Slack may count it: in UTF-16 units, never less than in characters."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def fits(text: str, limit: int) -> bool:
    """Say whether text is of at most `limit`; no character counts more than twice, so short ones need no counting."""
    return len(text) * 2 <= limit or size(text) <= limit


def trim(text: str, limit: int) -> str:
    """Return plain text of at most `limit`, ending in an ellipsis when something was left out."""
    if fits(text, limit):
        return text
    kept = text[: limit - 1]
    while size(kept) >= limit:
        kept = kept[: len(kept) - max(1, (size(kept) - limit) // 2)]
    return kept.rstrip() + "…"


def trim_mrkdwn(text: str, limit: int) -> Mrkdwn:
    """Trim mrkdwn without leaving half an entity or half a link."""
    if fits(text, limit):
        return Mrkdwn(text)
    kept = trim(text, limit).removesuffix("…")
    return Mrkdwn(_OPEN_END.sub("", kept).rstrip() + "…")


def plain(value: Any, limit: int) -> str:
    """Return text for places that are not parsed, safe to show and trimmed."""
    if type(value) is str and value.isprintable() and len(value) * 2 <= limit:
        # Nothing unsafe is printable.
        return value.strip()
    return trim(_UNSAFE.sub("", str(value)).strip(), limit)
