"""The web server as a part: uvicorn in a thread of its own."""

import socket
import threading
import time
from collections.abc import Mapping

import uvicorn
from starlette.types import ASGIApp

from crmbot.errors import ConfigError

_START_SECONDS = 10.0


class WebServer:
    """Serves an application at HOST:PORT until stopped."""

    def __init__(self, app: ASGIApp, bind: str) -> None:
        host, _, port = bind.rpartition(":")
        config = uvicorn.Config(
            app, host=host, port=int(port), log_level="warning", access_log=False, ws="none", lifespan="off"
        )
        self.bind = bind
        self.host, self.port = host, int(port)
        self._server = uvicorn.Server(config)
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to listen, and return once requests are answered; ConfigError when the address is taken."""
        try:
            listener = socket.create_server((self.host, self.port))
        except OSError as error:
            raise ConfigError(f"Nothing can listen at {self.bind}: {error.strerror}. Choose another: --bind") from error
        self.port = listener.getsockname()[1]
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listener]}, name="crmbot-web", daemon=True
        )
        self._thread.start()
        deadline = time.monotonic() + _START_SECONDS
        while not self._server.started and self._thread.is_alive() and time.monotonic() < deadline:
            time.sleep(0.005)

    def stop(self, seconds: float) -> None:
        """Take no more requests, and answer those under way."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(seconds)

    def health(self) -> Mapping[str, object]:
        """Say whether it listens."""
        return {"listening": self._server.started, "bind": self.bind}
