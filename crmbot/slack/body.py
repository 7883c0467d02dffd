"""What Slack posts, read once: a command's fields, a press or form, or an event."""

import json
from typing import Any
from urllib.parse import unquote_to_bytes

_JSON = "application/json"


def read_body(body: bytes, content_type: str = "") -> dict[str, Any]:
    """Return what a request says.

    Raises:
        ValueError: it is no payload of Slack's.
    """
    text = body.decode()
    if text.startswith("{") or content_type.partition(";")[0] == _JSON:
        return _object(text) if text else {}
    fields = read_form(text)
    payload = fields.get("payload")
    return fields if payload is None else _object(payload)


def read_form(text: str) -> dict[str, str]:
    """Return the fields of a form; of a field that comes twice the last, as Bolt reads it.

    `urllib.parse` does the same in five times as many steps, and a command waits for it.
    """
    return {
        (_unquoted(name) if "%" in name else name): (_unquoted(value) if "%" in value else value)
        for name, _, value in [pair.partition("=") for pair in text.replace("+", " ").split("&") if pair]
    }


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(found, dict):
        raise ValueError("not an object")  # noqa: TRY004 - of a text, not of an argument
    return found


def _unquoted(text: str) -> str:
    given = text.encode()
    try:
        # %40 is Python's \x40 in other letters, and Python's are read in C: bytes come out as the characters 0 to 255.
        plain = given.replace(b"\\", rb"\\").replace(b"%", rb"\x").decode("unicode_escape").encode("latin-1")
    except UnicodeError:
        plain = unquote_to_bytes(given)
    return plain.decode("utf-8", "replace")
