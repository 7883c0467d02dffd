"""Socket Mode: envelopes over a WebSocket that this process opens; the same listeners, the same answers in the ack.

The SDK's own client is not used: at the end of a stream it spins, it drops half a frame when its read times out, and
it takes up to three seconds to begin reading a new link, which is all the time an ack has.
"""

import hashlib
import json
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from slack_bolt import App
from slack_bolt.request import BoltRequest

from crmbot.errors import SendFailed
from crmbot.slack.api import SlackApi
from crmbot.slack.backoff import Backoff
from crmbot.slack.desk import Answered
from crmbot.slack.incidents import record_incident
from crmbot.slack.link import Link

_logger = logging.getLogger(__name__)
_THREADS = 10
_LOOK_SECONDS = 0.2
_LEAVE_SECONDS = 5.0
_ROTATE_SECONDS = 15 * 60.0


@dataclass(frozen=True, slots=True)
class SocketHealth:
    """How the socket does; instants are Unix seconds. `last_event_at` tells more than `connected`: sockets go deaf."""

    connected: bool
    last_event_at: float | None
    last_heard_at: float | None
    failures: int
    reason: str


class SocketListener:
    """Keeps a link to Slack open and answers what comes over it.

    A new link is opened when Slack announces the end of this one (which goes only afterwards), when it breaks or no
    pong comes, and when no message has come for `rotate_seconds`: a socket that answers pings may still be deaf.
    """

    def __init__(
        self,
        app: App,
        api: SlackApi,
        app_token: str,
        *,
        ack_seconds: float = 2.5,
        rotate_seconds: float = _ROTATE_SECONDS,
        backoff: Backoff | None = None,
    ) -> None:
        """Prepare; `api` tells where Slack is, `app_token` (xapp-...) opens the links."""
        self._app = app
        self._api = SlackApi(app_token, api.base_url, api.seconds)
        self._ack_seconds = ack_seconds
        self._rotate_seconds = rotate_seconds
        self._backoff = backoff or Backoff()
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._links: list[Link] = []
        self._workers: ThreadPoolExecutor | None = None
        self._thread: threading.Thread | None = None
        self._last_event_at: float | None = None
        self._reason = "not started"

    def start(self) -> None:
        """Connect from a thread of its own, now and whenever the link is lost."""
        self._stopping.clear()
        self._workers = ThreadPoolExecutor(_THREADS, thread_name_prefix="slack-answer")
        self._thread = threading.Thread(target=self._keep_open, name="slack-socket", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Send the answers under way, then close the link."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(self._api.seconds + 1)
        if self._workers is not None:
            self._workers.shutdown(wait=True)
        for link in self._links:
            link.close()
        self._links.clear()
        self._reason = "stopped"

    def health(self) -> SocketHealth:
        """Return how the link does."""
        link = self._current()
        heard = link.heard_at if link else None
        return SocketHealth(link is not None, self._last_event_at, heard, self._backoff.failures, self._reason)

    def _current(self) -> Link | None:
        links = [link for link in list(self._links) if link.is_open]
        return links[-1] if links else None

    def _keep_open(self) -> None:
        while not self._stopping.is_set():
            self._let_go()
            why = self._why_renew()
            wait = self._renew(why) if why else 0.0
            if wait:
                self._stopping.wait(wait)
            elif not why:
                self._wake.wait(_LOOK_SECONDS)
            self._wake.clear()

    def _why_renew(self) -> str | None:
        """Return why a new link is needed, None when there is a good one."""
        link = self._current()
        if link is None:
            return "not connected"
        if link.leaving_at is not None:
            return "Slack asked for a new link"
        since = max(link.opened_at, self._last_event_at or 0.0)
        return "silent for long" if time.time() - since > self._rotate_seconds else None

    def _renew(self, why: str) -> float:
        """Open a link and take leave of the one before; return the seconds to wait when that failed, else 0."""
        try:
            url = str(self._api.call("apps.connections.open")["url"])
            link = Link(url, self._take, seconds=self._api.seconds)
            link.open()
        except SendFailed as failure:
            self._reason = f"{why}; {failure.reason}"
            return self._backoff.failed(failure.retry_after or 0.0)
        except OSError as error:
            self._reason = f"{why}; {type(error).__name__}"
            return self._backoff.failed()
        except Exception as error:  # noqa: BLE001 - this thread must not die: without it nothing is heard again
            self._reason = f"{why}; incident {record_incident(error, 'opening a Slack link')}"
            return self._backoff.failed()
        for old in self._links:
            old.leaving_at = old.leaving_at or time.time()
        self._links.append(link)
        self._backoff.succeeded()
        self._reason = "connected"
        _logger.info("a new Slack link is open (%s)", why)
        return 0.0

    def _let_go(self) -> None:
        """Close links that a newer one replaced, once answers under way had their time."""
        newest = self._links[-1:]
        for link in list(self._links):
            done = link.leaving_at is not None and time.time() - link.leaving_at > _LEAVE_SECONDS
            if not link.is_open or (done and link not in newest):
                link.close()
                self._links.remove(link)

    def _take(self, link: Link, text: str) -> None:
        """Take one message off a link; answering it is another thread's work."""
        try:
            message = json.loads(text)
        except ValueError:
            return
        if not isinstance(message, dict):
            return
        if message.get("type") == "disconnect":
            link.leaving_at = time.time()
            self._wake.set()
        elif message.get("envelope_id") and self._workers is not None and not self._stopping.is_set():
            self._last_event_at = time.time()
            self._workers.submit(self._answer, link, message, time.monotonic())

    def _answer(self, link: Link, envelope: dict[str, Any], begun: float) -> None:
        """Answer one envelope; without an ack nothing has happened, and Slack sends events again."""
        payload = envelope.get("payload") or {}
        key = delivery_key(payload)
        context = {"delivery_key": key, "deadline": begun + self._ack_seconds}
        request = BoltRequest(mode="socket_mode", body=payload, context=context)
        try:
            answer = self._app.dispatch(request)
            if answer.status == 200:  # noqa: PLR2004 - HTTP's OK
                ack: dict[str, Any] = {"envelope_id": envelope["envelope_id"]}
                told = _payload(answer.body) if envelope.get("accepts_response_payload") else None
                if told:
                    ack["payload"] = told
                self._send(link, json.dumps(ack))
        except Exception as error:  # noqa: BLE001 - a worker's last stop: whatever broke, there was no ack
            record_incident(error, "answering an envelope")
            answered = request.context.get("answered")
            if isinstance(answered, Answered):
                answered.forget(key)

    def _send(self, link: Link, text: str) -> None:
        """Send an ack the way the envelope came, or over the newest link when that is gone."""
        try:
            link.send(text)
        except OSError:
            other = self._current()
            if other is None:
                raise
            other.send(text)


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
