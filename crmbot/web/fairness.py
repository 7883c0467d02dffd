"""Threads that many teams share: whoever sends the most waits for itself, not before everybody else."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, TypeVar

T = TypeVar("T")
Told = Callable[[Any, BaseException | None], object]
"""Is told the result of some work, or what it raised."""
Job = tuple[Callable[[], Any], Told]


class Crowded(Exception):
    """So many of one team wait already that another can't be served in time."""


class FairThreads:
    """Runs work in threads; while all are busy the teams that wait take turns.

    The thread that became free last works next: what it needs is still near the processor.

    Args:
        threads: how many work at once.
        most_waiting: how many of one team may wait.
    """

    def __init__(self, threads: int, most_waiting: int, name: str) -> None:
        self._idle = [_Worker(f"{name}-{place}", self._following) for place in range(threads)]
        self._most_waiting = most_waiting
        self._waiting: dict[str, deque[Job]] = {}
        self._lock = Lock()

    def begin(self, team: str, work: Callable[[], Any], told: Told) -> None:
        """Have `work` run in a thread once it is the team's turn, and what came of it told there.

        To be called in one and the same thread.

        Raises:
            Crowded: too many of the team wait.
            RuntimeError: the system gives no more threads.
        """
        with self._lock:
            if not self._idle:
                self._line_up(team, (work, told))
                return
            worker = self._idle.pop()
        try:
            worker.do((work, told))
        except RuntimeError:
            with self._lock:
                self._idle.append(worker)
            raise

    async def run(self, team: str, work: Callable[[], T]) -> T:
        """Run `work` in a thread once it is the team's turn; who goes away before leaves it to the next.

        Raises what `begin` raises, and what `work` does.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()

        def told(result: T, error: BaseException | None) -> None:
            loop.call_soon_threadsafe(_settle, done, result, error)

        self.begin(team, work, told)
        try:
            return await done
        except asyncio.CancelledError:
            self._withdraw(team, (work, told))
            raise

    def _line_up(self, team: str, job: Job) -> None:
        queue = self._waiting.setdefault(team, deque())
        if len(queue) >= self._most_waiting:
            raise Crowded
        queue.append(job)

    def _withdraw(self, team: str, job: Job) -> None:
        with self._lock, suppress(KeyError, ValueError):
            self._waiting[team].remove(job)
            if not self._waiting[team]:
                del self._waiting[team]

    def _following(self, worker: "_Worker") -> Job | None:
        """Return what a thread does next: work of the team that waits longest, whose other work lines up behind all."""
        with self._lock:
            if not self._waiting:
                self._idle.append(worker)
                return None
            team = next(iter(self._waiting))
            queue = self._waiting.pop(team)
            job = queue.popleft()
            if queue:
                self._waiting[team] = queue
            return job


class _Worker:
    """A thread that does one piece of work at a time; begun with the first, so that a process may fork before.

    A pool of the standard library takes twice as long to hand work over and its result back.
    """

    def __init__(self, name: str, following: Callable[["_Worker"], Job | None]) -> None:
        self._following = following
        self._given: SimpleQueue[Job] = SimpleQueue()
        # What it does is not promised to anybody before it is answered, so the end of the process needn't wait for it.
        self._thread = Thread(target=self._work, name=name, daemon=True)

    def do(self, job: Job) -> None:
        """Do this next."""
        if self._thread.ident is None:
            self._thread.start()
        self._given.put(job)

    def _work(self) -> None:
        job: Job | None = None
        while True:
            job = self._done(*(job or self._given.get()))

    def _done(self, work: Callable[[], Any], told: Told) -> Job | None:
        """Do it, tell what came of it, and return what is to be done next, if that is known."""
        result, failure = None, None
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 - whoever waits for the result is told, whatever it is
            failure = error
        following = self._following(self)
        with suppress(RuntimeError):  # The server that waited is gone.
            told(result, failure)
        return following


def _settle(done: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
    if done.cancelled():
        return
    if error is None:
        done.set_result(result)
    else:
        done.set_exception(error)
