"""A header block: names to raw values, decoded only when asked for."""

import re

from crmbot.mail.message.decoding import clean_text, decode_bytes, decode_header
from crmbot.mail.message.limits import MAX_HEADERS, MAX_LINE, Budget

_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)\n?")
_BLANK = re.compile(rb"[ \t]*\r?(?:\n|\Z)")
_PARAMETER = re.compile(r";\s*([\w!#$%&'*+.^`{|}~-]{1,80})\s*=\s*(\"(?:[^\"\\]|\\.)*\"|[^;\s\"]*)")
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")


class Headers:
    """The headers of one message or part."""

    __slots__ = ("_first", "_values")

    def __init__(self, values: dict[str, list[bytes]]) -> None:
        self._values = values
        self._first: dict[str, str] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def has_any(self, names: frozenset[str]) -> bool:
        """Say whether any of the lower-case names stands there."""
        return not names.isdisjoint(self._values)

    def raw(self, name: str) -> tuple[bytes, ...]:
        """Return every value of the lower-case name as it stands, top-most first."""
        return tuple(self._values.get(name, ()))

    def all(self, name: str, limit: int = MAX_LINE) -> tuple[str, ...]:
        """Return every value of the lower-case name, decoded, top-most first."""
        return tuple([decode_header(value[: 4 * limit])[:limit] for value in self._values.get(name, ())])

    def mailboxes(self, name: str, limit: int) -> tuple[str, ...]:
        """Return every value of a header that holds mailboxes, its encoded names quoted where they need it."""
        values = self._values.get(name, ())
        return tuple([decode_header(value[: 4 * limit], quoting=True)[:limit] for value in values])

    def plain(self, name: str, limit: int) -> tuple[str, ...]:
        """Return every value of a header that servers write: on one line, encoded words left as they stand."""
        values = self._values.get(name, ())
        return tuple([decode_header(value[: 4 * limit], words=False)[:limit] for value in values])

    def get(self, name: str) -> str:
        """Return the top-most value of the lower-case name, decoded; "" when there is none."""
        values = self._values.get(name)
        if not values:
            return ""
        known = self._first.get(name)
        if known is None:
            known = self._first[name] = decode_header(values[0][: 4 * MAX_LINE])[:MAX_LINE]
        return known


def split_headers(raw: bytes, start: int, end: int, budget: Budget) -> tuple[Headers, int]:
    """Read the header block of raw[start:end]; return it with the place where the body begins."""
    values: dict[str, list[bytes]] = {}
    stop = min(end, start + MAX_HEADERS)
    at = start
    while at < stop:
        field = _FIELD.match(raw, at, stop)
        if field:
            values.setdefault(field[1].decode("ascii").lower(), []).append(field[2].rstrip(b"\r"))
            at = field.end()
            continue
        blank = _BLANK.match(raw, at, stop)
        if blank:
            return Headers(values), blank.end()
        if raw.startswith((b"From ", b">From "), at) or raw[at : at + 1] in b" \t":
            at = (raw.find(b"\n", at, stop) + 1) or stop  # an mbox line, or a fold of nothing
            continue
        if stop < end and raw.find(b"\n", at, stop) < 0:
            break  # a field that the cap cuts
        return Headers(values), at
    if stop < end:
        budget.fail("headers", "more than 256 kB of headers, the rest left out")
        at = _find_body(raw, stop, end)
    return Headers(values), at


def split_value(value: str) -> tuple[str, dict[str, str]]:
    """Split `text/plain; charset=x` into its lower-case value and its parameters (RFC 2045, RFC 2231)."""
    head, semicolon, rest = value.partition(";")
    if not semicolon:
        return head.strip().lower(), {}
    found: dict[str, str] = {}
    for match in _PARAMETER.finditer(";" + rest):
        text = match[2]
        if text.startswith('"'):
            text = re.sub(r"\\(.)", r"\1", text[1:-1])
        found.setdefault(match[1].lower(), text)
    return head.strip().lower(), _join_continued(found) if any("*" in key for key in found) else found


def _find_body(raw: bytes, start: int, end: int) -> int:
    places = [p + n for p, n in ((raw.find(b"\n\n", start, end), 2), (raw.find(b"\r\n\r\n", start, end), 4)) if p >= 0]
    return min(places, default=end)


def _join_continued(found: dict[str, str]) -> dict[str, str]:
    out = {key: text for key, text in found.items() if "*" not in key}
    for name in {key.partition("*")[0] for key in found if "*" in key}:
        pieces = [found[name + "*"]] if name + "*" in found else []
        for number in range(len(found)):
            piece = found.get(f"{name}*{number}*", found.get(f"{name}*{number}"))
            if piece is None:
                break
            pieces.append(piece)
        charset, quote, text = "".join(pieces).partition("'")
        data = (text.partition("'")[2] if quote else charset).encode("utf-8", "surrogateescape")
        bare = _PERCENT.sub(lambda m: bytes([int(m[1], 16)]), data)
        out[name] = clean_text(decode_bytes(bare, charset if quote else ""))
    return out
