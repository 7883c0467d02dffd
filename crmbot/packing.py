"""JSON as the store, buttons, answers and reports carry it: without a space, and as short as Slack counts."""

import json
from typing import Any

import orjson

_AS_STRICT = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
"""What JSON has no word for is no JSON, as in the standard library."""


def packed(data: Any) -> str:
    """Return a value's text."""
    try:
        return orjson.dumps(data, None, _AS_STRICT).decode()
    except TypeError:
        # Half a character, as some clients cut them, isn't UTF-8; nor are numbers names.
        return json.dumps(data, separators=(",", ":"))
