"""Several processes that answer at one address: one that dies is started again, and all of them end together."""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from socket import socket
from types import FrameType

from crmbot.jobs.worker import STOP_SECONDS
from crmbot.store.rota import Rota, Seat

_logger = logging.getLogger(__name__)
_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_LOOK_SECONDS = 0.1
_STEADY_SECONDS = 10.0
"""Who lived so long was well: the next one starts at once."""
_FIRST_NAP, _LONGEST_NAP = 0.2, 10.0


@dataclass
class _Place:
    """One of the siblings: what it listens at, its process while it lives, and when the next one may start."""

    listener: socket
    seat: Seat
    process: int | None = None
    begun_at: float = 0.0
    due_at: float = 0.0
    deaths: int = 0


class Siblings:
    """Runs `work` in a process of its own for each listener, with its seat among those that write.

    The listeners stay open here, so that who comes while a process is started again waits and isn't turned away. The
    processes are forked: open no store and start no thread before.
    """

    def __init__(self, listeners: Sequence[socket], work: Callable[[socket, Seat], None]) -> None:
        self._rota = Rota(len(listeners))
        self._places = [_Place(listener, self._rota.seat(number)) for number, listener in enumerate(listeners)]
        self._work = work
        self._told_to_stop = threading.Event()
        # Nobody writes: that it is closed tells the siblings that this process is gone.
        self._life, self._held = os.pipe()

    def run(self) -> None:
        """Keep all of them running until SIGTERM or SIGINT; call it in the main thread."""
        before = {number: signal.signal(number, self._tell) for number in _SIGNALS}
        try:
            while not self._told_to_stop.is_set():
                self._bury()
                self._begin_due()
                self._told_to_stop.wait(_LOOK_SECONDS)
        finally:
            self._stop()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _begin_due(self) -> None:
        for place in self._places:
            if place.process is None and time.monotonic() >= place.due_at:
                place.begun_at = time.monotonic()
                place.process = self._fork(place)

    def _fork(self, place: _Place) -> int:
        """Start a process. No signal is lost meanwhile: it comes when the new one knows what to do with it."""
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        try:
            process = os.fork()
            if process == 0:
                self._be(place)
            return process
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)

    def _be(self, place: _Place) -> None:
        """Work as this sibling, and never return."""
        code = 1
        try:
            os.close(self._held)
            for other in self._places:
                if other is not place:
                    other.listener.close()
            for number in _SIGNALS:
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
            threading.Thread(target=self._end_with_parent, name="crmbot-parent", daemon=True).start()
            self._work(place.listener, place.seat)
            code = 0
        except Exception as error:  # noqa: BLE001 - a process's last stop
            _logger.error("the process could not go on: %s", error)  # noqa: TRY400 - a sentence, for whoever runs it
        finally:
            logging.shutdown()
            os._exit(code)

    def _end_with_parent(self) -> None:
        os.read(self._life, 1)
        os.kill(os.getpid(), signal.SIGTERM)

    def _bury(self) -> None:
        """Note who died, and when the next one starts: at once, later and later when none lives for long."""
        for place in self._places:
            if place.process is None:
                continue
            gone, status = os.waitpid(place.process, os.WNOHANG)
            if not gone:
                continue
            lived = time.monotonic() - place.begun_at
            place.deaths = 0 if lived > _STEADY_SECONDS else place.deaths + 1
            nap = min(_FIRST_NAP * 2 ** (place.deaths - 1), _LONGEST_NAP) if place.deaths else 0.0
            place.process, place.due_at = None, time.monotonic() + nap
            _logger.error(
                "process %d ended with %d; another one takes its place", gone, os.waitstatus_to_exitcode(status)
            )

    def _stop(self) -> None:
        """Let all of them finish what is under way; who takes too long is ended."""
        for place in self._places:
            place.listener.close()
            if place.process is not None:
                os.kill(place.process, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for place in self._places:
            self._await_end(place, deadline)
        os.close(self._held)
        os.close(self._life)
        self._rota.close()

    @staticmethod
    def _await_end(place: _Place, deadline: float) -> None:
        if place.process is None:
            return
        while not os.waitpid(place.process, os.WNOHANG)[0]:
            if time.monotonic() > deadline:
                os.kill(place.process, signal.SIGKILL)
                os.waitpid(place.process, 0)
                break
            time.sleep(_LOOK_SECONDS / 10)
        place.process = None

    def _tell(self, number: int, _frame: FrameType | None) -> None:
        _logger.info("told to stop by %s", signal.Signals(number).name)
        self._told_to_stop.set()
