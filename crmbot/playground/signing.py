"""Slack's request signature, version 0."""

import hashlib
import hmac


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Return the value of X-Slack-Signature for a body sent at a Unix time."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def signed_headers(secret: str, timestamp: float, body: bytes, content_type: str) -> dict[str, str]:
    """Return the headers Slack puts on a request to an app."""
    stamp = str(int(timestamp))
    return {
        "Content-Type": content_type,
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "Accept": "application/json,*/*",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": sign(secret, stamp, body),
    }


def retry_headers(number: int, reason: str) -> dict[str, str]:
    """Return the headers Slack adds when it sends an event again."""
    return {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason}
