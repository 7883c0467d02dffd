"""Socket Mode: envelopes over a WebSocket that this process opens; the same listeners, the same answers in the ack."""

import hashlib
import json
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slack_bolt import App
from slack_bolt.request import BoltRequest
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from crmbot.errors import SendFailed
from crmbot.slack.api import SlackApi
from crmbot.slack.app import quiet_logger
from crmbot.slack.backoff import Backoff
from crmbot.slack.incidents import record_incident

_logger = logging.getLogger(__name__)
_PING_SECONDS = 5.0
_STALE_SECONDS = 20.0
_LOOK_SECONDS = 0.5
_ROTATE_SECONDS = 15 * 60.0


@dataclass(frozen=True, slots=True)
class SocketHealth:
    """How the socket does; instants are Unix seconds. `last_event_at` tells more than `connected`: sockets go deaf."""

    connected: bool
    last_event_at: float | None
    last_heard_at: float | None
    failures: int
    reason: str


class _Client(SocketModeClient):
    """The SDK's client, asking for a new address only when the listener says so."""

    def __init__(self, open_url: Callable[[], str]) -> None:
        self._open_url = open_url
        super().__init__(
            app_token="",
            logger=quiet_logger(),
            auto_reconnect_enabled=False,
            ping_interval=_PING_SECONDS,
            concurrency=10,
        )

    def issue_new_wss_url(self) -> str:
        """Return the address of a new link."""
        return self._open_url()

    def connect_to_new_endpoint(self, force: bool = False) -> None:
        """Leave reconnecting to the listener's own thread, which knows when to wait."""
        del force

    def renew(self) -> None:
        """Open a new link, then close the old one."""
        with self.connect_operation_lock:
            self.wss_uri = self.issue_new_wss_url()
            self.connect()


class SocketListener:
    """Keeps one link to Slack open and answers what comes over it.

    A new link is opened when Slack announces the end of this one, when pongs stay away, and when nothing at all has
    come for `rotate_seconds`: a socket that answers pings may still be deaf.
    """

    def __init__(
        self,
        app: App,
        api: SlackApi,
        app_token: str,
        *,
        ack_seconds: float = 2.5,
        rotate_seconds: float = _ROTATE_SECONDS,
        unanswered: Callable[[str], None] | None = None,
        backoff: Backoff | None = None,
    ) -> None:
        """Prepare; `unanswered` is told the delivery key of an answer that did not get through."""
        self._app = app
        self._api = SlackApi(app_token, api.base_url, api.seconds)
        self._ack_seconds = ack_seconds
        self._rotate_seconds = rotate_seconds
        self._unanswered = unanswered
        self._backoff = backoff or Backoff()
        self._stopping = threading.Event()
        self._renew = threading.Event()
        self._client: _Client | None = None
        self._thread: threading.Thread | None = None
        self._opened_at = self._heard_at = 0.0
        self._last_event_at: float | None = None
        self._reason = "not started"

    def start(self) -> None:
        """Connect from a thread of its own, now and whenever the link is lost."""
        self._stopping.clear()
        self._client = _Client(self._open_url)
        self._client.on_message_listeners.append(self._hear)
        self._client.socket_mode_request_listeners.append(self._answer)
        self._thread = threading.Thread(target=self._keep_open, name="slack-socket", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close the link after the answers under way were sent."""
        self._stopping.set()
        self._renew.set()
        if self._thread is not None:
            self._thread.join(self._api.seconds + 1)
        if self._client is not None:
            self._client.message_workers.shutdown(wait=True)
            self._client.close()
        self._reason = "stopped"

    def health(self) -> SocketHealth:
        """Return how the link does."""
        client = self._client
        connected = client is not None and client.is_connected()
        return SocketHealth(
            connected, self._last_event_at, self._heard_at or None, self._backoff.failures, self._reason
        )

    def _keep_open(self) -> None:
        while not self._stopping.is_set():
            why = self._why_renew()
            if why is None:
                self._renew.wait(_LOOK_SECONDS)
                continue
            self._renew.clear()
            wait = self._connect(why)
            if wait:
                self._stopping.wait(wait)

    def _why_renew(self) -> str | None:
        """Return why a new link is needed, None when this one is good."""
        client = self._client
        if client is None or not client.is_connected() or client.current_session is None:
            return "not connected"
        if self._renew.is_set():
            return "Slack asked for a new link"
        pong = client.current_session.last_ping_pong_time or self._opened_at
        if time.time() - pong > _STALE_SECONDS:
            return "no pong"
        if time.time() - max(self._heard_at, self._opened_at) > self._rotate_seconds:
            return "silent for long"
        return None

    def _connect(self, why: str) -> float:
        """Open a link; return the seconds to wait before the next try, 0 when it worked."""
        client = self._client
        if client is None:
            return 0.0
        try:
            client.renew()
        except SendFailed as failure:
            self._reason = f"{why}; {failure.reason}"
            return self._backoff.failed(failure.retry_after or 0.0)
        except OSError as error:
            self._reason = f"{why}; {type(error).__name__}"
            return self._backoff.failed()
        if not client.is_connected():
            self._reason = f"{why}; the handshake failed"
            return self._backoff.failed()
        self._opened_at = time.time()
        self._reason = "connected"
        self._backoff.succeeded()
        _logger.info("a new Slack link is open (%s)", why)
        return 0.0

    def _open_url(self) -> str:
        return str(self._api.call("apps.connections.open")["url"])

    def _hear(self, text: str) -> None:
        self._heard_at = time.time()
        if '"disconnect"' in text and json.loads(text).get("type") == "disconnect":
            self._renew.set()

    def _answer(self, client: BaseSocketModeClient, envelope: SocketModeRequest) -> None:
        """Answer one envelope; without an ack nothing has happened, and Slack sends events again."""
        begun = time.monotonic()
        self._last_event_at = time.time()
        key = delivery_key(envelope.payload)
        request = BoltRequest(
            mode="socket_mode",
            body=envelope.payload,
            context={"delivery_key": key, "deadline": begun + self._ack_seconds},
        )
        answer = self._app.dispatch(request)
        if answer.status != 200:  # noqa: PLR2004 - HTTP's OK
            return
        payload = _payload(answer.body) if envelope.accepts_response_payload else None
        try:
            client.send_socket_mode_response(SocketModeResponse(envelope.envelope_id, payload))
        except Exception as error:  # noqa: BLE001 - whatever broke, the answer did not get through
            record_incident(error, "sending an ack")
            if self._unanswered is not None:
                self._unanswered(key)


def delivery_key(payload: dict[str, Any]) -> str:
    """Return what tells an envelope's content again: the event's id, else a hash of all of it (the trigger id too)."""
    if payload.get("event_id"):
        return f"event {payload['event_id']}"
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()


def _payload(body: str) -> dict[str, Any] | None:
    if not body:
        return None
    try:
        found = json.loads(body)
    except ValueError:
        return {"text": body}
    return found if isinstance(found, dict) else {"text": body}
