"""Slack's signed requests over HTTP, handed to the Slack surface in a thread."""

from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import Protocol

from starlette.types import ASGIApp, Receive, Scope, Send

from crmbot.web.fairness import Crowded, FairThreads

PATH = "/slack/events"
MOST_BODY = 1_000_000
"""Bytes; a larger request is refused unread."""

THREADS = 10
"""At most as many commands at once as the database pool has connections."""
MOST_WAITING = 200
"""So many requests of one team may wait for a thread; a third of a second's work."""
_CROWDED = (
    b'{"response_type":"ephemeral","text":"Your team sends more at once than can be done, so nothing was done. '
    b'Please try again in a moment."}'
)


Answer = tuple[int, Mapping[str, str], bytes]
"""Status, headers and body."""


class SlackDispatch(Protocol):
    """Answers a request from Slack."""

    def receive(
        self, body: bytes, headers: Sequence[tuple[bytes, bytes]], *, received: float
    ) -> tuple[str, Callable[[], Answer]]:
        """Return which team sent a genuine request, "" for any other, and what answers it, to be called in a thread.

        The headers come as (name in lower case, value), one that came twice twice; `received` is the monotonic instant
        of its arrival.
        """
        ...


class SlackFirst:
    """Answers POST /slack/events itself and leaves everything else to the application.

    The dispatch runs off the event loop: Bolt's sync dispatch would hold up every other request. Teams share the
    threads; who sends the most waits for itself.
    `Connection` takes this way only with what is long or comes slowly.
    """

    def __init__(self, app: ASGIApp, slack: SlackDispatch) -> None:
        self.app = app
        self.slack = slack
        self.threads = FairThreads(THREADS, MOST_WAITING, "slack")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        received = monotonic()
        if scope["type"] != "http" or scope["path"] != PATH:
            await self.app(scope, receive, send)
            return
        if scope["method"] != "POST":
            await _answer(send, 405, {"allow": "POST"}, b"")
            return
        body = await _bounded(receive)
        if body is None:
            await _answer(send, 413, {}, b"")
            return
        team, work = self.slack.receive(body, scope["headers"], received=received)
        try:
            status, sent, answer = await self.threads.run(team, work)
        except Crowded:
            status, sent, answer = crowded(body)
        await _answer(send, status, sent, answer)


def crowded(body: bytes) -> Answer:
    """Return what a request is answered that can't be served in time: words to a command; the rest Slack repeats."""
    if b"command=" in body:
        return 200, {"content-type": "application/json"}, _CROWDED
    return 503, {"retry-after": "5"}, b""


async def _bounded(receive: Receive) -> bytes | None:
    """Read a body up to the limit; None when it is larger."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > MOST_BODY:
            return None
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


async def _answer(send: Send, status: int, headers: Mapping[str, str], body: bytes) -> None:
    sent = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    sent.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": sent})
    await send({"type": "http.response.body", "body": body})
