"""A connection to the web server, on which Slack's requests are answered in few steps; all else is uvicorn's."""

import os
from asyncio import AbstractEventLoop, Transport
from collections.abc import Callable
from functools import partial
from threading import Lock
from time import monotonic
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from crmbot.web.fairness import Crowded
from crmbot.web.slack import PATH, Answer, SlackFirst, crowded

_SHORT = 32_768
"""Bytes; a body beyond goes the way of all other requests, which bounds it as it comes."""
_PATIENCE = 1.0
"""Seconds that a server that stops waits for the rest of a request."""
_FAILED: Answer = 500, {"content-type": "text/plain; charset=utf-8"}, b"Internal Server Error"


class Connection(HttpToolsProtocol):
    """Reads and writes HTTP as uvicorn does, but begins no task for a request to Slack's address.

    ASGI's messages and the ways through the event loop would take as long as a listener that does nothing: here the
    event loop hands a whole request to a thread, which writes the answer to the socket itself. The order of requests,
    their bounds and what ends a connection stay uvicorn's; but who sends no more is answered, and a server that stops
    waits no longer than a moment for the rest of a request.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._slack = config.app if isinstance(config.app, SlackFirst) else None
        self._coming: RequestResponseCycle | None = None
        """A request to Slack's address whose body is not here yet."""
        self._begun = 0.0
        self._socket = -1
        """The file descriptor to write to; it is open for as long as the lock is held and it isn't -1."""
        self._open = Lock()

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Begin."""
        super().connection_made(transport)
        if self.scheme == "http":
            self._socket = transport.get_extra_info("socket").fileno()

    def connection_lost(self, exc: Exception | None) -> None:
        """End; the transport closes the socket after this, and its number may become another connection's."""
        with self._open:
            self._socket = -1
        self._coming = None
        super().connection_lost(exc)

    def eof_received(self) -> bool:  # type: ignore[override]
        """Answer who sends no more, and close then; at once where nothing is asked, or not to its end."""
        cycle = self.cycle
        if cycle is None or cycle.response_complete or cycle.more_body:
            return False
        cycle.keep_alive = False
        return True

    def shutdown(self) -> None:
        """Close after the answers to what has come, and to a request whose rest comes soon."""
        super().shutdown()
        if not self.transport.is_closing():
            self.loop.call_later(_PATIENCE, self._give_up)

    def _give_up(self) -> None:
        """Close on who has not sent all of a request, of which nothing is done yet."""
        cycle = self.cycle
        if self.transport.is_closing() or not cycle.more_body or cycle.response_started:
            return
        if self.pipeline:
            # What came before it is answered first.
            self.loop.call_later(_PATIENCE, self._give_up)
        else:
            self.transport.close()

    def on_body(self, body: bytes) -> None:
        """Take a part of a body."""
        super().on_body(body)
        cycle = self._coming
        if cycle is not None and len(cycle.body) > _SHORT:
            self._coming = None
            super()._start_asgi_task(cycle, self.app)

    def on_message_complete(self) -> None:
        """Answer a request to Slack's address, now that all of it is here."""
        super().on_message_complete()
        cycle, self._coming = self._coming, None
        if cycle is not None and self._slack is not None:
            self._serve(self._slack, cycle)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """Begin to answer; uvicorn calls this when the headers are here and whatever came before is answered."""
        scope = cycle.scope
        plain = scope["path"] == PATH and scope["method"] == "POST" and not cycle.waiting_for_100_continue
        # Who leaves answers unread gets the next in ASGI's way, which waits for them to go; so the thread finds nothing
        # before it that the event loop still has to write.
        is_behind = self.transport.get_write_buffer_size() > 0
        if self._slack is None or app is not self.app or not plain or is_behind:
            super()._start_asgi_task(cycle, app)
            return
        self._begun = monotonic()
        if cycle.more_body:
            self._coming = cycle
        else:
            self._serve(self._slack, cycle)

    def _serve(self, slack: SlackFirst, cycle: RequestResponseCycle) -> None:
        body = bytes(cycle.body)
        team, work = slack.slack.receive(body, list(cycle.scope["headers"]), received=self._begun)
        try:
            slack.threads.begin(team, partial(self._made, cycle, work), partial(self._answer, cycle))
        except Crowded:
            # Not at once: of many requests in a row each would be answered inside the one before.
            self.loop.call_soon(self._end, cycle, self._made(cycle, lambda: crowded(body)))
        except RuntimeError as error:
            self._answer(cycle, b"", error)

    def _made(self, cycle: RequestResponseCycle, work: Callable[[], Answer]) -> bytes:
        """Return all that is sent."""
        status, headers, body = work()
        lines = [STATUS_LINE[status].decode()]
        for name, value in headers.items():
            if not (name.isprintable() and value.isprintable()):
                raise ValueError("This can't be a header.")
            lines.append(f"{name}: {value}\r\n")
        lines += [f"{name.decode()}: {value.decode()}\r\n" for name, value in self.server_state.default_headers]
        if not cycle.keep_alive:
            lines.append("connection: close\r\n")
        return f"{''.join(lines)}content-length: {len(body)}\r\n\r\n".encode("latin-1") + body

    def _answer(self, cycle: RequestResponseCycle, sent: bytes, error: BaseException | None) -> None:
        """Write what was made, in whichever thread made it; the event loop writes what is left of it, and goes on."""
        if error is not None:
            self.logger.error("Exception while answering Slack\n", exc_info=error)
            sent = self._made(cycle, lambda: _FAILED)
        self.loop.call_soon_threadsafe(self._end, cycle, self._write(sent))

    def _write(self, sent: bytes) -> bytes:
        """Write to the socket and return what it did not take."""
        with self._open:
            if self._socket < 0 or self.transport.is_closing():
                return sent
            try:
                return sent[os.write(self._socket, sent) :]
            except OSError:
                # The transport meets it too, and knows what to do.
                return sent

    def _end(self, cycle: RequestResponseCycle, left: bytes) -> None:
        """Leave the request behind, in the event loop."""
        if self.transport.is_closing():
            return
        if left:
            self.transport.write(left)
        cycle.response_started = cycle.response_complete = True
        if not cycle.keep_alive:
            self.transport.close()
        self.on_response_complete()
