"""Cells: what a spreadsheet program must not run, and how a table is written so that it doesn't."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from crmbot.errors import BadInput

_RUNS = re.compile(r"'*[=+\-@\t\r\n\x00\uff1d\uff0b\uff0d\uff20]")


def harmless(text: str) -> str:
    """Return a cell that no spreadsheet program takes for a formula; `plain` gives the text back."""
    return f"'{text}" if _RUNS.match(text) else text


def plain(cell: str) -> str:
    """Return the text of a cell that `harmless` made, any other as it is."""
    return cell[1:] if cell.startswith("'") and _RUNS.match(cell) else cell


class SheetWriter:
    """A table that is written row by row, harmless, with a mark that spreadsheet programs know UTF-8 by.

    Raises:
        BadInput: the file can't be written.
    """

    def __init__(self, file: Path, header: tuple[str, ...]) -> None:
        self._file = file
        try:
            self._handle = file.open("w", encoding="utf-8-sig", newline="")
        except OSError as error:
            raise self._refusal(error) from error
        self._rows = csv.writer(self._handle)
        self.count = 0
        self._write(header)

    def add(self, row: tuple[str, ...]) -> None:
        """Write a row."""
        self._write([harmless(cell) for cell in row])
        self.count += 1

    def _write(self, row: tuple[str, ...] | list[str]) -> None:
        try:
            self._rows.writerow(row)
        except OSError as error:
            raise self._refusal(error) from error

    def _refusal(self, error: OSError) -> BadInput:
        return BadInput(f"{self._file.parent} can't be written to: {error.strerror}.")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._handle.close()
        except OSError as closing:
            if error is None:
                raise self._refusal(closing) from closing


def write_sheet(file: Path, header: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> int:
    """Write a whole table; return the count of rows."""
    with SheetWriter(file, header) as sheet:
        for row in rows:
            sheet.add(row)
        return sheet.count
