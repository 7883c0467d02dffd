"""What runs in processes of its own in the fault tests, and how they are started and killed."""

import contextlib
import multiprocessing
import os
import random
import signal
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cache
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any

import pytest
from clocks import SettableClock
from jobs.rig import NO_HISTORY, FakeComposer

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
    """Open a store of this process's own."""
    store = open_store(url, pool_size=2)
    yield store
    store.close()


def start(target: Callable[..., None], *args: Any, failpoint: str = "") -> ForkServerProcess:
    """Start a function in a process that dies at a fail point."""
    process = _context().Process(target=_run, args=(target, args, failpoint), daemon=True)
    process.start()
    return process


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


@cache
def _context() -> ForkServerContext:
    """Return a server of processes that has everything loaded; it learns the paths from the environment only."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        forkserver.ensure_running()
    return context
