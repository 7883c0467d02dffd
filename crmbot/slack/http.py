"""Requests from Slack over HTTP: verified before anything in them is read, then dispatched."""

import logging
import re
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from slack_bolt import App
from slack_bolt.request import BoltRequest

from crmbot.slack.body import read_body
from crmbot.slack.signature import Refused, verify

_logger = logging.getLogger(__name__)
_READ = frozenset({"content-type", "x-slack-retry-num", "x-slack-retry-reason"})

_TEAM = re.compile(rb"(?:team_id=|%22team%22%3A%7B%22id%22%3A%22|\"team_id\":\")(T\w+)")
"""Where each kind of Slack's requests says its team: commands, presses and forms, events."""

Headers = Mapping[str, str] | Mapping[str, list[str]] | Iterable[tuple[str, str]]
Response = tuple[int, dict[str, str], bytes]


class Dispatcher:
    """Answers the requests that Slack posts to /slack/events; call it from a thread, it waits for the store."""

    def __init__(
        self, app: App, signing_secret: str, *, ack_seconds: float = 2.5, clock: Callable[[], float] = time.time
    ) -> None:
        self._app = app
        self._secret = signing_secret
        self._ack_seconds = ack_seconds
        self._clock = clock
        self.last_at: float | None = None
        """When the last genuine request came, in Unix seconds."""

    def receive(
        self, body: bytes, headers: Headers, *, received: float | None = None
    ) -> tuple[str, Callable[[], Response]]:
        """Return which team sent a genuine request, "" for any other, and what answers it, wherever it is called.

        A header that came twice is refused, so give all of its values. `received` is the monotonic instant it arrived.
        """
        begun = time.monotonic() if received is None else received
        pairs, now = _pairs(headers), self._clock()
        try:
            key = verify(body, pairs, self._secret, now)
        except Refused as refusal:
            _logger.warning("refused a request to Slack's address: %s", refusal)
            return "", partial(_told, refusal.status)
        self.last_at = now
        found = _TEAM.search(body)
        return found[1].decode() if found else "", partial(self._answer, body, pairs, key, begun)

    def dispatch(self, body: bytes, headers: Headers, *, received: float | None = None) -> Response:
        """Answer one request."""
        _, answer = self.receive(body, headers, received=received)
        return answer()

    def _answer(self, body: bytes, pairs: list[tuple[str, str]], key: str, begun: float) -> Response:
        context = {"delivery_key": key, "deadline": begun + self._ack_seconds}
        known = {name.lower(): value for name, value in pairs if name.lower() in _READ}
        try:
            # What was read already Bolt takes only as if it had come over a socket; it makes no other difference of it.
            payload = read_body(body, known.get("content-type", ""))
            request = BoltRequest(mode="socket_mode", body=payload, headers={**known}, context=context)
        except (ValueError, TypeError, AttributeError, LookupError):
            # Signed, but no payload of Slack's: Bolt trips over it while reading.
            return _told(400)
        event_id = payload.get("event_id")
        if event_id:
            request.context["delivery_key"] = f"event {event_id}"
        answer = self._app.dispatch(request)
        return answer.status, answer.first_headers_without_set_cookie(), answer.body.encode()


def _told(status: int) -> Response:
    return status, {"content-type": "text/plain"}, b""


def _pairs(headers: Headers) -> list[tuple[str, str]]:
    if not isinstance(headers, Mapping):
        return list(headers)
    pairs: list[tuple[str, str]] = []
    for name, value in headers.items():
        pairs.extend((name, one) for one in ([value] if isinstance(value, str) else value))
    return pairs
