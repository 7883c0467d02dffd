"""Outlook's packages (TNEF) for tests, made as [MS-OXTNEF] has them."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PLAIN, HTML, RTF, SUBJECT = 0x1000, 0x1013, 0x1009, 0x0037
LONG_NAME, SHORT_NAME, MEDIA_TYPE, CONTENT_ID, HIDDEN = 0x3707, 0x3704, 0x370E, 0x3712, 0x7FFE


@dataclass(frozen=True)
class Packed:
    """A file in a package; `long_name` in UTF-16, as newer Outlooks write it."""

    name: str
    content: bytes
    long_name: str = ""
    inline: bool = False


def attribute(level: int, number: int, data: bytes) -> bytes:
    return struct.pack("<BII", level, number, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def properties(values: Mapping[int, bytes | str]) -> bytes:
    """Return a block of MAPI properties: bytes as binary, text as UTF-16."""
    out = [struct.pack("<I", len(values))]
    for number, value in values.items():
        data = value.encode("utf-16-le") + b"\0\0" if isinstance(value, str) else value
        kind = 0x1F if isinstance(value, str) else 0x102
        out.append(struct.pack("<HHII", kind, number, 1, len(data)) + data + b"\0" * (-len(data) % 4))
    return b"".join(out)


def package(
    values: Mapping[int, bytes | str] | None = None,
    files: Sequence[Packed] = (),
    *,
    codepage: int = 1252,
    body: bytes = b"",
) -> bytes:
    """Return a whole stream."""
    out = [struct.pack("<IH", 0x223E9F78, 1), attribute(1, 0x00089006, struct.pack("<I", 0x10000))]
    out.append(attribute(1, 0x00069007, struct.pack("<II", codepage, 0)))
    if body:
        out.append(attribute(1, 0x0002800C, body))
    if values:
        out.append(attribute(1, 0x00069003, properties(values)))
    for file in files:
        out.append(attribute(2, 0x00069002, b"\0" * 14))
        out.append(attribute(2, 0x00018010, file.name.encode("cp1252", "replace") + b"\0"))
        out.append(attribute(2, 0x0006800F, file.content))
        more: dict[int, bytes | str] = {LONG_NAME: file.long_name} if file.long_name else {}
        if file.inline:
            more[CONTENT_ID] = "image001.png@x"
        if more:
            out.append(attribute(2, 0x00069005, properties(more)))
    return b"".join(out)


def uncompressed_rtf(rtf: bytes) -> bytes:
    """Return RTF as the format for text that is not worth compressing."""
    return struct.pack("<IIII", len(rtf) + 12, len(rtf), 0x414C454D, 0) + rtf
