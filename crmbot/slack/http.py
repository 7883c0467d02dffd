"""Requests from Slack over HTTP: verified before anything in them is read, then dispatched."""

import logging
import re
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from slack_bolt import App, BoltRequest

from crmbot.slack.body import read_body
from crmbot.slack.commands import Command
from crmbot.slack.signature import Heads, Refused, verify

_logger = logging.getLogger(__name__)
_READ = (b"content-type", b"x-slack-retry-num", b"x-slack-retry-reason")

_TEAM = re.compile(rb"(?:team_id=|%22team%22%3A%7B%22id%22%3A%22|\"team_id\":\")(T\w+)")
"""Where each kind of Slack's requests says its team: commands, presses and forms, events."""

Response = tuple[int, dict[str, str], bytes]

_PLAIN = {"content-type": "text/plain"}


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
        self, body: bytes, headers: Heads, *, received: float | None = None
    ) -> tuple[str, Callable[[], Response]]:
        """Return which team sent a genuine request, "" for any other, and what answers it, in any thread.

        `received` is the monotonic instant it arrived.
        """
        begun = time.monotonic() if received is None else received
        now = self._clock()
        try:
            key = verify(body, headers, self._secret, now)
        except Refused as refusal:
            _logger.warning("refused a request to Slack's address: %s", refusal)
            return "", partial(_told, refusal.status)
        self.last_at = now
        found = _TEAM.search(body)
        return found[1].decode() if found else "", partial(self._answer, body, headers, key, begun + self._ack_seconds)

    def _answer(self, body: bytes, headers: Heads, key: str, deadline: float) -> Response:
        known = dict(headers)
        try:
            payload = read_body(body, known.get(b"content-type", b"").decode("latin-1"))
            event_id = payload.get("event_id")
            context = {"delivery_key": f"event {event_id}" if event_id else key, "deadline": deadline}
            request = Command(payload, context) if "command" in payload else _request(payload, known, context)
        except (ValueError, TypeError, AttributeError, LookupError):
            # Signed, but no payload of Slack's: Bolt trips over it while reading.
            return _told(400)
        answer = self._app.dispatch(request)
        return answer.status, answer.first_headers_without_set_cookie(), answer.body.encode()


def _request(payload: dict[str, Any], known: dict[bytes, bytes], context: dict[str, Any]) -> BoltRequest:
    # What was read already Bolt takes only as if it had come over a socket; it makes no other difference of it.
    read = {name.decode(): known[name].decode("latin-1") for name in _READ if name in known}
    return BoltRequest(mode="socket_mode", body=payload, headers={**read}, context=context)


def _told(status: int) -> Response:
    return status, _PLAIN, b""
