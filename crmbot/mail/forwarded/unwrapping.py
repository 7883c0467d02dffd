"""Taking a text apart: the sender's own words, and the message forwarded below them."""

import re
import textwrap
from dataclasses import dataclass

from crmbot.mail.forwarded.blocks import quote_depth, unquote
from crmbot.mail.forwarded.boundaries import Boundary, Mark, closes_headers, find_boundary, is_marker
from crmbot.mail.forwarded.introductions import read_introduction
from crmbot.mail.forwarded.signatures import split_signature
from crmbot.mail.forwarded.wording import Prefix, subject_prefix
from crmbot.mail.values import Forwarded

_MAX_CHAIN = 10
_BLANKS = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """The sender's own words, what was forwarded if anything, whether something was quoted, and the signature."""

    own: str
    forwarded: Forwarded | None
    quotes: bool
    signature: str = ""


def unwrap(text: str, prefix: Prefix, recipients: frozenset[str]) -> Unwrapped:
    """Take a mail's text apart.

    Quoted headers below the text are a forward or a reply. The subject's outermost prefix decides; without one, a
    mail to the quoted sender is a reply to it (`recipients`: the addresses this mail went to).
    """
    lines = [line.rstrip() for line in text.split("\n")]
    own: list[str] = []
    quotes = False
    n = 0
    while (boundary := find_boundary(lines, n, prefix)) is not None:
        own += lines[n : boundary.start]
        if _is_forward(lines, boundary, prefix, recipients, quotes=quotes):
            forwarded, below = _take(lines, boundary)
            words, _, signature = _own_words(own + below)
            return Unwrapped(words, forwarded, quotes, signature)
        quotes = True
        if not _quoted_below(lines, boundary.end) and not quote_depth(lines[boundary.start]):
            words, _, signature = _own_words(own)
            return Unwrapped(words, None, quotes, signature)
        n = _after_quote(lines, boundary.end)
    words, dropped, signature = _own_words(own + lines[n:])
    return Unwrapped(words, None, quotes or dropped, signature)


def chain(forwarded: Forwarded) -> tuple[Forwarded, ...]:
    """Return the message and those it forwards in turn; the last one is where it all began."""
    out = [forwarded]
    while len(out) < _MAX_CHAIN:
        outer = out[-1]
        recipients = frozenset(address.email for address in (*outer.to, *outer.cc))
        inner = unwrap(outer.body, subject_prefix(outer.subject), recipients).forwarded
        if inner is None or inner.body == outer.body:
            break
        out.append(inner)
    return tuple(out)


def _is_forward(
    lines: list[str], boundary: Boundary, prefix: Prefix, recipients: frozenset[str], *, quotes: bool
) -> bool:
    if quotes:
        return False  # what lies inside or below a quote was not forwarded by this sender
    if boundary.mark is Mark.FORWARD:
        # Words of a forward inside a quote belong to the mail that is answered.
        return not (prefix is Prefix.REPLY and quote_depth(lines[boundary.start]))
    if prefix in (Prefix.FORWARD, Prefix.REPLY):
        return prefix is Prefix.FORWARD
    sender = boundary.block.sender if boundary.block else None
    return sender is not None and sender.email not in recipients


def _take(lines: list[str], boundary: Boundary) -> tuple[Forwarded, list[str]]:
    block = boundary.block
    start = boundary.end + (block is not None and closes_headers(lines, boundary.end))
    body, below = _body(lines, start, block.depth if block else 0)
    if block:
        return Forwarded(block.sender, block.to, block.cc, block.subject, block.date, body), below
    # Some clients put an introduction below their marker in place of headers.
    first = boundary.start + (boundary.mark is not Mark.INTRODUCTION)
    introduction = " ".join(unquote(line) for line in lines[first : boundary.end])
    sender, date = read_introduction(introduction) if introduction else (None, "")
    return Forwarded(sender, date=date, body=body), below


def _body(lines: list[str], start: int, depth: int) -> tuple[str, list[str]]:
    """Return the forwarded body and what the forwarder wrote below it, which shows only when the body is quoted."""
    depth = depth or (1 if _quoted_below(lines, start) else 0)
    if not depth:
        end = len(lines)
        while end > start and (not lines[end - 1] or is_marker(lines[end - 1])):
            end -= 1  # some clients mark where the forwarded message ends
        text = "\n".join(lines[start:end])
        return textwrap.dedent(text).strip("\n") if text.startswith(("    ", "\n    ")) else text.strip(), []
    last = max((n for n in range(start, len(lines)) if lines[n].lstrip().startswith(">")), default=start - 1)
    strip = re.compile(r"[ \t]*" + r">[ \t]?" * depth)
    return "\n".join(strip.sub("", line, count=1) for line in lines[start : last + 1]).strip(), lines[last + 1 :]


def _own_words(lines: list[str]) -> tuple[str, bool, str]:
    """Return the words, whether something quoted was left out, and the signature."""
    kept = [line for line in lines if not line.startswith(">") or line.startswith(">From ")]
    words, signature = split_signature(kept)
    text = "\n".join(words)
    if "\n\n\n" in text:
        text = _BLANKS.sub("\n\n", text)
    return text, len(kept) < len(lines), "\n".join(signature)


def _quoted_below(lines: list[str], start: int) -> bool:
    for line in lines[start : start + 4]:
        if line:
            return line.lstrip().startswith(">")
    return False


def _after_quote(lines: list[str], start: int) -> int:
    n = start
    while n < len(lines) and (not lines[n] or lines[n].lstrip().startswith(">")):
        n += 1
    return n
