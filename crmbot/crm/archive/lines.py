"""An archive's lines: read once to learn where each type stands, and again in the order of writing."""

import hashlib
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from crmbot.errors import BadInput

Source = Path | str | Iterable[Mapping[str, Any]]
"""A file, or lines as objects."""

_BOM = b"\xef\xbb\xbf"
MOST_LINE = 32 * 1024 * 1024
"""Bytes of the longest line that is read; a record's never comes near it, and the content of a file is in pieces."""

_OTHERS = {
    b"\x1f\x8b": "is compressed: unpack it with gunzip first",
    b"PK\x03\x04": "is a ZIP file: unpack it first",
    b"\xff\xfe": "is UTF-16: an archive is UTF-8",
    b"\xfe\xff": "is UTF-16: an archive is UTF-8",
    b"SQLite format 3": "is a backup of a whole store: bring it back with crmbot restore",
    b"PGDMP": "is a backup of a whole store: bring it back with crmbot restore",
}
"""How files begin that are no archive, and what they are."""


@dataclass(slots=True)
class Run:
    """Lines of one type that follow each other: the first one's number, and where they lie in the file."""

    kind: str
    line: int
    start: int
    end: int


@dataclass
class Lines:
    """An open archive; `runs` is known once it has been read."""

    file: BinaryIO
    size: int
    runs: list[Run] = field(default_factory=list)

    def read(self) -> Iterator[tuple[int, int, bytes]]:
        """Yield (number, position, bytes) of every line that is not empty; one that is too long comes cut."""
        self.file.seek(0)
        at, number = 0, 0
        while raw := self.file.readline(MOST_LINE + 1):
            number += 1
            start, at = at, at + len(raw)
            if len(raw) > MOST_LINE:
                at += self._skip_line(raw)
            raw_line = raw.removeprefix(_BOM) if number == 1 else raw
            if raw_line.strip():
                yield number, start, raw_line

    def _skip_line(self, raw: bytes) -> int:
        """Read to the end of a line that is too long, and return how many bytes that were."""
        skipped = 0
        while raw and not raw.endswith(b"\n"):
            raw = self.file.readline(MOST_LINE)
            skipped += len(raw)
        return skipped

    def note(self, kind: str, number: int, start: int, end: int) -> None:
        """Remember where a line of a type stands."""
        last = self.runs[-1] if self.runs else None
        if last is not None and last.kind == kind and last.end == start:
            last.end = end
        else:
            self.runs.append(Run(kind, number, start, end))

    def again(self, run: Run) -> Iterator[Any]:
        """Yield the objects of a run."""
        self.file.seek(run.start)
        at = run.start
        for raw in self.file:
            at += len(raw)
            yield as_object(raw.removeprefix(_BOM))
            if at >= run.end:
                return


@contextmanager
def open_lines(source: Source) -> Iterator[Lines]:
    """Open an archive; objects are written to a temporary file first, as they are read twice."""
    if isinstance(source, Path | str):
        with _opened(Path(source)) as file:
            _refuse_other(Path(source), file.read(16))
            yield Lines(file, Path(source).stat().st_size)
        return
    with tempfile.TemporaryFile() as file:
        for line in source:
            file.write(as_line(line))
        yield Lines(file, file.tell())


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise BadInput(f"{path} can't be read: {error.strerror}.") from error


def _refuse_other(path: Path, begins: bytes) -> None:
    """Say what a file is that is no archive."""
    if not begins:
        raise BadInput(f"{path.name} is empty.")
    for mark, said in _OTHERS.items():
        if begins.startswith(mark):
            raise BadInput(f"{path.name} {said}.")


def as_object(raw: bytes) -> Any:
    """Read a line; ValueError tells people what is wrong with it."""
    if len(raw) > MOST_LINE:
        raise ValueError(f"it is longer than {MOST_LINE // 1024 // 1024} MB")
    try:
        return _DECODER.decode(raw.decode())
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        raise ValueError(f"it is not UTF-8 (byte 0x{byte:02x} at {error.start + 1:,})") from None
    except json.JSONDecodeError as error:
        cut = "" if raw.endswith(b"\n") else "; the file ends here, it may have been cut"
        raise ValueError(f"it is not JSON ({error.msg} at {error.colno:,}){cut}") from None


def _refuse_constant(word: str) -> Any:
    raise ValueError(f"{word} is no number of JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


def as_line(line: Mapping[str, Any]) -> bytes:
    """Return an object as a line of an archive."""
    return json.dumps(line, ensure_ascii=False, separators=(", ", ": ")).encode() + b"\n"


class Fingerprint:
    """Tells a file's records from another's, so that the same ones are not imported twice."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.empty = True

    def add(self, raw: bytes) -> None:
        """Take a record's line in."""
        self._hash.update(raw.strip())
        self.empty = False

    def key(self) -> str:
        """Return the records' key."""
        return f"archive:{self._hash.hexdigest()}"
