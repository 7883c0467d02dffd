"""The web server of a test: on a port of its own, without Slack unless it is given."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from crmbot.service import CrmService
from crmbot.web.app import build_web
from crmbot.web.health import Health
from crmbot.web.server import WebServer


@contextmanager
def web_server(service: CrmService, **parts: Any) -> Iterator[str]:
    """Serve, and yield the address; `parts` are `build_web`'s."""
    given = {"slack": None, "health": lambda: Health({}), "metrics": lambda: b""} | parts
    server = WebServer(build_web(service, **given), "127.0.0.1:0")
    server.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.stop(10)
