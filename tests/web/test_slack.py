"""Slack's requests through the real web server: what is not Slack's has no effect, what is has one."""

import http.client
import json
import logging
import sqlite3
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
from clocks import SettableClock
from concurrency import outcomes_of
from factories import Crm
from servers.postgres import PostgresServer
from servers.stores import migrate

from crmbot.crm.requests import LinkSlackUser
from crmbot.models import Deal, DeliveryKey
from crmbot.playground.signing import sign
from crmbot.slack.app import SlackOptions, build_app
from crmbot.slack.http import Dispatcher
from crmbot.store import Store, open_store
from crmbot.web.app import build_web
from crmbot.web.health import Health
from crmbot.web.server import WebServer
from crmbot.web.slack import MOST_BODY, PATH

SECRET = "signing secret of a test"
NOW = 1_930_000_000
STAMP, SIGNATURE = "X-Slack-Request-Timestamp", "X-Slack-Signature"
NOTHING_DONE = "The database did not answer in time. Nothing was done; please try again."
Headers = list[tuple[str, str | bytes]]


def command(text: str) -> bytes:
    return urlencode({"command": "/deal", "text": text, "user_id": "U1", "team_id": "T1"}).encode()


def press(value: dict[str, Any]) -> bytes:
    action = {"action_id": "deal.won", "block_id": "b", "value": json.dumps(value), "type": "button"}
    payload = {"type": "block_actions", "user": {"id": "U1"}, "team": {"id": "T1"}, "actions": [action]}
    return urlencode({"payload": json.dumps(payload)}).encode()


BODIES = {
    "command": command("new confidential $40k"),
    "press": press({"do": "deal.new", "title": "confidential"}),
    "event": json.dumps({"type": "event_callback", "event_id": "Ev1", "event": {"text": "confidential"}}).encode(),
    "words": b"confidential",
}


def signed(body: bytes, stamp: str = str(NOW), secret: str = SECRET) -> Headers:
    return [(STAMP, stamp), (SIGNATURE, sign(secret, stamp, body))]


@dataclass
class Served:
    """The web server over a workspace; `post` sends a request just as given."""

    crm: Crm
    dispatcher: Dispatcher
    port: int

    def post(self, body: bytes, headers: Headers) -> tuple[int, str]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.putrequest("POST", PATH)
            form = "application/json" if body.startswith(b"{") else "application/x-www-form-urlencoded"
            for name, value in [("Content-Type", form), ("Content-Length", str(len(body))), *headers]:
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def deals(self) -> list[str]:
        return sorted(deal.title for deal in self.crm.rows(Deal))


@pytest.fixture
def serve() -> Iterator[Callable[[Store, SettableClock], Served]]:
    """Serves a workspace in which Jane is Slack's U1."""
    servers: list[WebServer] = []

    def start(store: Store, clock: SettableClock) -> Served:
        crm = Crm(store, clock)
        crm.do(LinkSlackUser("jane@ours.example", "U1"), "system")
        app = build_app(SlackOptions(signing_secret=SECRET, bot_token="xoxb-1"), crm.service)
        dispatcher = Dispatcher(app, SECRET, clock=lambda: NOW)
        web = build_web(crm.service, slack=dispatcher, health=lambda: Health({}), metrics=lambda: b"")
        servers.append(WebServer(web, "127.0.0.1:0"))
        servers[-1].start()
        return Served(crm, dispatcher, servers[-1].port)

    yield start
    for server in servers:
        server.stop(10)


@pytest.fixture
def served(serve: Callable[[Store, SettableClock], Served], sqlite_store: Store, clock: SettableClock) -> Served:
    return serve(sqlite_store, clock)


