"""Requests as one short line, for tables of cases: only what was said."""

from dataclasses import MISSING, fields
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from crmbot.crm.requests import Due, Request
from crmbot.domain.line_items import LineItem, as_typed
from crmbot.domain.money import Money


def told(request: Request, zone: ZoneInfo) -> str:
    """Return the request's name and the fields that are not as by default; instants on the zone's clocks."""
    parts = [request.NAME]
    for field in fields(request):
        value = getattr(request, field.name)
        if field.default is MISSING or value != field.default:
            parts.append(f"{field.name}={_plain(value, zone)}")
    return " ".join(parts)


def _plain(value: Any, zone: ZoneInfo) -> str:
    match value:
        case Money():
            return f"{value.amount}{value.currency}"
        case Due():
            return _plain(value.at or value.on, zone)
        case datetime():
            return f"{value.astimezone(zone):%Y-%m-%dT%H:%M%z}"
        case date():
            return value.isoformat()
        case (LineItem(), *_):
            return f"({'; '.join(map(as_typed, value))})"
        case tuple():
            return f"({', '.join(str(item) for item in value)})"
        case str() if " " in value or not value:
            return f"“{value}”"
        case _:
            return str(value)
