"""A provider of access tokens on loopback: gives them out for credentials, and tells mail servers whose they are."""

import json
import secrets
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl

import pytest
from servers.dovecot import DovecotServer
from servers.smtp import SmtpServer

CREDENTIALS = {"client_id": "crmbot-app", "client_secret": "shh"}
REFRESH_TOKEN = "refresh-1"


class TokenServer:
    """Keeps what it was `asked`, and which tokens are `good` for which user; `broken` makes it answer so instead."""

    def __init__(self, port: int, user: str) -> None:
        self.user = user
        self.asked: list[dict[str, str]] = []
        self.good: dict[str, str] = {}
        self.expires_in: object = 3600
        self.refresh_tokens = {REFRESH_TOKEN}
        self.replaces_refresh_token = False
        self.broken: tuple[int, bytes] | None = None
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def give_token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Answer a wish for a token as RFC 6749 says."""
        self.asked.append(form)
        known = form.get("grant_type") == "client_credentials" or form.get("refresh_token") in self.refresh_tokens
        if not known or any(form.get(name) != value for name, value in CREDENTIALS.items()):
            return 400, {"error": "invalid_grant", "error_description": "The refresh token has ended."}
        token = secrets.token_urlsafe(24)
        self.good[token] = self.user
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": self.expires_in}
        if self.replaces_refresh_token:
            self.refresh_tokens = {f"refresh-{len(self.asked) + 1}"}
            answer["refresh_token"] = next(iter(self.refresh_tokens))
        return 200, answer

    def introspect(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Tell the mail server whose token it is, as RFC 7662 says."""
        user = self.good.get(form.get("token", ""))
        return 200, {"active": user is not None, **({"username": user} if user else {})}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                form = dict(parse_qsl(body))
                answer = server.introspect if self.path.startswith("/introspect") else server.give_token
                status, value = answer(form)
                told = json.dumps(value).encode()
                if server.broken is not None and not self.path.startswith("/introspect"):
                    status, told = server.broken
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(told)))
                if 300 <= status < 400:
                    self.send_header("Location", f"{server.url}/elsewhere")
                self.end_headers()
                self.wfile.write(told)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                del format, args

        return Handler


@pytest.fixture
def token_server(dovecot_server: DovecotServer, dovecot: Any) -> Iterator[TokenServer]:
    """A provider whose tokens the test's Dovecot takes for the test's account."""
    server = TokenServer(dovecot_server.token_port, dovecot.user)
    yield server
    server.close()


@pytest.fixture
def smtp_tokens(smtp_server: SmtpServer) -> Iterator[TokenServer]:
    """A provider whose tokens the test's SMTP server takes for its user."""
    server = TokenServer(0, smtp_server.user)
    smtp_server.tokens = server.good
    yield server
    server.close()
