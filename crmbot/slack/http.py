"""Requests from Slack over HTTP: verified before anything in them is read, then dispatched."""

import logging
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from slack_bolt import App
from slack_bolt.request import BoltRequest

from crmbot.slack.signature import Refused, verify

_logger = logging.getLogger(__name__)
_READ = frozenset({"content-type", "x-slack-retry-num", "x-slack-retry-reason"})

_TEAM = re.compile(rb"(?<=team_id=)T\w+|(?<=%22team%22%3A%7B%22id%22%3A%22)T\w+|(?<=\"team_id\":\")T\w+")
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

    def team_of(self, body: bytes, headers: Headers) -> str:
        """Return which team sent a genuine request; "" for any other."""
        try:
            verify(body, _pairs(headers), self._secret, self._clock())
        except Refused:
            return ""
        found = _TEAM.search(body)
        return found[0].decode() if found else ""

    def dispatch(
        self,
        body: bytes,
        headers: Headers,
        query: str = "",
        *,
        received: float | None = None,
    ) -> Response:
        """Answer one request; a header that came twice is refused, so give all of its values.

        `received` is the monotonic instant it arrived, when it waited for a thread since.
        """
        begun = time.monotonic() if received is None else received
        pairs = _pairs(headers)
        try:
            key = verify(body, pairs, self._secret, self._clock())
        except Refused as refusal:
            _logger.warning("refused a request to Slack's address: %s", refusal)
            return refusal.status, {"content-type": "text/plain"}, b""
        self.last_at = self._clock()
        context = {"delivery_key": key, "deadline": begun + self._ack_seconds}
        known: dict[str, str | Sequence[str]] = {name: value for name, value in pairs if name.lower() in _READ}
        try:
            request = BoltRequest(body=body.decode(), query=query, headers=known, context=context)
        except (ValueError, TypeError, AttributeError, LookupError):
            # Signed, but no payload of Slack's: Bolt trips over it while reading.
            return 400, {"content-type": "text/plain"}, b""
        event_id = request.body.get("event_id")
        if event_id:
            request.context["delivery_key"] = f"event {event_id}"
        answer = self._app.dispatch(request)
        return answer.status, answer.first_headers_without_set_cookie(), answer.body.encode()


def _pairs(headers: Headers) -> list[tuple[str, str]]:
    if not isinstance(headers, Mapping):
        return list(headers)
    pairs: list[tuple[str, str]] = []
    for name, value in headers.items():
        pairs.extend((name, one) for one in ([value] if isinstance(value, str) else value))
    return pairs
