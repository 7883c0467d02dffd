"""Mailboxes as they stand in headers and in quoted headers of every client."""

import re
from collections.abc import Iterator

from crmbot.domain.identity import Address, normalise_email
from crmbot.mail.message.limits import MAX_ADDRESSES, MAX_LINE

_AT = r"[^\s<>()\[\],;:\"'|]{1,64}@[^\s<>()\[\],;:\"'|]{1,255}"
_EMAIL = re.compile(rf"(?:mailto:)?({_AT})")
# `Jane <jane@x>`, `jane@x [mailto:jane@x]`, `Jane <jane@x<mailto:jane@x>>`, `Jane (jane@x)`, `Jane <mailto:jane@x>`
_BRACKETED = re.compile(rf"[<\[(]\s*(?:mailto:)?({_AT})[^<>\[\])]*(?:<mailto:[^>]*>)?\s*[>\])]*")
_COMMENT = re.compile(r"\(([^()]*)\)")
_QUOTES = " \t\"'\u201c\u201d\u201e\u00ab\u00bb\u2018\u2019*,;:"
_MAX_VALUE = 64 * 1024


def parse_addresses(value: str) -> tuple[Address, ...]:
    """Read a list of mailboxes, separated by commas or semicolons; what has neither name nor address is left out."""
    found: list[Address] = []
    for piece in _split(value[:_MAX_VALUE]):
        address = parse_address(piece)
        if address is not None:
            found.append(address)
            if len(found) == MAX_ADDRESSES:
                break
    return tuple(found)


def parse_address(piece: str) -> Address | None:
    """Read one mailbox in any form a client writes; None when there is neither a name nor an address."""
    piece = piece.strip(" \t,;")[:MAX_LINE]
    if not piece:
        return None
    if "@" not in piece:
        name = _name(re.sub(r"<[^>]*>|\[[^\]]*\]", "", piece))
        return Address(name, "") if name else None
    # The last one: a display name may hold brackets too.
    match = next(reversed(list(_BRACKETED.finditer(piece))), None)
    if match is None:
        match = _EMAIL.search(piece)
        if match is None:
            return Address(_name(piece), "")
        comment = _COMMENT.search(piece)
        name = _name(comment[1]) if comment else _name(piece[: match.start()])
    else:
        name = _name(piece[: match.start()])
    email = _email(match[1])
    if not email:
        return Address(name, "") if name else None
    return Address("" if name.lower() == email else name, email)


def _email(text: str) -> str:
    try:
        return normalise_email(text.strip(".*"))
    except ValueError:
        return ""


def _name(text: str) -> str:
    if "\\" in text:
        text = re.sub(r"\\(.)", r"\1", text)
    return " ".join(text.strip(_QUOTES).split())


def _split(value: str) -> Iterator[str]:
    if "," not in value and ";" not in value:
        yield value
        return
    pieces = list(_cut(value, ";" if _has_bare(value, ";") else ","))
    waiting = ""
    for piece in pieces:
        whole = f"{waiting}, {piece}" if waiting else piece
        # `Doe, Jane <jane@x>` unquoted: a single word without an address belongs to what follows.
        if "@" not in piece and not waiting and piece.strip() and " " not in piece.strip():
            waiting = piece.strip()
            continue
        if waiting and "@" not in piece:
            yield waiting
            whole = piece
        waiting = ""
        yield whole
    if waiting:
        yield waiting


def _has_bare(value: str, separator: str) -> bool:
    return separator in value and separator in re.sub(r'"[^"]*"', "", value)


def _cut(value: str, separator: str) -> Iterator[str]:
    if '"' not in value and "<" not in value and "(" not in value:
        yield from value.split(separator)
        return
    quoted = False
    start = 0
    closes = ""
    for at, letter in enumerate(value):
        if letter == '"' and value[at - 1 : at] != "\\":
            quoted = not quoted
        elif quoted:
            continue
        elif letter in "<(":
            closes = ">" if letter == "<" else ")"
        elif letter == closes:
            closes = ""
        elif letter == separator and not closes:
            yield value[start:at]
            start = at + 1
    yield value[start:]
