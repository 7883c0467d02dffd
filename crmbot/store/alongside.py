"""Work that is done beside a commit.

A commit waits for the disk, and nobody else needs the interpreter meanwhile when commands come one by one.
"""

from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from threading import Lock, Thread

Work = Callable[[], object]


class Alongside:
    """A thread that does one piece of work at a time while another thread waits; begun with the first."""

    def __init__(self) -> None:
        self._free, self._given, self._done = Lock(), _locked(), _locked()
        self._work: Work | None = None
        self._thread: Thread | None = None

    def during(self, wait: Work, work: Work) -> None:
        """Call `wait`, and `work` beside it, which is over then; not at all when the thread is busy.

        Raises:
            BaseException: what `wait` raised; what `work` raised is forgotten.
        """
        if not self._free.acquire(blocking=False):
            wait()
            return
        if self._thread is None and not self._begin():
            wait()
            return
        self._work = partial(copy_context().run, work)
        self._given.release()
        try:
            wait()
        finally:
            self._done.acquire()
            # Who is interrupted before leaves it taken: its work may not be over.
            self._free.release()

    def _begin(self) -> bool:
        thread = Thread(target=self._run, name="alongside", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # The system gives no more threads; whoever asks next may get one.
            self._free.release()
            return False
        self._thread = thread
        return True

    def _run(self) -> None:
        while True:
            self._given.acquire()
            work, self._work = self._work, None
            with suppress(BaseException):
                work and work()
            del work
            self._done.release()


def _locked() -> Lock:
    lock = Lock()
    lock.acquire()
    return lock
