"""The web server as a part: uvicorn in a thread of its own."""

import logging
import socket
import threading
import time
from collections.abc import Mapping

import uvicorn
from starlette.types import ASGIApp

from crmbot.errors import ConfigError
from crmbot.web.connection import Connection

_START_SECONDS = 10.0
_logger = logging.getLogger(__name__)


def listen(bind: str, number: int = 1) -> tuple[socket.socket, ...]:
    """Return so many sockets that listen at HOST:PORT; the system shares out among them who comes.

    Raises:
        ConfigError: the address is taken.
    """
    host, _, port = bind.rpartition(":")
    try:
        # Sockets that share an address would take it from another crmbot that shares it too, so this one asks first.
        alone = socket.create_server((host, int(port)))
        listeners: tuple[socket.socket, ...] = (alone,)
        if number > 1:
            address = (host, alone.getsockname()[1])
            alone.close()
            listeners = tuple(socket.create_server(address, reuse_port=True) for _ in range(number))
        for listener in listeners:
            # Connections inherit it: else a body waits 40 ms until the caller has acknowledged the headers before it.
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as error:
        raise ConfigError(f"Nothing can listen at {bind}: {_reason(error)}. Choose another: --bind") from error
    return listeners


class WebServer:
    """Serves an application at HOST:PORT until stopped, or at a socket that listens there already."""

    def __init__(self, app: ASGIApp, bind: str, listener: socket.socket | None = None) -> None:
        host, _, port = bind.rpartition(":")
        config = uvicorn.Config(
            app,
            host=host,
            port=int(port),
            http=Connection,
            log_level="warning",
            access_log=False,
            ws="none",
            lifespan="off",
        )
        self.bind = bind
        self.host, self.port = host, int(port)
        self._listener = listener
        self._server = uvicorn.Server(config)
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to listen, and return once requests are answered; ConfigError when the address is taken."""
        listener = self._listener or listen(self.bind)[0]
        self.port = listener.getsockname()[1]
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listener]}, name="crmbot-web", daemon=True
        )
        self._thread.start()
        deadline = time.monotonic() + _START_SECONDS
        while not self._server.started and self._thread.is_alive() and time.monotonic() < deadline:
            time.sleep(0.005)
        if self._server.started:
            _logger.info("listening at http://%s:%d/", self.host, self.port)

    def stop(self, seconds: float) -> None:
        """Take no more requests, and answer those under way."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(seconds)

    def health(self) -> Mapping[str, object]:
        """Say whether it listens."""
        return {"listening": self._server.started, "bind": self.bind}


def _reason(error: OSError) -> str:
    """Return what the system says, without what Python adds to it."""
    return str(error.strerror).partition(" (while")[0]
