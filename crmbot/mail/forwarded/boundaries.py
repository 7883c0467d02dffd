"""Where in a text the sender's own words end and another message begins."""

import re
from dataclasses import dataclass
from enum import Enum

from crmbot.mail.forwarded.blocks import MAX_NAME, Block, header_field, read_block, unquote
from crmbot.mail.forwarded.wording import (
    FORWARD_MARKERS,
    HEADER_FIELDS,
    ORIGINAL_MARKERS,
    WROTE_ENDED,
    WROTE_OPEN,
    WROTE_OPENED,
    Prefix,
    fold,
)

_COLONS = (":", "\uff1a")
_DECORATION = " \t>-\u2010\u2013\u2014_=*#~:\uff1a<|"
_BEFORE_NAME = " \t\xa0>|*"
_RULE = frozenset("-_=*~\u2014\u2013")
_MAX_MARKER_LINE = 4_000
"""A client that glues all headers to its marker makes long lines."""
_MAX_INTRODUCTION = 400
_FORWARDED_BY = tuple(
    marker + " " for marker in FORWARD_MARKERS if marker.endswith((" by", " von", " par", " da", " por"))
)
_GLUED = re.compile(r"[ \t>]*-{3,}\s*([^\n]{5,60}?)\s*-{3,}\s*(\S[^\n]*)")
# A single letter is a name only behind a mailbox: `<lea@x>À : `.
_GLUED_NAME = re.compile(r"([^\W\d_]{2,20}(?: [^\W\d_]{2,12})?|(?<=>)[^\W\d_]) ?: ")
_TIME = re.compile(r"\d{1,2}[:.h]\d{2}|\d{4}")
_ENDS_IN_MAILBOX = re.compile(r"[<(\[][^\s<>]+@[^\s<>]+[>)\]]+ ?[:\uff1a]$")


class Mark(Enum):
    """What showed the boundary."""

    FORWARD = "forward"
    """Words that only a forward has."""
    BLOCK = "block"
    """Quoted headers, which replies and forwards share."""
    INTRODUCTION = "introduction"
    """“On … wrote:”."""


@dataclass(frozen=True, slots=True)
class Boundary:
    """The first line that is not the sender's own (`start`) and the first of the other message's body (`end`)."""

    mark: Mark
    start: int
    end: int
    block: Block | None = None


def find_boundary(lines: list[str], start: int, prefix: Prefix) -> Boundary | None:
    """Find the first boundary from line `start` on; may cut a line in `lines` that a client glued together."""
    n = start
    while n < len(lines):
        line = lines[n]
        if line:
            found = _boundary_at(lines, n, line, prefixed=prefix is not Prefix.NONE)
            if found is not None:
                return found
        n += 1
    return None


def is_marker(line: str) -> bool:
    """Say whether the line is a marker of a forward and nothing else."""
    return line[:1] in _RULE and fold(line.strip(_DECORATION)) in FORWARD_MARKERS


def closes_headers(lines: list[str], n: int) -> bool:
    """Say whether the line `n` marks the end of the headers above it, as Zoho does, and not another message."""
    return n < len(lines) and is_marker(lines[n]) and _block_below(lines, n, marked=True) is None


def _boundary_at(lines: list[str], n: int, line: str, *, prefixed: bool) -> Boundary | None:
    ends_in_colon = line.endswith(_COLONS)
    first = line[0] if line[0].isalnum() else line.lstrip(" \t>|")[:1]
    if (first in _RULE or ends_in_colon or line[-1] in _RULE) and len(line) < _MAX_MARKER_LINE:
        found = _marker_at(lines, n, line, prefixed=prefixed)
        if found is not None:
            return found
    if _may_be_header(line):
        header = header_field(unquote(line).strip(" \t\xa0|*"))
        if header and header[0] != "other":
            block = read_block(lines, n, marked=False, prefixed=prefixed)
            if block:
                return Boundary(Mark.BLOCK, n, block.end, block)
    return _introduction_at(lines, n) if ends_in_colon else None


