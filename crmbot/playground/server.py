"""The stand-in as a running server: a workspace reachable over HTTP and WebSocket on loopback."""

import asyncio
import logging
import socket
import threading
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import uvicorn
from starlette.routing import BaseRoute
from uvicorn.protocols.http.h11_impl import H11Protocol

from crmbot.playground.app import Routes
from crmbot.playground.faults import Fault
from crmbot.playground.sending import Sender
from crmbot.playground.state import Clock

STARTING_SECONDS = 10


class OpenProtocol(H11Protocol):
    """Hands every request its transport, so that a fault can break the connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn does
        """Put the transport where requests and sockets find it."""
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)


class StandIn(Sender):
    """A Slack of one's own; use it as a context manager, or call `start` and `stop`."""

    def __init__(self, port: int = 0, *, host: str = "127.0.0.1", clock: Clock = time.time) -> None:
        """Prepare a server; port 0 takes a free one. `clock` returns Unix seconds."""
        super().__init__(clock)
        self.host = host
        self.port = port
        self._more: list[BaseRoute] = []
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._routes: Routes | None = None

    @property
    def api_url(self) -> str:
        """Return the `base_url` for the SDK's clients."""
        return f"{self.base_url}/api/"

    @property
    def stopping(self) -> bool:
        """Say whether the server is about to go."""
        return self._server is None or self._server.should_exit

    def script(self, method: str, steps: list[Fault]) -> None:
        """Let the next calls of a method (or of "upload", "response_url") meet these, in order."""
        with self.changed:
            self.scripts.setdefault(method, []).extend(steps)

    def serve_also(self, routes: Sequence[BaseRoute]) -> None:
        """Add routes before the start, such as those of the playground's page."""
        self._more.extend(routes)

    def start(self) -> Self:
        """Serve from a thread of its own; returns once connections are taken."""
        listener = socket.create_server((self.host, self.port), reuse_port=False)
        self.port = listener.getsockname()[1]
        self.base_url = f"http://{self.host}:{self.port}"
        self._routes = Routes(self, self.links, self._more)
        config = uvicorn.Config(
            self._routes.build(),
            http=OpenProtocol,
            ws="wsproto",
            lifespan="off",
            log_config=None,
            log_level=logging.ERROR,
            access_log=False,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, args=(listener,), name="slack-stand-in", daemon=True)
        self._thread.start()
        deadline = time.monotonic() + STARTING_SECONDS
        while not self._server.started:
            if time.monotonic() > deadline or not self._thread.is_alive():
                raise RuntimeError("the stand-in did not start")
            time.sleep(0.005)
        return self

    def _run(self, listener: socket.socket) -> None:
        with asyncio.Runner() as runner:
            runner.run(self._serve(listener))

    async def _serve(self, listener: socket.socket) -> None:
        self.links.loop = asyncio.get_running_loop()
        if self._routes is None or self._server is None:
            raise RuntimeError("start first")
        self._routes.stopping = asyncio.Event()
        await self._server.serve(sockets=[listener])

    def stop(self) -> None:
        """Close every connection and wait until the server is gone."""
        if self._server is None or self._thread is None or self.links.loop is None:
            return
        if self._thread.is_alive() and self._routes and self._routes.stopping:
            self.links.loop.call_soon_threadsafe(self._routes.stopping.set)
        self._server.should_exit = True
        self._thread.join(STARTING_SECONDS)
        self._server = self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
