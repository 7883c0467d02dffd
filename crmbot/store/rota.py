"""The order in which processes that were started together write to one file of SQLite.

SQLite tells nobody when a writer has ended. Who waits for one naps and asks again: meanwhile nobody writes, or whoever
ended has begun anew. Siblings call one another instead, each the next after itself that waits, and let who was called
begin before they do again.

This is courtesy and no lock: SQLite decides who writes, and all waiting here is over within milliseconds. So a sibling
that was killed costs that once, and those who know nothing of a rota, as the worker, ask on as they did.
"""

import os
from contextlib import suppress
from mmap import mmap
from random import uniform
from select import POLLIN, poll
from time import sleep

_NAP_SECONDS = (0.0005, 0.003)
_COURTESY_SECONDS = 0.001
_ENOUGH = 64
"""More bytes than calls come to between two looks."""


def nap() -> None:
    """Wait a moment for a writer who tells nobody when it has ended; by chance, so that nobody is always too late."""
    sleep(uniform(*_NAP_SECONDS))  # noqa: S311 - chance, no secret


class Rota:
    """A seat for each of so many processes; make it before they are forked."""

    def __init__(
        self,
        size: int,
        *,
        nap_seconds: tuple[float, float] = _NAP_SECONDS,
        courtesy_seconds: float = _COURTESY_SECONDS,
    ) -> None:
        self.nap_seconds, self.courtesy_seconds = nap_seconds, courtesy_seconds
        # Shared by all: a byte for each that says whether it waits.
        self.waiting = mmap(-1, size)
        self.bells = [os.pipe() for _ in range(size)]
        for end in (end for bell in self.bells for end in bell):
            os.set_blocking(end, False)

    def seat(self, number: int) -> "Seat":
        """Return the seat of the process of that number, from 0; another one may take it when that has died."""
        return Seat(self, number)

    def close(self) -> None:
        """Close what the processes call one another by."""
        for end in (end for bell in self.bells for end in bell):
            os.close(end)
        self.waiting.close()


class Seat:
    """A process's place in a rota, used by one thread at a time: the one that has the process's turn to write."""

    def __init__(self, rota: Rota, number: int) -> None:
        self.number = number
        self._rota = rota
        self._waiting = rota.waiting
        self._ear = rota.bells[number][0]
        self._look = poll()
        self._look.register(self._ear, POLLIN)
        size = len(rota.bells)
        after = ((number + distance) % size for distance in range(1, size))
        self._others = [(other, rota.bells[other][1]) for other in after]
        self._has_called = False

    def let_pass(self) -> None:
        """Let whoever was called begin first."""
        if self._has_called:
            self._has_called = False
            self._waiting[self.number] = True
            self._listen(self._rota.courtesy_seconds)

    def wait(self) -> None:
        """Wait until called, or for a moment as `nap` does: who writes now may be none of the siblings."""
        if self._waiting[self.number]:
            self._listen(uniform(*self._rota.nap_seconds))  # noqa: S311 - chance, no secret
        else:
            # Who ended before it could know is not going to call: ask once more.
            self._waiting[self.number] = True

    def sit_down(self) -> None:
        """Wait no more: one has begun to write, or given up."""
        self._waiting[self.number] = False

    def call(self) -> None:
        """Call the next after oneself that waits; do so whenever one has ended."""
        for other, bell in self._others:
            if self._waiting[other]:
                self._waiting[other] = False
                self._has_called = True
                with suppress(BlockingIOError):  # as nobody has listened for long
                    os.write(bell, b"!")
                return

    def _listen(self, seconds: float) -> None:
        # In whole milliseconds, as poll(2) counts; a call ends it at once.
        if self._look.poll(seconds * 1000):
            with suppress(BlockingIOError):
                os.read(self._ear, _ENOUGH)
