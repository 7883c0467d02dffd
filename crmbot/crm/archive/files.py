"""The files of an archive: a line with the hash of the content, and lines with its pieces right after it."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy import exists, func, insert, select
from sqlalchemy.orm import Session

from crmbot.crm.archive.frame import Frame, Line
from crmbot.crm.archive.mistakes import Mistakes
from crmbot.crm.archive.shelf import Line as Written
from crmbot.crm.archive.shelf import Shelf, instant
from crmbot.models import Attachment, AttachmentBlob

FILE, PIECE = "file", "piece"
_PIECE = 384 * 1024
"""Bytes of a piece: a multiple of three, so that its base64 needs no filling, of half a million characters."""
_IS_USED = exists().where(
    Attachment.workspace_id == AttachmentBlob.workspace_id, Attachment.blob_id == AttachmentBlob.id
)


def files(shelf: Shelf) -> Iterator[Written]:
    """Yield the contents that mails have, each followed by its pieces; one content is held at a time."""
    columns = [column for column in AttachmentBlob.__table__.columns if column.name != "content"]
    for page in shelf.pages(AttachmentBlob, AttachmentBlob.id, columns=columns, only=_IS_USED):
        for row in page:
            yield {
                "type": FILE,
                "ref": row.id,
                "digest": row.digest,
                "size": row.size,
                "created_at": instant(row.created_at),
            }
            yield from _pieces(shelf, row.id)


def used_files(session: Session, workspace_id: str) -> int:
    """Count the contents that mails have."""
    mine = select(func.count()).select_from(AttachmentBlob).where(AttachmentBlob.workspace_id == workspace_id, _IS_USED)
    return session.scalar(mine) or 0


def _pieces(shelf: Shelf, blob_id: str) -> Iterator[Written]:
    same = (AttachmentBlob.workspace_id == shelf.workspace_id) & (AttachmentBlob.id == blob_id)
    content: bytes = shelf.session.execute(select(AttachmentBlob.content).where(same)).scalar_one()
    for position, start in enumerate(range(0, len(content), _PIECE)):
        piece = b64encode(content[start : start + _PIECE]).decode()
        yield {"type": PIECE, "file": blob_id, "position": position, "content": piece}


@dataclass
class FileCheck:
    """Follows a file's lines: its pieces in order, and their bytes as the file's line has them."""

    mistakes: Mistakes
    _line: int = 0
    _file: Mapping[str, Any] | None = None
    _pieces: int = 0
    _size: int = 0
    _hash: Any = None
    _spoilt: bool = False

    def begin(self, number: int, values: Mapping[str, Any]) -> None:
        """Take in the line of a file."""
        self.end()
        self._line, self._file, self._pieces, self._size, self._hash = number, values, 0, 0, sha256()
        self._spoilt = False

    def add(self, number: int, values: Mapping[str, Any]) -> None:
        """Take in the line of a piece."""
        if self._spoilt:
            return
        if self._file is None or values["file"] != self._file["ref"] or values["position"] != self._pieces:
            self.mistakes.add(number, "position", "a piece stands right after its file's line or the piece before it")
            self.spoil()
            return
        self._pieces += 1
        self._size += len(values["content"])
        self._hash.update(values["content"])

    def spoil(self) -> None:
        """Say no more of the file: what is wrong with it has been told."""
        self._file, self._spoilt = None, True

    def end(self) -> None:
        """Compare the pieces with their file, when one has been begun."""
        file, self._file = self._file, None
        if file is None:
            return
        if self._size != file["size"]:
            said = f"its pieces make {self._size:,} bytes, not {file['size']:,}; the archive was cut or changed"
            self.mistakes.add(self._line, "size", said)
        elif self._hash.hexdigest() != file["digest"]:
            self.mistakes.add(self._line, "digest", "the content has another SHA-256; the archive was changed")


@dataclass
class FileWriter:
    """Puts pieces together and writes each content once; one that the store has already is taken as it is."""

    session: Session
    frame: Frame
    _file: Line | None = None
    _pieces: list[bytes] = field(default_factory=list)

    def write(self, kind: str, values: Line) -> None:
        """Take in a line of a file or of a piece."""
        if kind == PIECE:
            self._pieces.append(values["content"])
            return
        self.finish()
        self._file = values

    def finish(self) -> None:
        """Write the file that was begun last."""
        if self._file is None:
            return
        line, self._file = self._file, None
        content, self._pieces = b"".join(self._pieces), []
        here = AttachmentBlob.workspace_id == self.frame.workspace_id
        known = self.session.scalar(select(AttachmentBlob.id).where(here, AttachmentBlob.digest == line["digest"]))
        if known is not None:
            self.frame.ids.files[line["ref"]] = known
            return
        row = {
            "workspace_id": self.frame.workspace_id,
            "id": self.frame.ids.own(FILE, line["ref"]),
            "digest": line["digest"],
            "size": line["size"],
            "content": content,
            "created_at": line.get("created_at") or self.frame.now,
        }
        self.session.execute(insert(AttachmentBlob), row)
