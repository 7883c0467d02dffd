"""Slack's requests over plain sockets, signed and written out before: what is measured is the server."""

import hashlib
import hmac
import selectors
import socket
import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlencode

SECRET = "s" * 32
TEAM, USER = "T1", "U1"

_OK = b"HTTP/1.1 200 "
_END = b"\r\n\r\n"
_LENGTH = b"content-length: "


class Connection:
    """A connection that stays open; one request at a time."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def exchange(self, request: bytes) -> bytes:
        """Send a request and return the body of its answer."""
        self.send(request)
        return self.receive()

    def send(self, request: bytes) -> None:
        """Send a request."""
        self.socket.sendall(request)

    def receive(self) -> bytes:
        """Return the body of an answer; any other answer than 200 ends the run."""
        found = self.socket.recv(65_536)
        while _END not in found:
            found += self._more()
        head, _, body = found.partition(_END)
        if not head.startswith(_OK):
            raise SystemExit(f"a server answered {head.decode('latin-1')}")
        begin = head.lower().index(_LENGTH) + len(_LENGTH)
        length = int(head[begin:].partition(b"\r")[0])
        while len(body) < length:
            body += self._more()
        return body

    def _more(self) -> bytes:
        part = self.socket.recv(65_536)
        if not part:
            raise SystemExit("a server closed the connection before it answered")
        return part

    def close(self) -> None:
        """Close it."""
        self.socket.close()


def send_side_by_side(port: int, shares: list[list[bytes]]) -> float:
    """Send each share over a connection of its own, one request after the other; return the seconds it took."""
    chosen = selectors.DefaultSelector()
    connections = [Connection(port) for _ in shares]
    begun = time.perf_counter()
    for connection, share in zip(connections, shares, strict=True):
        following = iter(share)
        connection.send(next(following))
        chosen.register(connection.socket, selectors.EVENT_READ, (connection, following))
    while chosen.get_map():
        for key, _ in chosen.select():
            connection, following = key.data
            connection.receive()
            request = next(following, None)
            if request is None:
                chosen.unregister(connection.socket)
            else:
                connection.send(request)
    seconds = time.perf_counter() - begun
    for connection in connections:
        connection.close()
    chosen.close()
    return seconds


def signed(command: str, line: str, number: int) -> Iterator[bytes]:
    """Yield so many commands, each with a text of its own in the place of {}."""
    for place in range(number):
        yield sign(command, line.format(f"{time.perf_counter_ns()} {place}"))


def sign(command: str, text: str) -> bytes:
    """Return a command as Slack sends it, all of the request."""
    stamp = str(int(time.time()))
    fields = {
        "team_id": TEAM,
        "user_id": USER,
        "command": command,
        "text": text,
        "channel_id": "C1",
        "trigger_id": "1.1",
        "response_url": "https://example.com/",
    }
    body = urlencode(fields).encode()
    digest = hmac.new(SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    head = (
        "POST /slack/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"X-Slack-Request-Timestamp: {stamp}\r\nX-Slack-Signature: v0={digest}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def parted(request: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """Return a request's body, and its headers as ASGI's servers give them."""
    head, _, body = request.partition(_END)
    lines = head.split(b"\r\n")[1:]
    return body, [(name.lower(), value) for name, _, value in (line.partition(b": ") for line in lines)]


def said(request: bytes) -> str:
    """Return the line that a request says."""
    fields = parse_qs(request.partition(_END)[2].decode())
    return f"{fields['command'][0]} {fields['text'][0]}"
