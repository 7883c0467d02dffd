"""Scripted faults, met by the real client."""

import http.client
import json
import time
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from crmbot.playground import (
    DropAfter,
    DropBefore,
    ErrorCode,
    Flood,
    Garbage,
    Hang,
    Normal,
    RateLimited,
    Redirect,
    ServerError,
    Slow,
    StandIn,
)


@pytest.mark.parametrize("retry_after", [0, 1, 30, 86400, "soon", None])
def test_rate_limit_carries_whatever_retry_after(retry_after: Any, standin: StandIn, client: WebClient) -> None:
    standin.script("chat.postMessage", [RateLimited(retry_after)])
    with pytest.raises(SlackApiError) as refusal:
        client.chat_postMessage(channel="C1", text="x")
    assert refusal.value.response.status_code == 429
    headers = {name.lower(): value for name, value in refusal.value.response.headers.items()}
    assert headers.get("retry-after") == (None if retry_after is None else str(retry_after))
    assert standin.posted == []


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_server_error_does_nothing(status: int, standin: StandIn, client: WebClient) -> None:
    standin.script("chat.postMessage", [ServerError(status)])
    with pytest.raises(SlackApiError) as refusal:
        client.chat_postMessage(channel="C1", text="x")
    assert refusal.value.response.status_code == status
    assert standin.posted == []


def test_error_code_is_slacks_shape(standin: StandIn, client: WebClient) -> None:
    standin.script("chat.postMessage", [ErrorCode("is_archived", {"needed": "x"})])
    with pytest.raises(SlackApiError) as refusal:
        client.chat_postMessage(channel="C1", text="x")
    assert refusal.value.response.data == {"ok": False, "error": "is_archived", "needed": "x"}


def test_garbage_is_not_json(standin: StandIn, client: WebClient) -> None:
    standin.script("chat.postMessage", [Garbage()])
    with pytest.raises(SlackApiError, match="non-JSON"):
        client.chat_postMessage(channel="C1", text="x")


@pytest.mark.parametrize(("fault", "posted"), [(DropBefore(), 0), (DropAfter(), 1)])
def test_dropped_connection_has_no_answer(
    fault: DropBefore | DropAfter, posted: int, standin: StandIn, client: WebClient
) -> None:
    standin.script("chat.postMessage", [fault])
    with pytest.raises((http.client.HTTPException, OSError)):
        client.chat_postMessage(channel="C1", text="x")
    assert len(standin.posted) == posted
    assert len(standin.calls_to("chat.postMessage")) == 1


@pytest.mark.parametrize("accept", [False, True])
def test_hang_outlasts_the_clients_patience(accept: bool, standin: StandIn) -> None:
    hasty = WebClient(standin.bot_token, base_url=standin.api_url, retry_handlers=[], timeout=1)
    hasty.timeout = 0.2  # type: ignore[assignment]  # seconds may be parts of one
    standin.script("chat.postMessage", [Hang(30, accept=accept)])
    with pytest.raises(TimeoutError):
        hasty.chat_postMessage(channel="C1", text="x")
    assert len(standin.posted) == int(accept)


def test_slow_answers_in_the_end(standin: StandIn, client: WebClient) -> None:
    standin.script("chat.postMessage", [Slow(0.2)])
    begun = time.monotonic()
    assert client.chat_postMessage(channel="C1", text="x")["ok"]
    assert time.monotonic() - begun >= 0.2


def test_redirect_points_elsewhere(standin: StandIn, client: WebClient) -> None:
    standin.script("auth.test", [Redirect(f"{standin.base_url}/nowhere")])
    with pytest.raises(SlackApiError) as refusal:
        client.auth_test()
    assert refusal.value.response.status_code == 404


def test_flood_pours_as_much_as_asked(standin: StandIn) -> None:
    standin.script("auth.test", [Flood(1_000_000, 100_000)])
    connection = http.client.HTTPConnection("127.0.0.1", standin.port, timeout=5)
    connection.request("POST", "/api/auth.test")
    assert len(connection.getresponse().read()) == 1_000_000
    connection.close()


def test_steps_are_taken_in_order_and_only_by_their_method(standin: StandIn, client: WebClient) -> None:
    standin.script("chat.postMessage", [ErrorCode("a"), Normal(), ErrorCode("b")])
    codes = []
    for _ in range(4):
        client.auth_test()
        try:
            codes.append(client.chat_postMessage(channel="C1", text="x")["ok"])
        except SlackApiError as error:
            codes.append(error.response["error"])
    assert codes == ["a", True, "b", True]


def test_a_response_url_can_fail_too(standin: StandIn) -> None:
    standin.script("response_url", [ServerError(503)])
    connection = http.client.HTTPConnection("127.0.0.1", standin.port, timeout=5)
    connection.request("POST", "/response/x", json.dumps({"text": "x"}))
    response = connection.getresponse()
    response.read()
    connection.close()
    assert response.status == 503


def test_stopping_ends_a_hang_at_once() -> None:
    begun = time.monotonic()
    with StandIn() as own:
        own.script("auth.test", [Hang(60)])
        connection = http.client.HTTPConnection("127.0.0.1", own.port, timeout=5)
        connection.request("POST", "/api/auth.test")
        own.wait_for(lambda: own.calls)
    connection.close()
    assert time.monotonic() - begun < 3
