"""What was understood of a mail, in words for a terminal."""

import textwrap
import unicodedata
from collections.abc import Iterator
from typing import Any

_KINDS = {
    "direct": "a mail",
    "reply": "an answer",
    "forward": "a forward",
    "bounce": "a notice of delivery",
    "auto-reply": "an automatic answer",
    "list": "mail of a list",
    "invite": "an invitation",
    "complaint": "a spam complaint",
}
_WIDTH = 12
_MOST_LINES = 12
_KILO = 1_000


def in_words(parsed: dict[str, Any]) -> str:
    """Return the lines for one mail; `parsed` is what `crmbot mail parse --json` prints of it."""
    lines = [f"{_safe(parsed['file'])}: {_KINDS.get(parsed['kind'], parsed['kind'])}", *_message(parsed, "")]
    for message in (parsed["forwarded"], *parsed["also_forwarded"]):
        if message:
            lines += ["  Forwarded", *_message(message, "  ")]
    lines += [_fact("Noise", parsed["noise"], "")] if parsed["noise"] else []
    return "\n".join(line for line in lines if line)


def _message(one: dict[str, Any], indent: str) -> Iterator[str]:
    """Yield the facts and the words of a mail, or of a message inside it."""
    yield _fact("From", _person(one["from"]), indent)
    yield _fact("To", ", ".join(map(_person, one["to"])), indent)
    yield _fact("Cc", ", ".join(map(_person, one["cc"])), indent)
    yield _fact("Date", one["date"] or "", indent)
    yield _fact("Subject", one["subject"], indent)
    files = [
        f"{file['name'] or 'unnamed'} ({file['type']}, {_size(file['size'])})" for file in one.get("attachments", ())
    ]
    yield _fact("Files", ", ".join(files), indent)
    yield _fact("Meeting", _meeting(one.get("invite")), indent)
    yield _fact("Bounced", _bounce(one.get("bounce")), indent)
    words = [line for line in _safe(one.get("text", one.get("body")) or "", lines=True).split("\n") if line.strip()]
    yield from (f"{indent}    | {line}" for line in words[:_MOST_LINES])
    left = len(words) - _MOST_LINES
    if left > 0:
        yield f"{indent}    … and {left} more {'line' if left == 1 else 'lines'}"


def _fact(label: str, value: str, indent: str) -> str:
    if not value:
        return ""
    first = f"{indent}  {label}".ljust(_WIDTH + len(indent))
    rest = " " * len(first)
    return textwrap.fill(_safe(value), 100, initial_indent=first, subsequent_indent=rest, break_long_words=False)


def _person(one: dict[str, Any] | None) -> str:
    if one is None:
        return "nobody that can be read"
    name, address = one["name"] or "", one["address"] or ""
    return f"{name} <{address}>" if name and address else name or address


def _meeting(invite: dict[str, Any] | None) -> str:
    if not invite:
        return ""
    place = f" at {invite['place']}" if invite["place"] else ""
    return f"{invite['method']}: {invite['title']}, {invite['start'] or 'no time'}{place}"


def _bounce(bounce: dict[str, Any] | None) -> str:
    if not bounce:
        return ""
    told = [
        f"{one['recipient']} {'for good' if one['permanent'] else 'for now'}: {one['reason'] or one['status'] or ''}"
        for one in (bounce, *bounce.get("also", ()))
    ]
    return "; ".join(told)


def _size(size: int) -> str:
    if size < _KILO:
        return f"{size} B"
    return f"{size / _KILO:.0f} kB" if size < _KILO * _KILO else f"{size / _KILO / _KILO:.1f} MB"


def _safe(text: str, *, lines: bool = False) -> str:
    """Return text that can do nothing to a terminal: no control characters, nothing that turns its direction."""
    kept = "\n\t" if lines else ""
    return "".join(
        letter if letter in kept or unicodedata.category(letter)[0] != "C" else " " if letter.isspace() else ""
        for letter in text
    )
