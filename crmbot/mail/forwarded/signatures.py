"""Signatures below what somebody wrote."""

import re

from crmbot.mail.forwarded.wording import CLOSINGS, MOBILE, fold

_DELIMITERS = frozenset({"--", "-- ", "\u2014", "\u2013", "___", "--\xa0"})
_MAX_SIGNATURE = 25
_MAX_CLOSING = 12
"""Lines that may follow a closing before it counts as text."""
_MAX_SIGNATURE_LINE = 100
_MAX_MOBILE = 90
_LINK = re.compile(r"[<\[(]https?:[^>\])]*[>\])]")
_RULE = re.compile(r"[-_=*~\u2014]{3,}")


def split_signature(lines: list[str]) -> tuple[list[str], list[str]]:
    """Return the lines of the text, and those of the signature below it."""
    text = strip_signature(lines)
    start = next((n for n, line in enumerate(lines) if line.strip()), len(lines))
    return text, lines[start + len(text) :][:_MAX_SIGNATURE]


def strip_signature(lines: list[str]) -> list[str]:
    """Return the lines without the signature below them and without blank lines around."""
    lines = _trim(lines)
    lines = _cut_delimiter(lines)
    # An app's line stands above the letter's ending or below it.
    lines = _trim(_cut_closing(_cut_mobile(lines)))
    return _cut_mobile(lines)


def _trim(lines: list[str]) -> list[str]:
    start, end = 0, len(lines)
    while start < end and not lines[start].strip():
        start += 1
    while end > start and (not lines[end - 1].strip() or _RULE.fullmatch(lines[end - 1].strip())):
        end -= 1
    return lines[start:end]


def _cut_delimiter(lines: list[str]) -> list[str]:
    for n in range(max(0, len(lines) - _MAX_SIGNATURE), len(lines)):
        if lines[n] in _DELIMITERS:
            return _trim(lines[:n])
    return lines


def _cut_mobile(lines: list[str]) -> list[str]:
    while lines and len(lines[-1]) < _MAX_MOBILE:
        # Outlook and others show the link of their own shop: `Get Outlook for iOS<https://aka.ms/…>`.
        line = fold(_LINK.sub("", lines[-1]).replace("[", "").replace("]", "")).strip(" *_>")
        if not MOBILE.fullmatch(line):
            break
        lines = _trim(lines[:-1])
    return lines


def _cut_closing(lines: list[str]) -> list[str]:
    """Cut from “Best regards” on, when only short lines follow."""
    start = max(0, len(lines) - _MAX_CLOSING - 1)
    for n in range(len(lines) - 1, start - 1, -1):
        line = lines[n].strip()
        if len(line) > _MAX_SIGNATURE_LINE:
            return lines
        if len(line) < 50 and fold(line).rstrip(" ,.!\u3002\u060c\uff0c") in CLOSINGS:  # noqa: PLR2004 - no closing is longer
            followed = any(text.strip() for text in lines[n + 1 :])
            # “Thanks!” alone is text; “Thanks,” and what a name follows is an ending.
            return lines[:n] if followed or (n and line.endswith((",", "\uff0c"))) or n > 1 else lines
    return lines
