"""Cells and files: what a spreadsheet program must not run, and how a file of unknown make is read."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crmbot.errors import BadInput

_MOST_CELL = 1_000_000
_DELIMITERS = ",;\t|"
_RUNS = re.compile(r"'*[=+\-@\t\r\n\x00\uff1d\uff0b\uff0d\uff20]")


def harmless(text: str) -> str:
    """Return a cell that no spreadsheet program takes for a formula; `plain` gives the text back."""
    return f"'{text}" if _RUNS.match(text) else text


def plain(cell: str) -> str:
    """Return the text of a cell that `harmless` made, any other as it is."""
    return cell[1:] if cell.startswith("'") and _RUNS.match(cell) else cell


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file's header and rows; `delimiter` tells where it comes from."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    delimiter: str


def read_sheet(file: Path) -> Sheet:
    """Read a file in UTF-8, UTF-16 or cp1252, its cells parted by comma, semicolon, tab or bar.

    Raises:
        BadInput: it can't be read, or has no header.
    """
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise BadInput(f"{file} can't be read: {error.strerror}.") from error
    text = _decoded(raw)
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    csv.field_size_limit(_MOST_CELL)
    try:
        rows = [tuple(plain(cell) for cell in row) for row in _rows(text, delimiter) if any(row)]
    except csv.Error as error:
        raise BadInput(f"{file} is no table: {error}.") from error
    if not rows:
        raise BadInput(f"{file} is empty; its first line has to name the columns.")
    width = len(rows[0])
    return Sheet(rows[0], tuple((*row, *[""] * (width - len(row)))[:width] for row in rows[1:]), delimiter)


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True)


def _decoded(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def write_sheet(file: Path, header: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> int:
    """Write a table, harmless and with a mark that spreadsheet programs know UTF-8 by; return the count of rows."""
    count = 0
    try:
        with file.open("w", encoding="utf-8-sig", newline="") as handle:
            writer = csv.writer(handle)
            writer.writerow(header)
            for row in rows:
                writer.writerow([harmless(cell) for cell in row])
                count += 1
    except OSError as error:
        raise BadInput(f"{file} can't be written: {error.strerror}.") from error
    return count
