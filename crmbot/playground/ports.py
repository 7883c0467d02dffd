"""Free ports on loopback, and waiting until something listens on one."""

import socket
import time

TIMEOUT_S = 15.0


def free_port() -> int:
    """Return a port on 127.0.0.1 that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_listening(port: int) -> None:
    """Return once the port accepts connections; TimeoutError when it never does."""
    _wait(port, listening=True)


def wait_until_closed(port: int) -> None:
    """Return once the port refuses connections; TimeoutError when it never does."""
    _wait(port, listening=False)


def _wait(port: int, *, listening: bool) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while _accepts(port) != listening:
        if time.monotonic() > deadline:
            raise TimeoutError(f"port {port} did not {'open' if listening else 'close'} within {TIMEOUT_S} s")
        time.sleep(0.01)


def _accepts(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
