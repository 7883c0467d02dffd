"""A web server with a stand-in for Slack's surface, and clients that speak to it byte by byte."""

import socket
from collections.abc import Callable, Iterable
from threading import Event
from typing import Self

from crmbot.web.health import Health, build_health
from crmbot.web.server import WebServer
from crmbot.web.slack import PATH, Answer, SlackFirst

LARGE = 8_000_000
"""Bytes; more than a socket takes at once."""
GET = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"


class Echo:
    """Stands for Slack's surface: it answers a request with its body, once it is let go."""

    def __init__(self) -> None:
        self.came = 0
        self.begun, self.go = Event(), Event()
        self.go.set()

    def receive(
        self, body: bytes, headers: Iterable[tuple[bytes, bytes]], *, received: float
    ) -> tuple[str, Callable[[], Answer]]:
        assert received
        self.came += 1
        return "T1", lambda: self._answer(body, dict(headers))

    def _answer(self, body: bytes, headers: dict[bytes, bytes]) -> Answer:
        self.begun.set()
        assert self.go.wait(10)
        if body == b"broken":
            raise ZeroDivisionError
        if body == b"large":
            return 200, {}, b"x" * LARGE
        return 200, {"content-type": "text/plain", "x-said": headers.get(b"x-say", b"").decode("latin-1")}, body


class Served:
    """The web server, with such a surface."""

    def __init__(self) -> None:
        self.slack = Echo()
        health = build_health(lambda: Health({}), lambda: b"metrics")
        self.server = WebServer(SlackFirst(health, self.slack), "127.0.0.1:0")
        self.server.start()

    def connect(self) -> "Client":
        return Client(self.server.port)

    def ask(self) -> bytes:
        """Return what a new connection is answered."""
        with self.connect() as client:
            client.send(GET)
            return client.answer()[2]


class Client:
    """A connection, and what came over it."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._came = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def answer(self) -> tuple[int, dict[str, str], bytes]:
        """Return the next answer's status, headers and body."""
        while b"\r\n\r\n" not in self._came:
            self._take()
        head, _, self._came = self._came.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        length = int(headers.get("content-length", 0))
        while len(self._came) < length:
            self._take()
        body, self._came = self._came[:length], self._came[length:]
        return int(first.split()[1]), headers, body

    def is_closed(self) -> bool:
        return self._came + self.socket.recv(1) == b""

    def _take(self) -> None:
        part = self.socket.recv(1_000_000)
        assert part, "the connection was closed"
        self._came += part


def post(body: bytes, *lines: str, version: str = "1.1") -> bytes:
    head = [f"POST {PATH} HTTP/{version}", "Host: x", f"Content-Length: {len(body)}", *lines]
    return "\r\n".join([*head, "", ""]).encode() + body
