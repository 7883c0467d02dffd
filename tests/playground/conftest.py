"""A running stand-in for each module, emptied for each test, and an app that records what it is sent."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from slack_sdk import WebClient

from crmbot.playground import StandIn


@dataclass
class Received:
    body: bytes
    headers: dict[str, str]


@dataclass
class App:
    """A product in miniature: answers with what `reply` returns for a body."""

    url: str = ""
    reply: Callable[[bytes], tuple[int, Any]] = lambda _body: (200, "")
    received: list[Received] = field(default_factory=list)


@pytest.fixture(scope="module")
def running() -> Iterator[StandIn]:
    with StandIn() as running:
        yield running


@pytest.fixture
def standin(running: StandIn) -> StandIn:
    running.reset()
    running.scopes = None
    running.patience = 10.0
    running.add_user("U1", "ada", "ada@example.com", "Europe/Berlin")
    running.add_user("U2", "bob", "bob@example.com", is_guest=True)
    running.add_channel("C1", "sales")
    return running


@pytest.fixture
def client(standin: StandIn) -> WebClient:
    return WebClient(standin.bot_token, base_url=standin.api_url, retry_handlers=[], timeout=5)


@pytest.fixture
def app() -> Iterator[App]:
    app = App()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            app.received.append(Received(body, dict(self.headers.items())))
            status, answer = app.reply(body)
            content = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/plain" if isinstance(answer, str) else "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        app.url = f"http://127.0.0.1:{server.server_port}/slack/events"
        yield app
        server.shutdown()
        thread.join()
