"""Slack's requests on a connection: answered as any server would, whatever way they come and whoever goes away."""

import socket
from contextlib import ExitStack
from time import sleep

import pytest
from web.serving import GET, LARGE, Served, post

from crmbot.web.slack import MOST_BODY, MOST_WAITING, PATH, THREADS


def test_one_after_the_other_is_answered_over_a_connection_and_others_between(served: Served) -> None:
    with served.connect() as client:
        for place in range(20):
            client.send(post(b"%d" % place, f"X-Say: {place}"))
            status, headers, body = client.answer()
            assert (status, headers["x-said"], body) == (200, str(place), b"%d" % place)
            assert headers["content-type"] == "text/plain"
            assert {"date", "server"} <= headers.keys()
            client.send(GET)
            assert client.answer()[2] == b"metrics"


def test_requests_that_do_not_wait_for_answers_are_answered_in_their_order(served: Served) -> None:
    with served.connect() as client:
        served.slack.go.clear()
        client.send(post(b"a") + GET + post(b"b") + post(b"c"))
        client.send(post(b"d") + GET)
        assert served.slack.begun.wait(5)
        served.slack.go.set()
        assert [client.answer()[2] for _ in range(6)] == [b"a", b"metrics", b"b", b"c", b"d", b"metrics"]


def test_a_request_may_come_in_pieces(served: Served) -> None:
    request = post(b"in pieces")
    with served.connect() as client:
        for place in range(len(request)):
            client.send(request[place : place + 1])
        assert client.answer()[2] == b"in pieces"
        client.send(f"POST {PATH} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nin \r\n".encode())
        client.send(b"6\r\npieces\r\n0\r\n\r\n")
        assert client.answer()[2] == b"in pieces"


@pytest.mark.parametrize("size", [30_000, 40_000, 300_000, MOST_BODY, MOST_BODY + 1])
def test_bodies_of_any_length_are_read_up_to_the_limit(served: Served, size: int) -> None:
    body = b"x" * size
    with served.connect() as client:
        client.send(post(body))
        status, _, answer = client.answer()
        assert (status, answer) == ((200, body) if size <= MOST_BODY else (413, b""))


def test_who_asks_before_sending_the_body_is_told_to_go_on(served: Served) -> None:
    request = post(b"body", "Expect: 100-continue")
    with served.connect() as client:
        client.send(request[:-4])
        assert client.answer()[0] == 100
        client.send(request[-4:])
        assert client.answer()[2] == b"body"


@pytest.mark.parametrize(("line", "version"), [("Connection: close", "1.1"), ("X: y", "1.0")])
def test_a_connection_is_closed_after_the_answer_for_who_wants_that(served: Served, line: str, version: str) -> None:
    with served.connect() as client:
        client.send(post(b"last", line, version=version))
        _, headers, body = client.answer()
        assert (headers["connection"], body) == ("close", b"last")
        assert client.is_closed()


def test_an_answer_that_a_slow_reader_takes_in_parts_is_whole_and_the_next_comes_after_it(served: Served) -> None:
    with served.connect() as client:
        client.send(post(b"large") + post(b"next"))
        assert served.slack.begun.wait(5)
        assert client.answer()[2] == b"x" * LARGE
        assert client.answer()[2] == b"next"


def test_answers_that_nobody_reads_do_not_pile_up(served: Served) -> None:
    size, enough = 20_000, 3_000
    with served.connect() as client:
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 50_000)
        client.socket.settimeout(1)
        # As soon as so many wait to be read, no more are taken.
        with pytest.raises(TimeoutError):
            client.send(post(b"x" * size) * enough)
        assert served.slack.came < enough / 2


def test_nobody_gets_the_answer_of_who_left(served: Served) -> None:
    served.slack.go.clear()
    for _ in range(THREADS):
        with served.connect() as gone:
            gone.send(post(b"gone"))
            assert served.slack.begun.wait(5)
            served.slack.begun.clear()
    with ExitStack() as stack:
        # The system gives new connections the numbers of those that were closed.
        others = [stack.enter_context(served.connect()) for _ in range(2 * THREADS)]
        for client in others:
            client.send(post(b"mine"))
        served.slack.go.set()
        assert [client.answer()[2] for client in others] == [b"mine"] * len(others)
        for client in others:
            client.send(post(b"again"))
            assert client.answer()[2] == b"again"


def test_what_broke_is_told_with_500_and_the_connection_goes_on(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    with served.connect() as client:
        client.send(post(b"broken"))
        assert client.answer()[0] == 500
        assert "ZeroDivisionError" in caplog.text
        client.send(post(b"on"))
        assert client.answer()[2] == b"on"


def test_a_header_that_would_split_the_answer_is_not_sent(served: Served) -> None:
    with served.connect() as client:
        client.send(post(b"x", "X-Say: a\tb"))
        assert client.answer()[0] == 500


def test_who_would_wait_too_long_is_told_at_once(served: Served) -> None:
    served.slack.go.clear()
    with ExitStack() as stack:
        crowd = [stack.enter_context(served.connect()) for _ in range(THREADS + MOST_WAITING)]
        late = stack.enter_context(served.connect())
        for client in crowd:
            client.send(post(b"held"))
        while served.slack.came < len(crowd):
            sleep(0.01)
        late.send(post(b"command=1"))
        status, _, body = late.answer()
        assert (status, b"try again in a moment" in body) == (200, True)
        late.send(post(b"event") * 1_000)
        assert {late.answer()[0] for _ in range(1_000)} == {503}
        served.slack.go.set()
        assert {client.answer()[2] for client in crowd} == {b"held"}
