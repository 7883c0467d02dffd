"""Reading the arguments of a Web API call, which come as a form or as JSON, and as text or as values."""

import json
from collections.abc import Mapping
from email.message import Message as MailMessage
from typing import Any
from urllib.parse import parse_qsl

from crmbot.playground.records import Json


class ApiError(Exception):
    """An answer with `ok: false`; `extra` joins the answer."""

    def __init__(self, code: str, **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.extra = extra


def read_arguments(content_type: str, body: bytes, query: Mapping[str, str]) -> Json:
    """Return the arguments of a call from its query and its body; ApiError when the body is unreadable."""
    header = MailMessage()
    header["Content-Type"] = content_type or "application/x-www-form-urlencoded"
    if header.get_content_type() == "application/json":
        try:
            found = json.loads(body or b"{}")
        except ValueError as error:
            raise ApiError("invalid_json") from error
        if not isinstance(found, dict):
            raise ApiError("json_not_object")
        return {**query, **found}
    return {**query, **dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))}


def flag(args: Json, name: str, *, default: bool = False) -> bool:
    """Return a truth value sent as a boolean, as 1 or 0, or as a word."""
    value = args.get(name)
    return default if value is None else str(value).lower() in {"1", "true", "yes"}


def whole(args: Json, name: str, default: int) -> int:
    """Return an integer sent as a number or as digits."""
    value = str(args.get(name, default))
    if not value.lstrip("-").isdigit():
        raise ApiError("invalid_arguments", response_metadata={"messages": [f"[ERROR] {name} must be an integer"]})
    return int(value)


def structured(args: Json, name: str) -> Any:
    """Return an object or list sent as such or as JSON text; malformed text comes back as it is."""
    value = args.get(name)
    if isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
