"""Whether a request comes from Slack, decided before anything of it is read."""

import hashlib
import hmac
import re
from collections.abc import Iterable

MOST_BYTES = 1_000_000
"""A request of Slack's is far below; more is refused unread."""

_WINDOW = 5 * 60
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_TIMESTAMP = re.compile(r"\d{1,12}")


class Refused(Exception):
    """A request that is not answered; the text is a word for the log and holds nothing of the request."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def verify(body: bytes, headers: Iterable[tuple[str, str]], secret: str, now: float) -> str:
    """Return the delivery key of a genuine request: the same bytes have the same one.

    Raises:
        Refused: 401 for a signature that is missing, doubled, malformed, stale or wrong, 413 for too large a body.
    """
    if len(body) > MOST_BYTES:
        raise Refused(413, "oversize")
    found: dict[str, list[str]] = {"x-slack-request-timestamp": [], "x-slack-signature": []}
    for name, value in headers:
        if name.lower() in found:
            found[name.lower()].append(value)
    stamp = _only(found["x-slack-request-timestamp"], _TIMESTAMP, "timestamp")
    signature = _only(found["x-slack-signature"], _SIGNATURE, "signature")
    if abs(now - int(stamp)) > _WINDOW:
        raise Refused(401, "stale")
    expected = hmac.digest(secret.encode(), f"v0:{stamp}:".encode() + body, "sha256").hex()
    if not secret or not hmac.compare_digest(f"v0={expected}", signature):
        raise Refused(401, "wrong signature")
    return key_of(stamp, signature)


def _only(values: list[str], form: re.Pattern[str], what: str) -> str:
    if len(values) != 1:
        raise Refused(401, f"{'no' if not values else 'more than one'} {what}")
    if not values[0].isascii() or not form.fullmatch(values[0]):
        raise Refused(401, f"malformed {what}")
    return values[0]


def key_of(*parts: str) -> str:
    """Return a short, opaque key of what identifies an input."""
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
