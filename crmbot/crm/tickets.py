"""Tickets: signed words that are good for a while, made and read by whoever has the key."""

import hmac
from base64 import b32encode
from datetime import datetime

from crmbot.crm.policy import Policy

_MARK = "."


def make_ticket(policy: Policy, what: str, *parts: str, until: datetime) -> str:
    """Return a ticket for `what` that says these parts, which hold no full stop."""
    said = _MARK.join((*parts, str(int(until.timestamp()))))
    return f"{said}{_MARK}{_signature(policy, what, said)}"


def read_ticket(policy: Policy, what: str, ticket: str, now: datetime) -> tuple[str, ...] | None:
    """Return the parts of a ticket; None when it was not made here for that, or its time is over."""
    said, _, signature = ticket.rpartition(_MARK)
    if not ticket.isascii() or not hmac.compare_digest(_signature(policy, what, said), signature):
        return None
    *parts, until = said.split(_MARK)
    return tuple(parts) if int(until) >= now.timestamp() else None


def _signature(policy: Policy, what: str, said: str) -> str:
    made = hmac.new(policy.secret_key, f"crmbot.{what} {said}".encode(), "sha256")
    return b32encode(made.digest()).decode("ascii").rstrip("=").lower()
