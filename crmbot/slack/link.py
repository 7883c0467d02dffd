"""One WebSocket to Slack: framing by wsproto, a thread that reads, pings that notice a dead peer."""

import select
import socket
import ssl
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    CloseConnection,
    Event,
    Ping,
    RejectConnection,
    Request,
    TextMessage,
)
from wsproto.utilities import ProtocolError

PING_SECONDS = 5.0
STALE_SECONDS = 20.0
_LOOK_SECONDS = 0.5
_PIECE = 65_536
_MOST_CHARACTERS = 8_000_000


class Link:
    """A link that is open from `open` until `close`, or until it breaks; `on_text` gets each whole message."""

    def __init__(self, url: str, on_text: Callable[["Link", str], None], *, seconds: float = 10.0) -> None:
        self._url = url
        self._on_text = on_text
        self._seconds = seconds
        self._protocol = WSConnection(ConnectionType.CLIENT)
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._accepted = False
        self._parts: list[str] = []
        self.is_open = False
        self.opened_at = self.heard_at = 0.0
        """Unix seconds: when it was opened, and when last anything came over it."""
        self.leaving_at: float | None = None
        """When a newer link took its place."""

    def open(self) -> None:
        """Connect and shake hands; OSError when that fails within the time."""
        target = urlsplit(self._url)
        self._socket = _connect(target.hostname or "", target.port, self._seconds, secure=target.scheme == "wss")
        path = f"{target.path or '/'}?{target.query}" if target.query else target.path or "/"
        try:
            self._socket.sendall(self._protocol.send(Request(host=target.netloc, target=path)))
            while not self._accepted:
                self._receive()
        except (OSError, ProtocolError) as error:
            self._socket.close()
            raise OSError("the handshake failed") from error
        self.is_open = True
        self.opened_at = self.heard_at = time.time()
        self._thread = threading.Thread(target=self._read, name="slack-link", daemon=True)
        self._thread.start()

    def send(self, text: str) -> None:
        """Send one message; OSError when the link is gone."""
        self._send(TextMessage(data=text))

    def close(self) -> None:
        """Say good-bye and let go."""
        if self.is_open:
            try:
                self._send(CloseConnection(code=1000))
            except OSError:
                self.is_open = False
        self.is_open = False
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(self._seconds)

    def _send(self, event: Event) -> None:
        with self._lock:
            if self._socket is None or not self.is_open:
                raise OSError("the link is closed")
            try:
                self._socket.sendall(self._protocol.send(event))
            except ProtocolError as error:
                raise OSError("the link is closing") from error

    def _read(self) -> None:
        pinged_at = time.time()
        try:
            while self.is_open:
                if self._is_readable():
                    self._receive()
                    continue
                now = time.time()
                if now - self.heard_at > STALE_SECONDS:
                    break
                if now - pinged_at > PING_SECONDS:
                    pinged_at = now
                    self._send(Ping())
        except (OSError, ProtocolError):
            return
        finally:
            self.is_open = False
            if self._socket is not None:
                self._socket.close()

    def _is_readable(self) -> bool:
        wire = self._socket
        if wire is None:
            return False
        if isinstance(wire, ssl.SSLSocket) and wire.pending():
            return True
        return bool(select.select([wire], [], [], _LOOK_SECONDS)[0])

    def _receive(self) -> None:
        """Read what has come and act on it; OSError at the end of the stream."""
        if self._socket is None:
            raise OSError("not connected")
        with self._lock:
            data = self._socket.recv(_PIECE)
        if not data:
            raise ConnectionResetError("the stream has ended")
        self.heard_at = time.time()
        self._protocol.receive_data(data)
        for event in self._protocol.events():
            self._take(event)

    def _take(self, event: Event) -> None:
        match event:
            case AcceptConnection():
                self._accepted = True
            case RejectConnection():
                raise ConnectionRefusedError(f"status {event.status_code}")
            case Ping():
                self._send(event.response())
            case CloseConnection():
                self._send(event.response())
                raise ConnectionResetError("the other side closed")
            case TextMessage(data=data, message_finished=finished):
                self._parts.append(data)
                if sum(map(len, self._parts)) > _MOST_CHARACTERS:
                    raise ConnectionAbortedError("a message without end")
                if finished:
                    text, self._parts = "".join(self._parts), []
                    self._on_text(self, text)


def _connect(host: str, port: int | None, seconds: float, *, secure: bool) -> socket.socket:
    """Return a connected socket, through the environment's proxy when there is one."""
    scheme, kind = ("https", HTTPSConnection) if secure else ("http", HTTPConnection)
    port = port or (443 if secure else 80)
    proxy = None if proxy_bypass(host) else getproxies().get(scheme)
    via = urlsplit(proxy) if proxy else None
    try:
        if via is not None and via.hostname:
            connection = kind(via.hostname, via.port or 80, timeout=seconds)
            connection.set_tunnel(host, port)
        else:
            connection = kind(host, port, timeout=seconds)
        connection.connect()
    except HTTPException as error:
        raise OSError("the proxy refused") from error
    wire: socket.socket = connection.sock
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return wire
