"""The process that reads mail: one mail after the other, each within its processor time, all within the memory."""

import contextlib
import resource
import signal
import socket
import sys
from pathlib import Path

from crmbot.mail.guarded.frames import pack, receive, send
from crmbot.mail.reading import read_mail

READ, FAILED, NO_MEMORY = b"r", b"f", b"m"
"""What an answer begins with: the mail follows, or why there is none."""
_IDLE_SECONDS = 120.0
"""After which the memory is given back; the next mail starts another process."""


def serve(other: socket.socket, seconds: float, megabytes: int) -> None:
    """Answer each raw mail with what was understood of it, until nobody asks any more.

    A mail that takes longer than `seconds` of processor time ends the process: SIGPROF, which nobody handles.
    """
    _limit_memory(megabytes)
    other.settimeout(_IDLE_SECONDS)
    with contextlib.suppress(TimeoutError, ConnectionError):
        while (raw := receive(other)) is not None:
            signal.setitimer(signal.ITIMER_PROF, seconds)
            answer = _answer(raw)
            signal.setitimer(signal.ITIMER_PROF, 0)
            send(other, answer)


def _answer(raw: bytes) -> bytes:
    try:
        return READ + pack(read_mail(raw), raw)
    except MemoryError:
        return NO_MEMORY
    except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to this mail alone
        return FAILED + f"{type(error).__name__}: {error}"[:500].encode("utf-8", "replace")


def _limit_memory(megabytes: int) -> None:
    """Allow so much more than the process has now; where the system doesn't tell, there is no limit."""
    with contextlib.suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        most = pages * resource.getpagesize() + megabytes * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the worker ends it, by closing the socket
    with socket.socket(fileno=int(sys.argv[1])) as worker:
        serve(worker, float(sys.argv[2]), int(sys.argv[3]))
