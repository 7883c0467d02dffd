"""Whether a request comes from Slack, decided before anything of it is read."""

import hashlib
import hmac
import re
from collections.abc import Sequence

MOST_BYTES = 1_000_000
"""A request of Slack's is far below; more is refused unread."""

_WINDOW = 5 * 60
_KEY_LENGTH = 32
"""128 bits: nobody finds two inputs with one key, and each effect keeps two of them."""
_STAMP, _SIGNATURE = b"x-slack-request-timestamp", b"x-slack-signature"
_STAMP_FORM = re.compile(rb"\d{1,12}")
_SIGNATURE_FORM = re.compile(rb"v0=[0-9a-f]{64}")

Heads = Sequence[tuple[bytes, bytes]]
"""Headers as ASGI gives them: (name in lower case, value), one that came twice twice."""


class Refused(Exception):
    """A request that is not answered; the text is a word for the log and holds nothing of the request."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def verify(body: bytes, headers: Heads, secret: str, now: float) -> str:
    """Return the delivery key of a genuine request: the same bytes have the same one.

    Raises:
        Refused: 401 for a signature that is missing, doubled, malformed, stale or wrong, 413 for too large a body.
    """
    if len(body) > MOST_BYTES:
        raise Refused(413, "oversize")
    once = dict(headers)
    if len(once) != len(headers):
        _refuse_doubles([name for name, _ in headers])
    stamp, signature = once.get(_STAMP, b""), once.get(_SIGNATURE, b"")
    if not _STAMP_FORM.fullmatch(stamp) or not _SIGNATURE_FORM.fullmatch(signature):
        raise Refused(401, "no time or signature, or a malformed one")
    if abs(now - int(stamp)) > _WINDOW:
        raise Refused(401, "stale")
    expected = hmac.digest(secret.encode(), b"v0:%b:%b" % (stamp, body), "sha256").hex()
    if not secret or not hmac.compare_digest(f"v0={expected}".encode(), signature):
        raise Refused(401, "wrong signature")
    return hashlib.sha256(b"%b\x00%b" % (stamp, signature)).hexdigest()[:_KEY_LENGTH]


def _refuse_doubles(names: list[bytes]) -> None:
    if names.count(_STAMP) > 1 or names.count(_SIGNATURE) > 1:
        raise Refused(401, "more than one time or signature")


def key_of(*parts: str) -> str:
    """Return a short, opaque key of what identifies an input."""
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:_KEY_LENGTH]
