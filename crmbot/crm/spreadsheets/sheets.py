"""A table's file, however it was made: encoding and delimiter are found out, and its rows come one by one."""

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crmbot.crm.spreadsheets.cells import plain
from crmbot.errors import BadInput

Row = tuple[str, ...]

_MOST_CELL = 1_000_000
_DELIMITERS = ",;\t|"
_BLOCK = 1024 * 1024
_SAYS_DELIMITER = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
"""A first line for Excel alone, before that of the column names."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that was looked through once: its columns, how many rows it has, and how it is written."""

    file: Path
    header: Row
    count: int
    encoding: str
    delimiter: str

    def rows(self) -> Iterator[Row]:
        """Read the rows, each as wide as the header; lines without a word are none."""
        width = len(self.header)
        lines = _lines(self.file, self.encoding, self.delimiter)
        next(lines)
        for row in lines:
            yield row if len(row) == width else (*row, *[""] * (width - len(row)))[:width]


def open_sheet(file: Path) -> Sheet:
    """Look through a file in UTF-8, UTF-16 or cp1252, its cells parted by comma, semicolon, tab or bar.

    Raises:
        BadInput: it can't be read, has no header, or is no table to its last line.
    """
    csv.field_size_limit(_MOST_CELL)
    try:
        encoding = _encoding_of(file)
        delimiter = _delimiter_of(file, encoding)
        lines = _lines(file, encoding, delimiter)
        header = next(lines, None)
        count = sum(1 for _ in lines)
    except OSError as error:
        raise BadInput(f"{file} can't be read: {error.strerror}.") from error
    except csv.Error as error:
        raise BadInput(f"{file} is no table: {error}.") from error
    if header is None:
        raise BadInput(f"{file} is empty; its first line has to name the columns.")
    return Sheet(file, header, count, encoding, delimiter)


def _lines(file: Path, encoding: str, delimiter: str) -> Iterator[Row]:
    """Yield the header and the rows, without the line for Excel."""
    with file.open(encoding=encoding, errors="replace", newline="") as handle:
        if not _SAYS_DELIMITER.fullmatch(handle.readline().strip()):
            handle.seek(0)
        for row in csv.reader(handle, delimiter=delimiter, strict=True):
            if any(row):
                yield tuple(map(plain, row))


def _delimiter_of(file: Path, encoding: str) -> str:
    with file.open(encoding=encoding, errors="replace") as handle:
        first = handle.readline(_MOST_CELL)
    said = _SAYS_DELIMITER.fullmatch(first.strip())
    return said[1] if said else max(_DELIMITERS, key=first.count)


def _encoding_of(file: Path) -> str:
    """Return how a file is written: as its first bytes say, else UTF-8 when all of it is, else cp1252."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with file.open("rb") as handle:
        block = handle.read(_BLOCK)
        if block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        try:
            while block:
                decoder.decode(block)
                block = handle.read(_BLOCK)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"
