"""What runs in processes of its own in the fault tests, and how they are started and killed."""

import contextlib
import multiprocessing
import os
import random
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cache
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any, NoReturn, Self

import pytest
from clocks import SettableClock
from jobs.rig import NO_HISTORY, FakeComposer

from crmbot import failpoints
from crmbot.crm.outbox import OutboxMessage
from crmbot.errors import Busy
from crmbot.jobs.digests import Digests
from crmbot.jobs.outbox import Sender
from crmbot.store import Store, open_store

_PRELOADED = [
    "chaos.processes",
    "factories",
    "crmbot.jobs.intake",
    "crmbot.slack.app",
    "crmbot.slack.http",
    "psycopg",
    "sqlalchemy.dialects.sqlite",
    "sqlalchemy.dialects.postgresql.psycopg",
]


class Ledger:
    """A file in place of Slack: a line for each message that was accepted, whoever wrote it."""

    def __init__(self, path: Path, *, history: bool = True) -> None:
        self._path, self._history = path, history

    def send(self, message: OutboxMessage) -> str:
        """Accept a message."""
        line = (
            f"{message.id} {message.destination} {message.payload['text']} {'again' if message.resent else 'first'}\n"
        )
        with self._path.open("ab", buffering=0) as file:
            file.write(line.encode())
        return message.id

    def find(self, message: OutboxMessage) -> str | None:
        """Look among what was accepted."""
        if not self._history:
            raise NO_HISTORY
        return message.id if any(line[0] == message.id for line in self.lines()) else None

    def lines(self) -> list[list[str]]:
        """Return what was accepted: id, destination, text, first or again."""
        return [line.split(" ") for line in self._path.read_text().splitlines()] if self._path.exists() else []


def send_all(url: str, ledger: Ledger, now: datetime) -> None:
    """Send everything that is ready."""
    with opened(url) as store:
        sender_of(store, ledger, SettableClock(now)).run_once()


def tick_all(url: str, ledger: Ledger, moments: list[datetime]) -> None:
    """Decide and send at each moment, as a worker does."""
    clock = SettableClock()
    with opened(url) as store:
        jobs = Digests(store, FakeComposer(), clock, catch_up=timedelta(hours=12))
        sender = sender_of(store, ledger, clock)
        for moment in moments:
            clock.set(moment)
            patiently(jobs.run_once)
            patiently(sender.run_once)


def patiently(step: Callable[[], object]) -> None:
    """Repeat a step while the database is busy with the other processes, as the next tick would."""
    while True:
        with contextlib.suppress(Busy):
            step()
            return


def sender_of(store: Store, ledger: Ledger, clock: SettableClock) -> Sender:
    """Return a sender that doesn't wait between messages."""
    return Sender(store, {"slack": ledger, "mail": ledger}, clock, paces={}, jitter=random.uniform)


@contextlib.contextmanager
def opened(url: str) -> Iterator[Store]:
    """Open a store with connections of this process's own; what it has compiled it keeps for the next time."""
    store = _store(url)
    yield store
    store.close()


@cache
def _store(url: str) -> Store:
    return open_store(url, pool_size=2)


def start(target: Callable[..., None], *args: Any, failpoint: str = "") -> ForkServerProcess:
    """Start a function in a process that dies at a fail point."""
    process = _context().Process(target=_run, args=(target, args, failpoint), daemon=True)
    process.start()
    return process


class Nursery:
    """A process that did a thing once and forks, with everything loaded and compiled, one that does it and may die.

    What takes a new process most of its time is done before; its connections, and its death, are its own.
    """

    def __init__(self, target: Callable[..., None], *args: Any) -> None:
        self._pipe, theirs = _context().Pipe()
        self._process = start(_nurse, theirs, target, args)
        theirs.close()
        assert self._pipe.poll(60), "the nursery did not come up"
        assert self._pipe.recv() == 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pipe.send(None)
        finish(self._process)
        self._pipe.close()

    def run(self, *args: Any, failpoint: str = "", seconds: float = 60) -> bool:
        """Do the thing in a process that dies at a fail point; True when it did. Any other end fails the test."""
        self._pipe.send((failpoint, args))
        assert self._pipe.poll(seconds), f"no end within {seconds:g} seconds"
        code = self._pipe.recv()
        assert code in {0, -signal.SIGKILL}, code
        return bool(code != 0)


def finish(process: ForkServerProcess, seconds: float = 60) -> bool:
    """Wait for a process; True when it was killed. Anything but that or a clean end is a failure of the test."""
    process.join(seconds)
    code = process.exitcode
    process.kill()
    process.join()
    process.close()
    assert code in {0, -signal.SIGKILL}, code
    return code != 0


def _run(target: Callable[..., None], args: tuple[Any, ...], failpoint: str) -> None:
    os.environ["CRMBOT_FAILPOINT"] = failpoint
    target(*args)


def _nurse(pipe: Connection, target: Callable[..., None], args: tuple[Any, ...]) -> None:
    target(*args)
    pipe.send(0)
    while (order := pipe.recv()) is not None:
        child = os.fork()
        if child == 0:
            _be_born(target, *order)
        pipe.send(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def _be_born(target: Callable[..., None], failpoint: str, args: tuple[Any, ...]) -> NoReturn:
    """Do the thing and end, whatever comes of it."""
    code = 1
    try:
        # In a new process they would not be known yet.
        for known in (failpoints._armed, failpoints._reached):
            known.cache_clear()
        _run(target, args, failpoint)
        code = 0
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        os._exit(code)


@cache
def _context() -> ForkServerContext:
    """Return a server of processes that has everything loaded; it learns the paths from the environment only."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        forkserver.ensure_running()
    return context
