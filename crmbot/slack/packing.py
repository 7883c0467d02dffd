"""JSON as buttons, forms and answers carry it: without a space, and as short as Slack counts."""

import json
from typing import Any

import orjson


def packed(data: dict[str, Any]) -> str:
    """Return a value's text."""
    try:
        return orjson.dumps(data).decode()
    except TypeError:
        # Half a character, as some clients cut them, isn't UTF-8.
        return json.dumps(data, separators=(",", ":"))
