"""The tree of MIME parts, found by searching for boundary lines; every step costs from one budget."""

from dataclasses import dataclass, field

from crmbot.mail.message.decoding import decode_transfer
from crmbot.mail.message.headers import Headers, split_headers, split_value
from crmbot.mail.message.limits import MAX_DEPTH, MAX_PARTS, Budget

_NEWLINES = b"\r\n"


@dataclass(slots=True)
class Part:
    """One part: its headers, its type, where its body lies in the mail, and its children."""

    headers: Headers
    type: str
    parameters: dict[str, str]
    raw: bytes
    start: int
    end: int
    depth: int
    children: list["Part"] = field(default_factory=list)

    @property
    def payload(self) -> bytes:
        """The body as it was sent."""
        return self.raw[self.start : self.end]

    @property
    def encoding(self) -> str:
        """The Content-Transfer-Encoding, lower-case."""
        raw = self.headers.raw("content-transfer-encoding")
        return raw[0].decode("ascii", "replace").strip().lower() if raw else ""

    def content(self, limit: int) -> bytes:
        """Return the decoded body, of which at most `limit` encoded bytes are read."""
        return decode_transfer(self.raw[self.start : min(self.end, self.start + limit)], self.encoding)

    def size(self) -> int:
        """Return how many bytes the decoded body has, without decoding it when it is base64."""
        if self.encoding != "base64":
            return len(decode_transfer(self.payload, self.encoding))
        data = self.payload
        letters = len(data) - data.count(b"\n") - data.count(b"\r") - data.count(b" ")
        return letters * 3 // 4 - data[-6:].count(b"=")


def read_part(raw: bytes, start: int, end: int, budget: Budget, *, depth: int = 0, default: str = "text/plain") -> Part:
    """Read the part at raw[start:end] with all its children, as far as the budget goes."""
    headers, body = split_headers(raw, start, end, budget)
    kind, parameters = split_value(headers.get("content-type")) if "content-type" in headers else (default, {})
    if "/" not in kind:
        kind = default
    part = Part(headers, kind, parameters, raw, body, end, depth)
    if kind.startswith("multipart/"):
        _read_children(part, budget)
    return part


def _read_children(part: Part, budget: Budget) -> None:
    if part.depth >= MAX_DEPTH:
        budget.fail("parts", f"parts nested deeper than {MAX_DEPTH}, the rest left out")
        return
    boundary = part.parameters.get("boundary", "").rstrip().encode("utf-8", "replace")
    spans = _spans(part, boundary, budget) if boundary else []
    if not spans:
        budget.fail(part.type, "its boundary is nowhere to be found, read as text")
        part.type = "text/plain"
        return
    default = "message/rfc822" if part.type == "multipart/digest" else "text/plain"
    for start, end in spans:
        if budget.parts <= 0:
            budget.fail("parts", f"more than {MAX_PARTS} parts, the rest left out")
            return
        budget.parts -= 1
        child = read_part(part.raw, start, end, budget, depth=part.depth + 1, default=default)
        part.children.append(child)


def _spans(part: Part, boundary: bytes, budget: Budget) -> list[tuple[int, int]]:
    """Return where each child lies: after a boundary line, up to the newline before the next one."""
    raw, end = part.raw, part.end
    line = b"--" + boundary
    out: list[tuple[int, int]] = []
    opened = -1
    at = part.start
    while budget.boundary_lines > 0 and len(out) <= budget.parts:
        found = raw.find(line, at, end)
        if found < 0:
            break
        budget.boundary_lines -= 1
        at = found + len(line)
        if found > part.start and raw[found - 1] not in _NEWLINES:
            continue
        stop = raw.find(b"\n", at, min(end, at + 200))
        tail = raw[at : stop if stop >= 0 else min(end, at + 200)].strip()
        if tail not in (b"", b"--"):
            continue
        if opened >= 0:
            out.append((opened, _before_newline(raw, opened, found)))
        opened = -1 if tail else (stop + 1 if stop >= 0 else end)
        if tail:
            return out
    if budget.boundary_lines <= 0:
        budget.fail("parts", "too many lines that look like boundaries, the rest left out")
    elif opened >= 0 and len(out) <= budget.parts:
        out.append((opened, end))  # cut off on the way: no closing line
    return out


def _before_newline(raw: bytes, start: int, at: int) -> int:
    if at > start and raw[at - 1 : at] == b"\n":
        at -= 1
    if at > start and raw[at - 1 : at] == b"\r":
        at -= 1
    return at
