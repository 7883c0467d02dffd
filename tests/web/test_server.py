import logging
import socket
from contextlib import closing

import pytest
from starlette.responses import PlainTextResponse

from crmbot.errors import ConfigError
from crmbot.playground.ports import free_port
from crmbot.web.server import WebServer, listen

REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


def test_a_connection_sends_what_it_has_without_waiting_for_an_acknowledgement() -> None:
    # Headers and body go out one after the other; the body would wait 40 ms for who acknowledges late, as Linux does.
    (listener,) = listen("127.0.0.1:0")
    with listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_an_address_that_is_taken_is_refused_also_to_those_who_would_share_it() -> None:
    first = listen("127.0.0.1:0", 2)
    port = first[0].getsockname()[1]
    try:
        assert {listener.getsockname() for listener in first} == {("127.0.0.1", port)}
        for number in (1, 2):
            with pytest.raises(
                ConfigError, match=rf"Nothing can listen at 127.0.0.1:{port}: Address already in use\. "
            ):
                listen(f"127.0.0.1:{port}", number)
    finally:
        for listener in first:
            listener.close()


def test_a_server_that_ended_leaves_its_address_to_the_next() -> None:
    port = free_port()
    for _ in range(2):
        server = WebServer(PlainTextResponse("well"), f"127.0.0.1:{port}")
        server.start()
        with closing(socket.create_connection(("127.0.0.1", port))) as connection:
            assert _ask(connection).endswith(b"well")
        server.stop(5)


def test_a_server_says_where_it_is_reached(caplog: pytest.LogCaptureFixture) -> None:
    server = WebServer(PlainTextResponse("well"), "127.0.0.1:0")
    with caplog.at_level(logging.INFO, "crmbot.web"):
        server.start()
    server.stop(5)
    assert caplog.messages == [f"listening at http://127.0.0.1:{server.port}/"]


def _ask(connection: socket.socket) -> bytes:
    connection.sendall(REQUEST)
    found = b""
    while not found.endswith(b"well"):
        part = connection.recv(4096)
        assert part, "the connection was closed"
        found += part
    return found
