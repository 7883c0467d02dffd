"""The lines `From: … Sent: … To: … Subject: …` that clients put above a quoted message."""

import re
from dataclasses import dataclass

from crmbot.domain.identity import Address
from crmbot.mail.forwarded.wording import HEADER_FIELDS, ON_BEHALF, fold
from crmbot.mail.message.addresses import parse_address, parse_addresses
from crmbot.mail.message.limits import MAX_LINE

_QUOTE = re.compile(r"[ \t]*>[> \t]*")
_TRIM = " \t\xa0|*"
MAX_NAME = 40
"""No header has a longer name in any language."""
_MAX_LINES = 80
_WRAPPED = 60
"""A client that wraps does so after this many characters."""
_OTHER_HEADER = re.compile(r"[A-Z][\w-]*(?: [\w-]+){0,2} ?: ")
_OPEN_ENDS = (",", ";", "<", "[", "(", "mailto:")
_MAILBOXES = frozenset({"sender", "to", "cc"})


@dataclass(frozen=True, slots=True)
class Block:
    """What a block says, where its body begins, and how deep its lines were quoted."""

    sender: Address | None
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: str
    date: str
    end: int
    depth: int


def quote_depth(line: str) -> int:
    """Count the `>` before a line."""
    match = _QUOTE.match(line)
    return match[0].count(">") if match else 0


def unquote(line: str) -> str:
    """Return the line without its `>` and the spaces around."""
    match = _QUOTE.match(line)
    return (line[match.end() :] if match else line).strip()


def header_field(bare: str) -> tuple[str, str] | None:
    """Return (field, value) of an unquoted line that is a quoted header in any language; else None."""
    at = bare.find("\uff1a", 1, MAX_NAME) if not bare.isascii() else -1
    if at < 0:
        at = bare.find(":", 1, MAX_NAME)
        if at < 0:
            return None
    field = HEADER_FIELDS.get(fold(bare[:at].strip(_TRIM)))
    return (field, bare[at + 1 :].strip(_TRIM)) if field else None


def read_block(lines: list[str], start: int, *, marked: bool, prefixed: bool) -> Block | None:
    """Read the block that begins at `start`; None when those lines are no such block.

    `marked`: a line above says that a message follows, so little is asked of the block. `prefixed`: the subject says
    that the mail is a forward or a reply. Without either, somebody may just have written such lines.
    """
    found, first, end = _collect(lines, start)
    if not _is_block(found, marked=marked, prefixed=prefixed):
        return None
    return Block(
        sender=parse_sender(found.get("sender", "")),
        to=parse_addresses(found.get("to", "")),
        cc=parse_addresses(found.get("cc", "")),
        subject=found.get("subject", "")[:MAX_LINE],
        date=found.get("date", "")[:MAX_LINE],
        end=end,
        depth=quote_depth(lines[first]),
    )


def parse_sender(value: str) -> Address | None:
    """Read one mailbox; of “A on behalf of B” it is B, whose address is not A's."""
    value = value[:MAX_LINE]
    behalf = ON_BEHALF.search(value)
    return parse_address(value[behalf.end() :] if behalf else value)


def _is_block(found: dict[str, str], *, marked: bool, prefixed: bool) -> bool:
    if marked:
        return "sender" in found or len(found) > 1
    if not found.get("sender") or ("date" not in found and "to" not in found):
        return False
    if "subject" not in found and not ("date" in found and "@" in found["sender"]):
        return False
    return prefixed or any("@" in found.get(field, "") for field in _MAILBOXES)


def _collect(lines: list[str], start: int) -> tuple[dict[str, str], int, int]:
    found: dict[str, str] = {}
    last = ""
    first = end = start
    for n in range(start, min(len(lines), start + _MAX_LINES)):
        bare = unquote(lines[n]).strip(_TRIM)
        header = header_field(bare) if bare else None
        if not bare:
            if found and not _goes_on(lines, n, found):
                break
        elif header:
            field, value = header
            if field in found:
                break
            if not found:
                first = n
            last = field
            if field != "other":
                found[field] = value
            end = n + 1
        elif last and _continues(lines, n, bare, last, found):
            if last != "other" and not _OTHER_HEADER.match(bare):
                found[last] = f"{found[last]} {bare}".strip()[: 8 * MAX_LINE]
            end = n + 1
        else:
            break
    return found, first, end


def _goes_on(lines: list[str], n: int, found: dict[str, str]) -> bool:
    """Say whether after the blank line `n` comes one more header (each a paragraph of its own in HTML)."""
    for line in lines[n + 1 : n + 3]:
        if line and (bare := unquote(line)):
            header = header_field(bare)
            return bool(header and header[0] not in found and header[0] != "sender")
    return False


def _continues(lines: list[str], n: int, bare: str, last: str, found: dict[str, str]) -> bool:
    value = found.get(last, "")
    if last in _MAILBOXES or last == "date":
        if not value or value.endswith(_OPEN_ENDS) or value.count("<") > value.count(">"):
            return True
        if "@" in bare and bare.startswith(("<", "[")):
            return True
    for line in lines[n + 1 : n + 4]:
        following = unquote(line)
        if not following:
            break
        header = header_field(following)
        if header and header[0] not in found:
            return True
    after = unquote(lines[n + 1]) if n + 1 < len(lines) else ""
    return last == "subject" and not after and len(lines[n - 1]) >= _WRAPPED > len(bare)
