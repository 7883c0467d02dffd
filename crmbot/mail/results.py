"""Authentication-Results headers, read as RFC 8601 writes them: whole and without a doubt, or not at all."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_MAX_VALUE = 8_192
_MAX_NESTING = 20
_WORD = r"[^\s\x00-\x20\x7f()<>@,;:\\\"/\[\]?=]+"
"""A token of RFC 2045: ids, results and values."""
_KEYWORD = r"[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?"
_QUOTED = r"\"(?:[^\"\\\x00-\x08\x0a-\x1f\x7f]|\\[\x20-\x7e])*\""
_DOMAIN = r"[A-Za-z0-9_\x80-\U0010ffff](?:[A-Za-z0-9._\x80-\U0010ffff-]*[A-Za-z0-9_\x80-\U0010ffff])?\.?"
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\x80-\U0010ffff-]+"
# What servers write is wider than the token of the standard: base64 of a signature, a whole envelope sender.
_LOOSE = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.:\x80-\U0010ffff-]+"

_SERVER = re.compile(rf"\s*(?:({_WORD})|({_QUOTED}))(?:\s+(\d+))?\s*(?=;|\Z)")
_NONE = re.compile(r"\s*;\s*none\s*\Z", re.IGNORECASE)
_METHOD = re.compile(rf"\s*;\s*({_KEYWORD})(?:\s*/\s*(\d+))?\s*=\s*({_KEYWORD})(?=[\s;]|\Z)")
_REASON = re.compile(rf"\s+reason\s*=\s*(?:{_WORD}|{_QUOTED})(?=[\s;]|\Z)", re.IGNORECASE)
_PROPERTY = re.compile(
    rf"\s+({_KEYWORD})\s*(?:\.\s*({_KEYWORD})\s*)?=\s*"
    rf"((?:{_LOCAL}|{_QUOTED})?@{_DOMAIN}|{_QUOTED}|{_LOOSE})?(?=[\s;]|\Z)"
)
_REST = re.compile(r"[\s;]*\Z")
_NAMED = re.compile(rf"(?:({_WORD})|({_QUOTED}))(?=[\s;(]|\Z)")
_PLAIN = re.compile(rf"(?:[^()\"\\]+|{_QUOTED})+")
_PAREN = re.compile(r"\\.|[()]", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Result:
    """What one check found: method and result in lower case, properties such as `header.from`, first letter to last."""

    method: str
    result: str
    properties: Mapping[str, str]


def server_of(value: str) -> str | None:
    """Return whose header this is, in lower case, whatever follows the name; None when no name begins it."""
    at = len(value) - len(value.lstrip())
    while value.startswith("(", at):
        at = _after_comment(value, at)
        if at < 0:
            return None
        at += len(value[at:]) - len(value[at:].lstrip())
    found = _NAMED.match(value, at)
    return _name(found) if found else None


def read_results(value: str) -> tuple[Result, ...] | None:
    """Return every result of one header's value; None when any of it can be read in two ways or not at all."""
    bare = _without_comments(value) if len(value) < _MAX_VALUE else None
    head = _SERVER.match(bare) if bare is not None else None
    if bare is None or head is None or head[3] not in (None, "1"):
        return None
    if _NONE.match(bare, head.end()):
        return ()
    found: list[Result] = []
    at = head.end()
    while (method := _METHOD.match(bare, at)) is not None:
        if method[2] not in (None, "1"):
            return None
        reason = _REASON.match(bare, method.end())
        properties, at = _properties(bare, reason.end() if reason else method.end())
        if properties is None:
            return None
        found.append(Result(method[1].lower(), method[3].lower(), properties))
    return tuple(found) if found and _REST.match(bare, at) else None


def _properties(bare: str, at: int) -> tuple[dict[str, str] | None, int]:
    """Read the properties from `at` on; None when one is given twice with different values."""
    found: dict[str, str] = {}
    while (match := _PROPERTY.match(bare, at)) is not None:
        at = match.end()
        if match[2] is None:
            continue  # a server's own addition, such as x-bits=2048
        name, value = f"{match[1]}.{match[2]}".lower(), _unquoted(match[3] or "")
        if found.setdefault(name, value) != value:
            return None, at
    return found, at


def _name(found: re.Match[str]) -> str:
    return (found[1] or _unquoted(found[2])).lower()


def _unquoted(text: str) -> str:
    return _ESCAPE.sub(r"\1", text[1:-1]) if text.startswith('"') and text.endswith('"') else text


def _without_comments(value: str) -> str | None:
    """Return the value with each comment as one space; None when a comment or a quoted string stays open."""
    if "(" not in value and ")" not in value:
        return value
    out: list[str] = []
    at = 0
    while at < len(value):
        if value[at] == "(":
            at = _after_comment(value, at)
            if at < 0:
                return None
            out.append(" ")
        elif plain := _PLAIN.match(value, at):
            out.append(plain[0])
            at = plain.end()
        else:
            return None
    return "".join(out)


def _after_comment(value: str, at: int) -> int:
    """Return where the comment that opens at `at` has ended, with those inside it; -1 when it never does."""
    depth = 0
    for match in _PAREN.finditer(value, at, at + _MAX_VALUE):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if not depth:
            return match.end()
        if depth > _MAX_NESTING:
            break
    return -1
