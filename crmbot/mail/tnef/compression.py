"""Compressed RTF ([MS-OXRTFCP])."""

import struct

_HEADER = struct.Struct("<IIII")
_COMPRESSED, _PLAIN = 0x75465A4C, 0x414C454D
_MOST_BYTES = 4 * 1024 * 1024
_WINDOW = 4096
_DICTIONARY = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor "
    rb"MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
"""What the window holds before the first byte."""


def decompress(data: bytes) -> bytes:
    """Return the RTF; what breaks off gives what was read so far, what is none gives nothing."""
    if len(data) < _HEADER.size:
        return b""
    _, size, kind, _ = _HEADER.unpack_from(data)
    size = min(size, _MOST_BYTES)
    if kind == _PLAIN:
        return data[_HEADER.size : _HEADER.size + size]
    return _unpack(data, size) if kind == _COMPRESSED else b""


def _unpack(data: bytes, size: int) -> bytes:
    window = bytearray(_DICTIONARY.ljust(_WINDOW, b" "))
    write = len(_DICTIONARY)
    out = bytearray()
    at = _HEADER.size
    while at < len(data) and len(out) < size:
        control = data[at]
        at += 1
        for bit in range(8):
            if not control >> bit & 1:
                piece = data[at : at + 1]
                at += 1
            else:
                reference = int.from_bytes(data[at : at + 2], "big")
                at += 2
                start, length = reference >> 4, (reference & 15) + 2
                if start == write:
                    return bytes(out[:size])
                # A piece may run into what it writes itself.
                ahead = (write - start) % _WINDOW
                piece = bytes(window[(start + n % ahead) % _WINDOW] for n in range(length))
            for byte in piece:
                window[write] = byte
                write = (write + 1) % _WINDOW
            out += piece
    return bytes(out[:size])