def _may_be_header(line: str) -> bool:
    """Tell apart at little cost most lines that begin with no header's name."""
    colon = line.find(":", 0, 60)
    if colon >= 0 and len(line[:colon].lstrip(_BEFORE_NAME)) < MAX_NAME:
        return True
    return not line.isascii() and "\uff1a" in line[:30]


def _marker_at(lines: list[str], n: int, line: str, *, prefixed: bool) -> Boundary | None:
    words = fold(line.strip(_DECORATION))
    if not words:
        if len(line.strip()) < 10 or not prefixed:  # noqa: PLR2004 - a short rule is the writer's own
            return None
        block = _block_below(lines, n, marked=True)
        return Boundary(Mark.BLOCK, n, block.end, block) if block else None
    if words in FORWARD_MARKERS or words.startswith(_FORWARDED_BY):
        block = _block_below(lines, n, marked=True)
        introduced = None if block else _introduction_below(lines, n)
        return Boundary(Mark.FORWARD, n, block.end if block else introduced or n + 1, block)
    if words in ORIGINAL_MARKERS:
        block = _block_below(lines, n, marked=True)
        return Boundary(Mark.BLOCK, n, block.end if block else n + 1, block)
    if line[-1] in _RULE and _dated(words) and WROTE_OPEN.match(words) and WROTE_OPENED.fullmatch(f"{words}:"):
        return Boundary(Mark.INTRODUCTION, n, n + 1)  # Zoho: ---- On … wrote ---
    glued = _GLUED.match(line)
    if glued and fold(glued[1]) in FORWARD_MARKERS | ORIGINAL_MARKERS:
        lines[n : n + 1] = [f"----- {glued[1]} -----", *_unglue(glued[2])]
        return _marker_at(lines, n, lines[n], prefixed=prefixed)
    return None


def _block_below(lines: list[str], n: int, *, marked: bool) -> Block | None:
    """Read the block under line `n`; other markers and blank lines may come between."""
    for at in range(n + 1, min(n + 6, len(lines))):
        bare = unquote(lines[at]).strip(" \t\xa0|*")
        if not bare:
            continue
        if header_field(bare):
            return read_block(lines, at, marked=marked, prefixed=True)
        if bare[0] not in _RULE and fold(bare.strip(_DECORATION)) not in FORWARD_MARKERS:
            return None
    return None


def _introduction_below(lines: list[str], n: int) -> int | None:
    """Return the line after an introduction under a marker, as Yandex and Mail.ru put it there."""
    for at in range(n + 1, min(n + 5, len(lines))):
        if lines[at].strip():
            found = _introduction_at(lines, at) if lines[at].endswith(_COLONS) else None
            return found.end if found else None
    return None


def _introduction_at(lines: list[str], n: int) -> Boundary | None:
    joined = ""
    candidates: list[tuple[int, str]] = []
    for at in range(n, max(n - 4, -1), -1):
        bare = unquote(lines[at])
        if not bare or len(joined) + len(bare) > _MAX_INTRODUCTION:
            break
        joined = f"{bare} {joined}".rstrip()
        candidates.append((at, fold(joined)))
    for at, text in candidates:
        if _dated(text) and WROTE_OPEN.match(text) and WROTE_OPENED.fullmatch(text):
            return Boundary(Mark.INTRODUCTION, at, n + 1)
    for at, text in candidates[:2]:
        if _TIME.search(text) and (_ENDS_IN_MAILBOX.search(text) or WROTE_ENDED.fullmatch(text)):
            return Boundary(Mark.INTRODUCTION, at, n + 1)
    return None


def _dated(text: str) -> bool:
    return "@" in text or any(letter.isdigit() for letter in text)


def _unglue(rest: str) -> list[str]:
    """Cut `From: A <a@x>To: B <b@x>Subject: c` before each header name."""
    cuts = [0]
    for match in _GLUED_NAME.finditer(rest):
        word = match[1]
        for at in range(len(word)):
            if (at == 0 or word[at].isupper()) and fold(word[at:]) in HEADER_FIELDS:
                cuts.append(match.start() + at)
                break
    return [rest[a:b].strip() for a, b in zip(cuts, [*cuts[1:], len(rest)], strict=True) if rest[a:b].strip()]
