"""What a tree of parts holds for a reader: one text, attachments, attached messages, an invitation."""

from dataclasses import dataclass, field

from crmbot.mail.message.decoding import clean_text, decode_bytes
from crmbot.mail.message.headers import split_value
from crmbot.mail.message.html import html_to_text
from crmbot.mail.message.limits import MAX_LINE, MAX_TEXT, MAX_TEXT_BYTES, Budget
from crmbot.mail.message.parts import Part, read_part
from crmbot.mail.values import Attachment

_MESSAGES = frozenset({"message/rfc822", "message/global", "message/news"})
_REPORTS = frozenset(
    {"message/delivery-status", "message/disposition-notification", "message/feedback-report"}
    | {"text/rfc822-headers", "message/rfc822-headers", "message/global-delivery-status"}
)
_CUT_FROM = 1024 * 1024
"""A mail is fetched whole, or up to here."""


@dataclass(slots=True)
class Contents:
    """What was found, in the order of the parts."""

    text: str = ""
    attachments: list[Attachment] = field(default_factory=list)
    messages: list[Part] = field(default_factory=list)
    reports: dict[str, str] = field(default_factory=dict)
    calendar: str = ""
    calendar_method: str = ""
    types: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Body:
    part: Part
    html: bool


def read_contents(root: Part, budget: Budget) -> Contents:
    """Read what the parts hold; text over its cap is cut and noted."""
    contents = Contents()
    bodies = _collect(root, contents, budget)
    texts = [_text_of(body, budget) for body in bodies]
    contents.text = "\n".join(text for text in texts if text.strip())
    if len(contents.text) > MAX_TEXT:
        budget.fail("text", f"cut after {MAX_TEXT} characters")
        contents.text = contents.text[:MAX_TEXT]
    return contents


def _collect(part: Part, contents: Contents, budget: Budget) -> list[_Body]:
    contents.types.add(part.type)
    if part.children or part.type.startswith("multipart/"):
        found = [_collect(child, contents, budget) for child in part.children]
        if part.type == "multipart/alternative":
            return _best(found, budget)
        return [body for bodies in found for body in bodies]
    name = _file_name(part)
    disposition = part.headers.get("content-disposition")[:10].lower()
    if part.type in _MESSAGES or (name.lower().endswith(".eml") and part.type != "text/plain"):
        return _collect_message(part, name, contents, budget)
    if part.type in _REPORTS:
        contents.reports.setdefault(part.type, _decode(part, budget))
        return []
    if part.type == "text/calendar" and not contents.calendar:
        contents.calendar = _decode(part, budget)
        contents.calendar_method = part.parameters.get("method", "").upper()
        if not name:
            return []
    if part.type in ("text/plain", "text/html") and not disposition.startswith("attachment") and not name:
        return [_Body(part, part.type == "text/html")]
    contents.attachments.append(_attachment(part, name))
    return []


def _collect_message(part: Part, name: str, contents: Contents, budget: Budget) -> list[_Body]:
    if budget.attached <= 0:
        budget.fail("attached messages", "too many, the rest left out")
        return []
    budget.attached -= 1
    raw = part.raw
    start, end = part.start, part.end
    if part.encoding in ("base64", "quoted-printable"):  # against RFC 2046, and common
        raw = part.content(4 * MAX_TEXT_BYTES)
        start, end = 0, len(raw)
    inner = read_part(raw, start, end, budget, depth=part.depth + 1)
    if "from" in inner.headers or "subject" in inner.headers:
        contents.messages.append(inner)
    else:
        contents.attachments.append(_attachment(part, name))
    return []


def _attachment(part: Part, name: str) -> Attachment:
    # What the text shows in its place is named by it (cid:); programs that mean a file say so.
    shown = "content-id" in part.headers and part.headers.get("content-disposition")[:10].lower() != "attachment"
    # Of a mail too large to be fetched whole the last part breaks off; half a file is none.
    whole = not part.depth or part.end < len(part.raw) or len(part.raw) < _CUT_FROM
    return Attachment(name[:MAX_LINE], part.type[:100], part.size(), part.content if whole else None, inline=shown)


def _best(found: list[list[_Body]], budget: Budget) -> list[_Body]:
    """Choose among alternatives: the first plain one that says something, else HTML."""
    plain = [bodies for bodies in found if bodies and not any(body.html for body in bodies)]
    for bodies in plain:
        if any(_says_something(body.part, budget) for body in bodies):
            return bodies
    rich = [bodies for bodies in found if any(body.html for body in bodies)]
    return (rich or plain or [[]])[0]


def _says_something(part: Part, budget: Budget) -> bool:
    text = clean_text(decode_bytes(part.content(2000), part.parameters.get("charset", ""))).strip()
    if len(text) < 300 and "html" in text.lower():  # noqa: PLR2004 - “your program shows no HTML” is short
        return False
    return bool(text) and budget.text_bytes > 0


def _text_of(body: _Body, budget: Budget) -> str:
    text = _decode(body.part, budget)
    if body.html:
        return clean_text(html_to_text(text))
    if body.part.parameters.get("format", "").lower() == "flowed":
        text = _unflow(text, delsp=body.part.parameters.get("delsp", "").lower() == "yes")
    return text.replace("\xa0", " ")


def _decode(part: Part, budget: Budget) -> str:
    allowed = min(MAX_TEXT_BYTES, budget.text_bytes)
    if part.end - part.start > allowed:
        budget.fail(part.type[:100], "text cut after 1 MB")
    data = part.content(allowed)
    budget.text_bytes -= min(part.end - part.start, allowed)
    return clean_text(decode_bytes(data, part.parameters.get("charset", "")))


def _unflow(text: str, *, delsp: bool) -> str:
    """Join the soft line breaks of format=flowed (RFC 3676)."""
    out: list[list[str]] = []
    open_depth = -1
    for line in text.split("\n"):
        bare = line.lstrip(">")
        depth = len(line) - len(bare)
        bare = bare.removeprefix(" ")
        soft = bare.endswith(" ") and bare != "-- "
        piece = bare[:-1] if soft and delsp else bare
        if depth == open_depth:
            out[-1].append(piece)
        else:
            out.append([f"{'>' * depth} {piece}" if depth else piece])
        open_depth = depth if soft else -1
    return "\n".join(["".join(pieces) for pieces in out])


def _file_name(part: Part) -> str:
    if "content-disposition" in part.headers:
        name = split_value(part.headers.get("content-disposition"))[1].get("filename", "")
        if name:
            return name
    return part.parameters.get("name", "")
