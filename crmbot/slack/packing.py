"""JSON as buttons and forms carry it: without a space, and as short as Slack counts."""

import json
from typing import Any

_encoder = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)
"""Kept, as making one costs more than what it writes; a card has a dozen values."""


def packed(data: dict[str, Any]) -> str:
    """Return a value's text."""
    return _encoder.encode(data)
