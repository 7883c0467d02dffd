"""How the two processes speak: frames of bytes over a socket, and mails as values of known types alone."""

import io
import pickle
import socket
from typing import Any
from zoneinfo import ZoneInfo

from crmbot.mail.message.parts import Part
from crmbot.mail.values import Mail

_LENGTH_BYTES = 8
_RAW = "raw"
# What a reader that a mail has taken over may make its worker build: values, no functions.
_MODULES = frozenset(
    {f"crmbot.domain.{name}" for name in ("bounces", "files", "identity", "meetings")}
    | {
        "crmbot.mail.values",
        "crmbot.mail.invites.lines",
        "crmbot.mail.invites.zones",
        "crmbot.mail.message.headers",
        "crmbot.mail.message.parts",
    }
)
_NAMES = frozenset(
    {("datetime", name) for name in ("datetime", "date", "time", "timedelta", "timezone")}
    | {("zoneinfo", "ZoneInfo"), ("functools", "partial"), ("crmbot.mail.attachments", "_cut")}
)


def send(to: socket.socket, content: bytes) -> None:
    """Send one frame."""
    to.sendall(len(content).to_bytes(_LENGTH_BYTES, "big"))
    to.sendall(content)


def receive(source: socket.socket) -> bytes | None:
    """Return the next frame; None when the other side has gone."""
    head = _exactly(source, _LENGTH_BYTES)
    return _exactly(source, int.from_bytes(head, "big")) if head else None


def pack(mail: Mail, raw: bytes) -> bytes:
    """Return a mail as bytes; what its attachments need of the raw mail is not repeated."""
    out = io.BytesIO()
    _Packer(out, raw).dump(mail)
    return out.getvalue()


def unpack(packed: bytes, raw: bytes) -> Mail:
    """Return the mail that was packed; pickle.UnpicklingError when it is none."""
    found = _Unpacker(io.BytesIO(packed), raw).load()
    if not isinstance(found, Mail):
        raise pickle.UnpicklingError(f"a {type(found).__name__} in place of a mail")
    return found


def _exactly(source: socket.socket, size: int) -> bytes | None:
    buffer = bytearray(size)
    view, at = memoryview(buffer), 0
    while at < size:
        got = source.recv_into(view[at:])
        if not got:
            return None
        at += got
    return bytes(buffer)


def _method_of(one: object, name: str) -> Any:
    """Return a part's way to its content, or a zone's to itself; in place of `getattr`, by which methods are packed."""
    if isinstance(one, Part) and name == "content":
        return one.content
    if one is ZoneInfo and name == "_unpickle":
        return getattr(ZoneInfo, name)
    raise pickle.UnpicklingError(f"{name} of {one!r:.50} is not part of a mail")


class _Packer(pickle.Pickler):
    def __init__(self, out: io.BytesIO, raw: bytes) -> None:
        super().__init__(out, protocol=pickle.HIGHEST_PROTOCOL)
        self._raw = raw

    def persistent_id(self, one: object) -> str | None:
        return _RAW if one is self._raw else None


class _Unpacker(pickle.Unpickler):
    def __init__(self, packed: io.BytesIO, raw: bytes) -> None:
        super().__init__(packed)
        self._raw = raw

    def persistent_load(self, pid: object) -> bytes:
        if pid != _RAW:
            raise pickle.UnpicklingError(f"nothing is kept as {pid!r}")
        return self._raw

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("builtins", "getattr"):
            return _method_of
        if (module, name) in _NAMES or (module in _MODULES and "." not in name):
            found = super().find_class(module, name)
            if isinstance(found, type) or (module, name) in _NAMES:
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is not part of a mail")
