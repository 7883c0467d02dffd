"""Frozen values as JSON's own types."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any

from crmbot.domain.money import Money, exponent


def plain(value: Any) -> Any:
    """Turn a value into JSON's types: money into major units, instants into ISO 8601 with Z, records into objects."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is Money:
        return value.minor / 10 ** exponent(value.currency)
    if isinstance(value, str | int | float):
        return value
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if is_dataclass(value):
        return {
            name: item if type(item := getattr(value, attribute)) in _PLAIN else plain(item)
            for attribute, name in field_names(kind)
        }
    return [plain(item) for item in value]


def field_names(kind: type[Any]) -> tuple[tuple[str, str], ...]:
    """Return a dataclass's attributes with their names outside; `from` is no name for an attribute."""
    known = _KNOWN.get(kind)
    if known is None:
        known = _KNOWN[kind] = tuple((field.name, field.metadata.get("name", field.name)) for field in fields(kind))
    return known


_PLAIN = frozenset({type(None), str, int, float, bool})
_KNOWN: dict[type[Any], tuple[tuple[str, str], ...]] = {}
