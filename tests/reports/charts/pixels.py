"""Reads the PNGs that resvg writes (8 bits, RGB or RGBA), as far as tests of pictures need it."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

_CHANNELS = {2: 3, 6: 4}


@dataclass(frozen=True)
class Picture:
    width: int
    height: int
    channels: int
    rows: tuple[bytes, ...]

    def at(self, x: int, y: int) -> tuple[int, ...]:
        return tuple(self.rows[y][x * self.channels : x * self.channels + 3])

    def right_edge(self) -> int:
        """Return the first column that is white from there on."""
        white = b"\xff" * self.channels
        return max(
            x + 1
            for row in self.rows
            for x in range(self.width)
            if row[x * self.channels : (x + 1) * self.channels] != white
        )


def read_png(data: bytes) -> Picture:
    chunks = dict(_chunks(data))
    width, height, depth, colour = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert depth == 8
    channels = _CHANNELS[colour]
    raw = zlib.decompress(b"".join(body for kind, body in _chunks(data) if kind == b"IDAT"))
    rows: list[bytes] = []
    above = bytes(width * channels)
    for y in range(height):
        start = y * (width * channels + 1)
        above = _unfilter(raw[start], raw[start + 1 : start + 1 + width * channels], above, channels)
        rows.append(above)
    return Picture(width, height, channels, tuple(rows))


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 8
    while place < len(data):
        (size,) = struct.unpack(">I", data[place : place + 4])
        yield data[place + 4 : place + 8], data[place + 8 : place + 8 + size]
        place += size + 12


def _unfilter(kind: int, row: bytes, above: bytes, step: int) -> bytes:
    done = bytearray(row)
    for n in range(len(done)):
        left, up, corner = (done[n - step] if n >= step else 0), above[n], (above[n - step] if n >= step else 0)
        done[n] = (done[n] + (0, left, up, (left + up) // 2, _paeth(left, up, corner))[kind]) & 0xFF
    return bytes(done)


def _paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    return min((abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner))[2]
