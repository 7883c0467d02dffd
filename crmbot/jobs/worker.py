"""The worker: its parts run side by side until the process is told to stop."""

import logging
import signal
import threading
import time
from collections.abc import Mapping
from types import FrameType
from typing import Protocol

STOP_SECONDS = 9.0
"""Within this everything is drained or left to the next worker."""

_logger = logging.getLogger(__name__)


class Part(Protocol):
    """Something that runs in the background."""

    def start(self) -> None:
        """Begin, and return at once."""
        ...

    def stop(self, seconds: float) -> None:
        """Take nothing new, finish what is under way, and return within so many seconds."""
        ...

    def health(self) -> Mapping[str, object]:
        """Return what tells progress."""
        ...


class Worker:
    """Runs named parts: the scheduler, the sender, the mail intake."""

    def __init__(self, parts: Mapping[str, Part]) -> None:
        self._parts = parts
        self._told_to_stop = threading.Event()

    def start(self) -> None:
        """Start all parts."""
        for part in self._parts.values():
            part.start()

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Stop all parts at once and wait for them together."""
        deadline = time.monotonic() + seconds
        stoppers = [
            threading.Thread(target=part.stop, args=(seconds - 0.5,), name=f"crmbot-stop-{name}", daemon=True)
            for name, part in self._parts.items()
        ]
        for stopper in stoppers:
            stopper.start()
        for stopper in stoppers:
            stopper.join(max(0.0, deadline - time.monotonic()))

    def run(self) -> None:
        """Run until SIGTERM or SIGINT; call it in the main thread."""
        before = {number: signal.signal(number, self._tell) for number in (signal.SIGTERM, signal.SIGINT)}
        self.start()
        try:
            self._told_to_stop.wait()
        finally:
            self.stop()
            for number, handler in before.items():
                signal.signal(number, handler)

    def health(self) -> Mapping[str, Mapping[str, object]]:
        """Return every part's facts."""
        return {name: part.health() for name, part in self._parts.items()}

    def _tell(self, number: int, _frame: FrameType | None) -> None:
        _logger.info("told to stop by %s", signal.Signals(number).name)
        self._told_to_stop.set()
