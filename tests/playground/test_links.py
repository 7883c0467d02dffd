"""Socket Mode, with the SDK's own client at the other end."""

import http.client
import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.builtin.connection import Connection, ConnectionState
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from crmbot.playground import StandIn


class Listener:
    """A bot behind a socket: acks what it gets with `payload`, unless told to be silent."""

    def __init__(self, standin: StandIn) -> None:
        self.standin = standin
        self.requests: list[SocketModeRequest] = []
        self.payload: dict[str, Any] | None = {"text": "done"}
        self.silent = False
        web = WebClient(standin.bot_token, base_url=standin.api_url, retry_handlers=[])
        self.client = SocketModeClient(standin.app_token, web_client=web, ping_interval=30)
        self.client.socket_mode_request_listeners.append(self.take)
        self.hello = threading.Event()
        self.client.on_message_listeners.append(self.note)
        self.client.connect()

    def close(self) -> None:
        """Part at once; the SDK would wait three seconds for a quiet server."""
        self.client.default_auto_reconnect_enabled = self.client.auto_reconnect_enabled = False
        self.standin.links.cut()
        self.client.close()

    def note(self, text: str) -> None:
        if '"hello"' in text:
            self.hello.set()

    def take(self, client: Any, request: SocketModeRequest) -> None:
        self.requests.append(request)
        if not self.silent:
            client.send_socket_mode_response(SocketModeResponse(request.envelope_id, self.payload))


@pytest.fixture(scope="module")
def connected(running: StandIn) -> Iterator[Listener]:
    connected = Listener(running)
    yield connected
    connected.close()


@pytest.fixture
def listener(standin: StandIn, connected: Listener) -> Listener:
    standin.wait_for(lambda: standin.links.open)
    connected.requests.clear()
    connected.payload, connected.silent = {"text": "done"}, False
    return connected


def test_hello_then_a_command_whose_ack_is_shown(standin: StandIn, listener: Listener) -> None:
    answer = standin.command(None, "/deal", "new Acme", "U1")
    assert listener.hello.wait(5)
    assert listener.requests[0].type == "slash_commands"
    assert listener.requests[0].payload["text"] == "new Acme"
    assert listener.requests[0].accepts_response_payload
    assert (answer.text, answer.in_time) == ("done", True)
    assert [message.text for message in standin.ephemerals("U1")] == ["done"]
    assert standin.acks[0].payload == {"text": "done"}


def test_click_and_event_use_their_envelopes(standin: StandIn, listener: Listener) -> None:
    card = standin.command(None, "/deal", "", "U1")
    assert card.message is not None
    listener.payload = None
    standin.say(None, "hello", "U1")
    standin.shortcut(None, "new_deal", "U1")
    assert [request.type for request in listener.requests] == ["slash_commands", "events_api", "interactive"]
    assert listener.requests[1].retry_attempt == 0


def test_redelivered_event_keeps_its_id_in_a_new_envelope(standin: StandIn, listener: Listener) -> None:
    answer = standin.event(None, {"type": "app_mention"}, event_id="Ev1")
    standin.redeliver(answer, 1, "timeout")
    first, second = listener.requests
    assert first.payload["event_id"] == second.payload["event_id"] == "Ev1"
    assert first.envelope_id != second.envelope_id
    assert (second.retry_attempt, second.retry_reason) == (1, "timeout")


def test_silence_is_status_zero(standin: StandIn, listener: Listener) -> None:
    listener.silent = True
    standin.patience = 0.2
    assert standin.command(None, "/deal", "", "U1").status == 0


def test_refresh_opens_a_new_link(standin: StandIn, listener: Listener) -> None:
    standin.links.disconnect("refresh_requested", close_after=0.05)
    standin.wait_for(lambda: standin.links.open)
    assert standin.command(None, "/deal", "", "U1").text == "done"
    assert len(standin.calls_to("apps.connections.open")) == 1
    assert listener.requests


def test_lost_ack_breaks_the_link_and_counts_as_none(standin: StandIn, listener: Listener) -> None:
    standin.links.lost_acks = 1
    standin.patience = 0.3
    assert standin.command(None, "/deal", "", "U1").status == 0
    assert len(listener.requests) == 1
    assert standin.acks == []
    standin.wait_for(lambda: not standin.links.open)
    listener.client.connect_to_new_endpoint(force=True)


@pytest.mark.parametrize(("ticket", "status"), [("known", 101), ("other", 403)])
def test_link_needs_a_ticket_just_handed_out(ticket: str, status: int, standin: StandIn) -> None:
    standin.tickets = {"known"}
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    connection = http.client.HTTPConnection("127.0.0.1", standin.port, timeout=5)
    connection.request("GET", f"/link/?ticket={ticket}", headers=upgrade)
    assert connection.getresponse().status == status
    connection.close()
    assert standin.tickets == (set() if status == 101 else {"known"})


def test_more_than_ten_links_are_too_many(standin: StandIn, listener: Listener) -> None:
    heard: list[str] = []
    standin.links.open *= 10
    web = WebClient(standin.bot_token, base_url=standin.api_url)
    address = web.apps_connections_open(app_token=standin.app_token)["url"]
    extra = Connection(url=address, logger=logging.getLogger("extra"), on_message_listener=heard.append)
    extra.connect()
    state = ConnectionState()  # type: ignore[no-untyped-call]  # the SDK left it so
    state.terminated = False
    reader = threading.Thread(target=extra.run_until_completion, args=(state,))
    reader.start()
    standin.wait_for(lambda: heard)
    state.terminated = True
    reader.join()
    extra.close()
    del standin.links.open[1:]
    assert ["too_many_websockets" in text for text in heard] == [True]
    assert standin.command(None, "/deal", "", "U1").text == "done"
    assert listener.requests
