"""The worker's side: gives mail to the reading process, and takes it back when the process broke over it."""

import contextlib
import signal
import socket
import subprocess
import sys
import weakref
from dataclasses import dataclass
from threading import Lock
from typing import Self

from crmbot.mail.guarded.child import FAILED, NO_MEMORY, READ
from crmbot.mail.guarded.frames import receive, send, unpack
from crmbot.mail.values import Mail

SECONDS = 3.0
"""Processor time that one mail may take."""
MEGABYTES = 256
"""Memory that the reading of one mail may take."""
_WAIT_SECONDS = 60.0
"""By the clock, for a machine that gives the process no time; far below the lease of a batch."""


class TooCostly(Exception):
    """A mail took more than it may; trying again would take as much again."""


class ReaderBroke(Exception):
    """The reading process ended over a mail, or could not read it."""


@dataclass(frozen=True, slots=True)
class _Child:
    """The reading process and the way to it."""

    socket: socket.socket
    process: subprocess.Popen[bytes]

    def ended(self, seconds: float) -> int | None:
        """Return how the process ended, once it has; None when it goes on."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.process.wait(seconds)
        return None

    def end(self) -> None:
        """End the process: at once when it can, which a closed socket tells it, else by force."""
        self.socket.close()
        if self.ended(0.5) is None:
            self.process.kill()
            self.process.wait()


class GuardedReader:
    """Reads mails in a process that is started when it is needed; one after the other, from any thread."""

    def __init__(self, *, seconds: float = SECONDS, megabytes: int = MEGABYTES, wait: float = _WAIT_SECONDS) -> None:
        self._seconds, self._megabytes, self._wait = seconds, megabytes, wait
        self._lock = Lock()
        self._child: _Child | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __call__(self, raw: bytes) -> Mail:
        """Read one mail.

        Raises:
            TooCostly: it took more processor time or memory than a mail may.
            ReaderBroke: the process died of it, or failed.
        """
        with self._lock:
            answer = self._ask(raw)
            code = self._take_down() if answer is None else None
            if code == 0:
                answer = self._ask(raw)  # it had ended for want of mail
                code = self._take_down() if answer is None else None
            if answer is None:
                raise self._why(code)
        kind, rest = answer[:1], answer[1:]
        if kind == READ:
            return unpack(rest, raw)
        if kind == NO_MEMORY:
            raise TooCostly(f"reading it takes more than {self._megabytes} MB of memory")
        raise ReaderBroke(rest.decode("utf-8") if kind == FAILED else "the reading process answered nonsense")

    @property
    def pid(self) -> int | None:
        """The process that reads, while there is one."""
        return self._child.process.pid if self._child else None

    def start(self) -> None:
        """Start the process ahead, so that it loads while other things are done."""
        with self._lock:
            self._running()

    def close(self) -> None:
        """End the process; the next mail starts another."""
        with self._lock:
            child, self._child = self._child, None
            if child is not None:
                child.end()

    def _ask(self, raw: bytes) -> bytes | None:
        """Return the answer; None when the process has ended."""
        child = self._running()
        try:
            send(child.socket, raw)
            return receive(child.socket)
        except TimeoutError:
            child.process.kill()
            self._take_down()
            raise ReaderBroke(f"the reading process did not answer within {self._wait:g} seconds") from None
        except OSError:
            return None

    def _running(self) -> _Child:
        if self._child is None:
            ours, theirs = socket.socketpair()
            ours.settimeout(self._wait)
            command = [sys.executable, "-m", "crmbot.mail.guarded.child", str(theirs.fileno())]
            command += [str(self._seconds), str(self._megabytes)]
            with theirs:
                process = subprocess.Popen(  # noqa: S603 - this interpreter and this package
                    command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=(theirs.fileno(),)
                )
            self._child = _Child(ours, process)
            weakref.finalize(self, self._child.end)
        return self._child

    def _take_down(self) -> int | None:
        """End the process if there is one; return how it had ended by itself, None when it had not."""
        child, self._child = self._child, None
        if child is None:
            return None
        code = child.ended(1.0)
        child.end()
        return code

    def _why(self, code: int | None) -> Exception:
        if code == -signal.SIGPROF:
            return TooCostly(f"reading it takes more than {self._seconds:g} seconds of processor time")
        return ReaderBroke(f"the reading process ended over it ({code})")
