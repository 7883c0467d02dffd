"""The attributes of a TNEF stream ([MS-OXTNEF] 2.1), and the MAPI properties inside them."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

SIGNATURE = b"\x78\x9f\x3e\x22"
_HEADER = struct.Struct("<BII")
_MOST_ATTRIBUTES = 2_000
_MOST_PROPERTIES = 2_000
_MOST_VALUES = 1_000

_FIXED = {0x0002: 4, 0x0003: 4, 0x0004: 4, 0x0005: 8, 0x0006: 8, 0x0007: 8, 0x000A: 4, 0x000B: 4, 0x0014: 8, 0x0040: 8}
_FIXED[0x0048] = 16
"""Type -> bytes of a value, padded to four."""
_OBJECT, _STRING, _UNICODE, _BINARY = 0x000D, 0x001E, 0x001F, 0x0102
_VARIABLE = frozenset({_OBJECT, _STRING, _UNICODE, _BINARY})
_MULTIPLE = 0x1000
_NAMED = 0x8000
_GUID = 16


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute: its id without the type, and its bytes."""

    id: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Value:
    """A property's first value, as bytes; `unicode` when it is text in UTF-16."""

    data: bytes
    unicode: bool = False


def read_attributes(raw: bytes) -> Iterator[Attribute]:
    """Yield the attributes of a stream until it ends or breaks off."""
    if not raw.startswith(SIGNATURE):
        return
    at = 6  # the signature and a key that nobody needs
    for _ in range(_MOST_ATTRIBUTES):
        if at + _HEADER.size > len(raw):
            return
        level, name, length = _HEADER.unpack_from(raw, at)
        at += _HEADER.size
        if level not in (1, 2) or at + length > len(raw):
            return
        yield Attribute(name & 0xFFFF, raw[at : at + length])
        at += length + 2  # a checksum that servers get wrong


def read_properties(data: bytes) -> dict[int, Value]:
    """Return the unnamed properties of a block by their id; what breaks off ends it."""
    found: dict[int, Value] = {}
    reader = _Reader(data)
    for _ in range(min(reader.number(), _MOST_PROPERTIES)):
        kind, name = reader.short(), reader.short()
        if name >= _NAMED:
            reader.skip_name()
        value = _value(reader, kind)
        if reader.broken:
            break
        if value is not None and name < _NAMED:
            found.setdefault(name, value)
    return found


def _value(reader: "_Reader", kind: int) -> Value | None:
    base = kind & ~_MULTIPLE
    if base in _VARIABLE:
        return _variable(reader, base)
    if base not in _FIXED:
        reader.broken = True
        return None
    count = reader.number() if kind & _MULTIPLE else 1
    first: Value | None = None
    for _ in range(min(count, _MOST_VALUES)):
        data = reader.take(_FIXED[base])
        first = first or Value(data)
        if reader.broken:
            break
    return first


def _variable(reader: "_Reader", base: int) -> Value | None:
    first: Value | None = None
    for _ in range(min(reader.number(), _MOST_VALUES)):
        length = reader.number()
        data = reader.take(length)
        reader.take(-length % 4)
        if reader.broken:
            break
        if first is None:
            first = Value(data, unicode=base == _UNICODE)
    return first


class _Reader:
    """Numbers and bytes one after the other; past the end `broken` is set and zeros come."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at, self.broken = data, 0, False

    def take(self, length: int) -> bytes:
        """Return the next bytes, none of them when there are too few."""
        if length > len(self._data) - self._at:
            self.broken = True
            return b""
        self._at += length
        return self._data[self._at - length : self._at]

    def number(self) -> int:
        """Return the next four bytes as a number."""
        return int.from_bytes(self.take(4), "little")

    def short(self) -> int:
        """Return the next two bytes as a number."""
        return int.from_bytes(self.take(2), "little")

    def skip_name(self) -> None:
        """Pass over the name of a named property: a GUID, then a number or a text."""
        self.take(_GUID)
        if self.number() == 0:
            self.take(4)
            return
        length = self.number()
        self.take(length + -length % 4)
