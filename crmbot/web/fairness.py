"""Threads that many teams share: whoever sends the most waits for itself, not before everybody else."""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class Crowded(Exception):
    """So many of one team wait already that another can't be served in time."""


class FairThreads:
    """Runs work in threads; while all are busy the teams that wait take turns.

    Args:
        threads: how many work at once.
        most_waiting: how many of one team may wait.
    """

    def __init__(self, threads: int, most_waiting: int, name: str) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._free, self._most_waiting = threads, most_waiting
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}

    async def run(self, team: str, work: Callable[[], T]) -> T:
        """Run `work` in a thread once it is the team's turn.

        Raises:
            Crowded: too many of the team wait.
        """
        if self._free:
            self._free -= 1
        else:
            await self._turn(team)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._pass_on()

    async def _turn(self, team: str) -> None:
        queue = self._waiting.setdefault(team, deque())
        if len(queue) >= self._most_waiting:
            raise Crowded
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        """Give the thread to the team that waits longest for a turn; its others line up behind the rest."""
        while self._waiting:
            team = next(iter(self._waiting))
            queue = self._waiting.pop(team)
            turn = queue.popleft()
            if queue:
                self._waiting[team] = queue
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1
