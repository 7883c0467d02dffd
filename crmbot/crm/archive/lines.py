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
        """Yield (number, position, bytes) of every line that is not empty."""
        self.file.seek(0)
        at = 0
        for number, raw in enumerate(self.file, 1):
            start, at = at, at + len(raw)
            raw_line = raw.removeprefix(_BOM) if number == 1 else raw
            if raw_line.strip():
                yield number, start, raw_line

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
            yield json.loads(raw.removeprefix(_BOM).decode())
            if at >= run.end:
                return


@contextmanager
def open_lines(source: Source) -> Iterator[Lines]:
    """Open an archive; objects are written to a temporary file first, as they are read twice."""
    if isinstance(source, Path | str):
        with _opened(Path(source)) as file:
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