def forgeries(body: bytes) -> Iterator[tuple[str, bytes, Headers]]:
    """Yield what Slack would never send: a name, the body and its headers."""
    good = signed(body)
    (_, stamp), (_, signature) = good
    assert isinstance(signature, str)
    for seconds in (-301, 301, -302, 302, -3_600, 3_600, -86_400, 10**8, -NOW):
        yield f"{seconds:+} s", body, signed(body, str(NOW + seconds))
    for word in ("abc", "", "-5", "+5", f"{NOW}.0", f"0x{NOW:x}", "1e9", "nan", "9" * 400, f"{NOW},{NOW}", f"{NOW} 0"):
        yield f"time {word[:20]!r}", body, signed(body, word)
    yield "time in digits of another script", body, [(STAMP, "١٩٣٠٠٠٠٠٠٠".encode()), (SIGNATURE, signature)]
    wrong: dict[str, str | bytes] = {
        "none": "",
        "bare": "v0=",
        "zeros": "v0=" + "0" * 64,
        "upper case": signature.upper(),
        "upper hex": "v0=" + signature[3:].upper(),
        "too short": signature[:-1],
        "too long": signature + "0",
        "another version": "v1=" + signature[3:],
        "no version": signature[3:],
        "no hex": "v0=" + "g" * 64,
        "base64": "v0=" + b64encode(bytes.fromhex(signature[3:])).decode(),
        "accents": ("v0=" + "é" * 64).encode(),
        "accents in Latin-1": ("v0=" + "é" * 64).encode("latin-1"),
        "another secret": sign("another secret", str(NOW), body),
        "no secret": sign("", str(NOW), body),
        "another time": sign(SECRET, str(NOW - 1), body),
        "listed twice": f"{signature},{signature}",
        "a space inside": signature[:30] + " " + signature[31:],
        "huge": "v0=" + "0" * 10_000,
    }
    for name, value in wrong.items():
        yield f"signature {name}", body, [(STAMP, stamp), (SIGNATURE, value)]
    yield "no headers", body, []
    yield "no time", body, good[1:]
    yield "no signature", body, good[:1]
    yield "time twice", body, [*good, good[0]]
    yield "two times", body, [*good, (STAMP, str(NOW - 1))]
    yield "signature twice", body, [*good, good[1]]
    yield "a wrong signature too", body, [*good, (SIGNATURE, "v0=" + "0" * 64)]
    yield "a wrong signature first", body, [(SIGNATURE, "v0=" + "0" * 64), *good]
    yield "twice in other letters", body, [*good, (SIGNATURE.lower(), signature)]
    yield "other names", body, [(f"X-{name}", value) for name, value in good]
    for name, other in {
        "empty": b"",
        "longer": body + b"0",
        "shorter": body[:-1],
        "another letter": b"x" + body[1:],
        "other case": body.swapcase(),
        "a break": body + b"\r\n",
        "doubled": body + body,
    }.items():
        yield f"{name} body", other, good


def test_what_slack_did_not_sign_is_refused_unread_and_nothing_of_it_is_logged(
    served: Served, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    before = served.crm.dump()
    variants = [one for body in BODIES.values() for one in forgeries(body)]
    assert len(variants) >= 200
    for name, body, headers in variants:
        assert served.post(body, headers) == (401, ""), name
    large = b"confidential" + b"x" * MOST_BODY
    assert served.post(large, signed(large)) == (413, "")
    assert served.dispatcher.last_at is None
    assert served.crm.dump() == before
    printed = capfd.readouterr()
    assert "refused" in caplog.text
    assert "confidential" not in caplog.text + printed.out + printed.err


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_what_slack_signed_within_five_minutes_is_done(served: Served, seconds: int) -> None:
    status, answer = served.post(BODIES["command"], signed(BODIES["command"], str(NOW + seconds)))
    assert (status, "Opened D-1 confidential" in answer) == (200, True)


def test_a_request_delivered_a_hundred_times_has_one_effect(
    serve: Callable[[Store, SettableClock], Served], store: Store, clock: SettableClock
) -> None:
    served, body = serve(store, clock), command("new Acme $40k")
    answers = [served.post(body, signed(body)) for _ in range(80)]
    answers += outcomes_of(20, lambda _: served.post(body, signed(body)))
    assert [status for status, _ in answers] == [200] * 100
    assert ["Already done" in answer for _, answer in answers] == [False] + [True] * 99
    assert served.deals() == ["Acme"]
    assert len(served.crm.rows(DeliveryKey, order=DeliveryKey.key)) == 1


def test_everybody_is_told_in_time_that_the_store_is_locked_and_nothing_is_done(served: Served) -> None:
    file = served.crm.store.engine.url.database
    assert file is not None

    def ask(index: int) -> tuple[float, tuple[int, str]]:
        body, begun = command(f"new Blocked{index} $1k"), time.monotonic()
        answer = served.post(body, signed(body))
        return time.monotonic() - begun, answer

    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        came = outcomes_of(4, ask)
        other.execute("ROLLBACK")
    assert [NOTHING_DONE in answer for _, (_, answer) in came] == [True] * 4
    assert max(seconds for seconds, _ in came) < 3
    assert served.deals() == []
    assert ask(9)[1][0] == 200
    assert served.deals() == ["Blocked9"]


@pytest.mark.postgres
def test_a_store_that_is_gone_is_told_and_the_same_request_works_once_it_is_back(
    serve: Callable[[Store, SettableClock], Served],
    postgres_server: PostgresServer,
    postgres_template: Callable[..., str],
    clock: SettableClock,
) -> None:
    with closing(open_store(postgres_template(migrate))) as store:
        served, body = serve(store, clock), command("new Acme $40k")
        served.post(command("list"), signed(command("list")))
        postgres_server.stop("fast")
        try:
            begun = time.monotonic()
            status, answer = served.post(body, signed(body))
            waited = time.monotonic() - begun
        finally:
            postgres_server.start()
        assert (status, NOTHING_DONE in answer) == (200, True)
        assert waited < 3
        assert served.deals() == []
        assert "Opened D-1 Acme" in served.post(body, signed(body))[1]
        assert "Already done" in served.post(body, signed(body))[1]
        assert served.deals() == ["Acme"]
