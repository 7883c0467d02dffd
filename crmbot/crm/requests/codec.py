"""Requests as JSON and back, for buttons, modals and drafts."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from itertools import compress, repeat
from operator import ne
from typing import Any

from crmbot.crm.requests.base import REQUESTS, Due, Request
from crmbot.domain.line_items import LineItem
from crmbot.domain.money import Money
from crmbot.errors import BadInput

_OUTDATED = "This button was made by another version of crmbot; type the command instead."
_AS_THEY_ARE = frozenset({str, int, bool})
"""What JSON has itself."""
_FIELDS: dict[type[Request], tuple[tuple[str, ...], tuple[Any, ...]]] = {}


def encode(request: Request) -> dict[str, Any]:
    """Return the request as JSON values: its name, and only the fields that were said."""
    names, defaults = _fields(type(request))
    values = [*map(getattr, repeat(request), names)]
    data: dict[str, Any] = {"do": request.NAME}
    for name, value in compress(zip(names, values, strict=True), map(ne, values, defaults)):
        data[name] = value if type(value) in _AS_THEY_ARE else _plain(value)
    return data


def _fields(kind: type[Request]) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    """Return the names of a request's fields and their defaults, None for what has none; found out once."""
    known = _FIELDS.get(kind)
    if known is None:
        defaults = [None if field.default is MISSING else field.default for field in fields(kind)]
        known = _FIELDS[kind] = tuple(field.name for field in fields(kind)), tuple(defaults)
    return known


def decode(data: dict[str, Any]) -> Request:
    """Return the request that `encode` made; BadInput when this version knows no such request."""
    kind = REQUESTS.get(str(data.get("do")))
    if kind is None:
        raise BadInput(_OUTDATED)
    try:
        return kind(**{name: _value(value) for name, value in data.items() if name != "do"})
    except (TypeError, ValueError, KeyError, InvalidOperation) as error:
        raise BadInput(_OUTDATED) from error


def encode_known(name: str, known: Mapping[str, Any]) -> dict[str, Any]:
    """Return the request of that name as JSON values, as far as its fields are known."""
    data: dict[str, Any] = {"do": name}
    for field, value in known.items():
        if value is not None:
            data[field] = value if type(value) in _AS_THEY_ARE else _plain(value)
    return data


def decode_known(data: Mapping[str, Any]) -> tuple[type[Request], dict[str, Any]]:
    """Return the kind of request that `encode_known` was given, and its known fields; BadInput for anything else."""
    kind = REQUESTS.get(str(data.get("do")))
    if kind is None:
        raise BadInput(_OUTDATED)
    names, _ = _fields(kind)
    try:
        return kind, {name: _value(value) for name, value in data.items() if name in names}
    except (TypeError, ValueError, KeyError, InvalidOperation) as error:
        raise BadInput(_OUTDATED) from error


def _plain(value: Any) -> Any:
    written = _WRITTEN.get(type(value))
    return written(value) if written else value


def _line(item: LineItem) -> dict[str, Any]:
    numbers = (item.quantity, item.discount_percent, item.tax_percent)
    return {"line": [item.description, _plain(item.unit_price), *map(str, numbers)]}


_WRITTEN: dict[type, Callable[[Any], Any]] = {
    Money: lambda money: {"money": [money.minor, money.currency]},
    LineItem: _line,
    Due: lambda due: {"due": [_plain(due.at), _plain(due.on)]},
    datetime: lambda at: {"at": at.isoformat()},
    date: lambda day: {"on": day.isoformat()},
    tuple: lambda items: [_plain(item) for item in items],
}
"""What JSON has no word for, by its type."""


def _value(value: Any) -> Any:
    match value:
        case {"money": [minor, currency]}:
            return Money(int(minor), str(currency))
        case {"line": [description, price, quantity, discount, tax]}:
            return LineItem(str(description), _value(price), Decimal(quantity), Decimal(discount), Decimal(tax))
        case {"due": [at, on]}:
            return Due(_value(at), _value(on))
        case {"at": text}:
            return datetime.fromisoformat(text)
        case {"on": text}:
            return date.fromisoformat(text)
        case list():
            return tuple(_value(item) for item in value)
    return value
