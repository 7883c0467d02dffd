"""A server that stops and a client that sends no more: what is whole is answered, what is not is left soon."""

import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from time import monotonic, sleep

import pytest
from web.serving import GET, Served, post


def test_a_server_that_stops_answers_what_it_has_begun_and_closes(served: Served) -> None:
    served.slack.go.clear()
    with served.connect() as client, served.connect() as idle, ThreadPoolExecutor(1) as pool:
        client.send(post(b"begun"))
        assert served.slack.begun.wait(5)
        stopped = pool.submit(served.server.stop, 10)
        assert idle.is_closed()
        served.slack.go.set()
        assert client.answer()[2] == b"begun"
        assert client.is_closed()
        stopped.result()


def test_a_server_that_stops_gives_who_is_still_sending_a_moment(served: Served) -> None:
    begun, rest = post(b"in time")[:-4], b"time"
    with ExitStack() as stack:
        slow = stack.enter_context(served.connect())
        never = [stack.enter_context(served.connect()) for _ in range(3)]
        for client, part in zip([slow, *never], (begun, begun, post(b"x" * 90_000)[:-1], GET[:-2]), strict=True):
            client.send(part)
        # What comes over a connection of its own is answered after what came before.
        served.ask()
        with ThreadPoolExecutor(1) as pool:
            stopped, at = pool.submit(served.server.stop, 10), monotonic()
            sleep(0.3)
            slow.send(rest)
            assert slow.answer()[2] == b"in time"
            assert all(client.is_closed() for client in [slow, *never])
            stopped.result()
        assert monotonic() - at < 3


def test_what_came_before_is_answered_also_when_a_server_stops_before_the_rest_is_here(served: Served) -> None:
    served.slack.go.clear()
    with served.connect() as client, ThreadPoolExecutor(1) as pool:
        client.send(post(b"begun") + post(b"waits") + post(b"half")[:-1])
        assert served.slack.begun.wait(5)
        stopped = pool.submit(served.server.stop, 10)
        sleep(1.5)
        served.slack.go.set()
        assert [client.answer()[2] for _ in range(2)] == [b"begun", b"waits"]
        assert client.is_closed()
        stopped.result()


@pytest.mark.parametrize("requests", [[post(b"a")], [GET], [post(b"x" * 90_000)], [post(b"a"), GET, post(b"b"), GET]])
def test_who_says_to_send_no_more_is_answered(served: Served, requests: list[bytes]) -> None:
    served.slack.go.clear()
    with served.connect() as client:
        client.send(b"".join(requests))
        client.socket.shutdown(socket.SHUT_WR)
        sleep(0.1)
        served.slack.go.set()
        for request in requests:
            assert client.answer()[2] == (request.partition(b"\r\n\r\n")[2] or b"metrics")
        at = monotonic()
        assert client.is_closed()
        # Not only when nothing more was asked for a while.
        assert monotonic() - at < 3


def test_who_says_to_send_no_more_in_the_midst_of_a_request_is_left(served: Served) -> None:
    with served.connect() as client:
        client.send(post(b"half")[:-1])
        client.socket.shutdown(socket.SHUT_WR)
        assert client.is_closed()
    assert served.slack.came == 0
