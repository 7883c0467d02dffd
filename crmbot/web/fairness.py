"""Threads that many teams share: whoever sends the most waits for itself, not before everybody else."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")
Told = Callable[[Any, BaseException | None], object]
"""Is told the result of some work, or what it raised."""


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
        self._idle = [_Worker(f"{name}-{place}") for place in range(threads)]
        self._most_waiting = most_waiting
        self._waiting: dict[str, deque[asyncio.Future[_Worker]]] = {}

    async def run(self, team: str, work: Callable[[], T]) -> T:
        """Run `work` in a thread once it is the team's turn.

        Raises:
            Crowded: too many of the team wait.
        """
        worker = self._idle.pop() if self._idle else await self._turn(team)
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()

        def told(result: T, error: BaseException | None) -> None:
            loop.call_soon_threadsafe(self._finish, worker, done, result, error)

        try:
            worker.do(work, told)
        except RuntimeError:  # The system gives no more threads.
            self._pass_on(worker)
            raise
        return await done

    def _finish(self, worker: "_Worker", done: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
        self._pass_on(worker)
        if done.cancelled():
            return
        if error is None:
            done.set_result(result)
        else:
            done.set_exception(error)

    async def _turn(self, team: str) -> "_Worker":
        queue = self._waiting.setdefault(team, deque())
        if len(queue) >= self._most_waiting:
            raise Crowded
        turn: asyncio.Future[_Worker] = asyncio.get_running_loop().create_future()
        queue.append(turn)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._pass_on(turn.result())
            raise

    def _pass_on(self, worker: "_Worker") -> None:
        """Give the thread to the team that waits longest for a turn; its others line up behind the rest."""
        while self._waiting:
            team = next(iter(self._waiting))
            queue = self._waiting.pop(team)
            turn = queue.popleft()
            if queue:
                self._waiting[team] = queue
            if not turn.done():
                turn.set_result(worker)
                return
        self._idle.append(worker)


class _Worker:
    """A thread that waits for one piece of work at a time; begun with the first, so that a process may fork before.

    A pool of the standard library takes twice as long to hand work over and its result back.
    """

    def __init__(self, name: str) -> None:
        self._given: SimpleQueue[tuple[Callable[[], Any], Told]] = SimpleQueue()
        # What it does is not promised to anybody before it is answered, so the end of the process needn't wait for it.
        self._thread = Thread(target=self._work, name=name, daemon=True)

    def do(self, work: Callable[[], Any], told: Told) -> None:
        """Do this next, and tell what came of it."""
        if self._thread.ident is None:
            self._thread.start()
        self._given.put((work, told))

    def _work(self) -> None:
        while True:
            _tell(*self._given.get())


def _tell(work: Callable[[], Any], told: Told) -> None:
    result, failure = None, None
    try:
        result = work()
    except BaseException as error:  # noqa: BLE001 - whoever waits for the result is told, whatever it is
        failure = error
    with suppress(RuntimeError):  # The server that waited is gone.
        told(result, failure)
