"""Frozen values as JSON's own types."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from crmbot.domain.money import Money, exponent


def plain(value: Any) -> Any:
    """Turn a value into JSON's types: money into major units, instants into ISO 8601 with Z, records into objects."""
    kind = type(value)
    return value if kind in _PLAIN else (_WRITERS.get(kind) or _writer_for(kind))(value)


def field_names(kind: type[Any]) -> tuple[tuple[str, str], ...]:
    """Return the attributes of a dataclass or named tuple with their names outside; `from` can't name an attribute."""
    known = _KNOWN.get(kind)
    if known is None and is_dataclass(kind):
        known = tuple((field.name, field.metadata.get("name", field.name)) for field in fields(kind))
    elif known is None:
        known = tuple((name, name) for name in kind._fields)
    _KNOWN[kind] = known
    return known


def _money(value: Money) -> float:
    scale = _SCALES.get(value.currency)
    if scale is None:
        scale = _SCALES[value.currency] = 10 ** exponent(value.currency)
    return value.minor / scale


def _instant(value: datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")


def _mapping(value: Mapping[str, Any]) -> dict[str, Any]:
    return {key: plain(item) for key, item in value.items()}


def _several(value: Any) -> list[Any]:
    return [plain(item) for item in value]


def _writer_for(kind: type[Any]) -> Callable[[Any], Any]:
    """Return what turns values of a type into JSON's, and remember it: a report may hold thousands of one record."""
    known: Callable[[Any], Any]
    if issubclass(kind, str | int | float):
        known = _as_it_is
    elif issubclass(kind, datetime):
        known = _instant
    elif issubclass(kind, date):
        known = date.isoformat
    elif issubclass(kind, Mapping):
        known = _mapping
    elif is_dataclass(kind) or hasattr(kind, "_fields"):
        known = _record_writer(kind)
    else:
        known = _several
    _WRITERS[kind] = known
    return known


def _as_it_is(value: Any) -> Any:
    return value


def _record_writer(kind: type[Any]) -> Callable[[Any], dict[str, Any]]:
    names = [name for _, name in field_names(kind)]
    read = attrgetter(*(attribute for attribute, _ in field_names(kind))) if is_dataclass(kind) else iter
    alone, as_they_are, writers = len(names) == 1 and is_dataclass(kind), _PLAIN, _WRITERS

    def write(record: Any) -> dict[str, Any]:
        values = (read(record),) if alone else read(record)
        return {
            name: item if (kind := type(item)) in as_they_are else (writers.get(kind) or _writer_for(kind))(item)
            for name, item in zip(names, values, strict=True)
        }

    return write


_PLAIN = frozenset({type(None), str, int, float, bool})
_KNOWN: dict[type[Any], tuple[tuple[str, str], ...]] = {}
_SCALES: dict[str, int] = {}
_WRITERS: dict[type[Any], Callable[[Any], Any]] = {Money: _money}
