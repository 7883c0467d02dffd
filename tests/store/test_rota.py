"""Processes that were started together take turns in writing to a file of SQLite, by calling one another."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from itertools import pairwise
from threading import Event
from time import monotonic, sleep

import pytest
from sqlalchemy import text

from crmbot.errors import Busy
from crmbot.store import EVERY_WORKSPACE, Store, open_store
from crmbot.store.rota import Rota

LONG = 5.0
"""A nap, or a courtesy, that nobody can have taken in a test that was quick."""


@contextmanager
def seated(url: str, rota: Rota, size: int) -> Iterator[list[Store]]:
    """Open the file as so many siblings do; that they are of one process makes no difference to SQLite."""
    with closing(rota), ExitStack() as opened:
        yield [opened.enter_context(closing(open_store(url, seat=rota.seat(number)))) for number in range(size)]


def write(store: Store, effect: Callable[[], object]) -> None:
    """Have the store run an effect in a transaction."""
    store.apply(EVERY_WORKSPACE, lambda _: effect())


@contextmanager
def held(store: Store) -> Iterator[None]:
    """Keep a transaction that writes open."""
    begun, over = Event(), Event()

    def hold() -> None:
        begun.set()
        assert over.wait(10)

    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(write, store, hold)
        assert begun.wait(10)
        try:
            yield
        finally:
            over.set()
            holding.result()


@pytest.mark.parametrize("size", [2, 3])
def test_siblings_write_in_turn_however_soon_who_ended_begins_again(sqlite_url: str, size: int) -> None:
    order: list[int] = []
    rota = Rota(size, nap_seconds=(LONG, LONG), courtesy_seconds=LONG)

    def write_often(store: Store, number: int) -> None:
        def note() -> None:
            order.append(number)
            sleep(0.005)

        while len(order) < 20 * size:
            write(store, note)

    began = monotonic()
    with seated(sqlite_url, rota, size) as stores, ThreadPoolExecutor(size) as pool:
        list(pool.map(write_often, stores, range(size)))
    assert monotonic() - began < LONG
    assert min(order.count(number) for number in range(size)) >= 10
    assert sum(one != following for one, following in pairwise(order)) > 10 * size


def test_who_waits_is_called_when_the_other_has_ended(sqlite_url: str) -> None:
    rota = Rota(2, nap_seconds=(LONG, LONG))
    with seated(sqlite_url, rota, 2) as (one, other), ThreadPoolExecutor(1) as pool:
        with held(one):
            waiting = pool.submit(write, other, monotonic)
            patience = monotonic() + LONG
            while not rota.waiting[1]:
                assert monotonic() < patience
                sleep(0.001)
            ended = monotonic()
        waiting.result()
        assert monotonic() - ended < LONG / 2


def test_who_died_waiting_is_waited_for_once(sqlite_url: str) -> None:
    rota = Rota(2, courtesy_seconds=0.5)
    with seated(sqlite_url, rota, 2) as (one, _):
        rota.seat(1).wait()
        began = monotonic()
        for _ in range(10):
            write(one, monotonic)
        assert 0.5 <= monotonic() - began < 2.5


_KILLED = """
import os, signal, sys, time
from threading import Timer
from crmbot.store import EVERY_WORKSPACE, open_store
from crmbot.store.rota import Rota
rota = Rota(2)
holds, told = os.pipe()
process = os.fork()
if process == 0:
    def hold(_):
        os.write(told, b"!")
        time.sleep(60)
    open_store(sys.argv[1], seat=rota.seat(1)).apply(EVERY_WORKSPACE, hold)
os.read(holds, 1)
store = open_store(sys.argv[1], seat=rota.seat(0))
Timer(0.3, os.kill, (process, signal.SIGKILL)).start()
for _ in range(100):
    store.apply(EVERY_WORKSPACE, lambda _: None)
os.waitpid(process, 0)
store.close()
"""


def test_a_sibling_killed_while_it_writes_holds_nobody_up(sqlite_url: str) -> None:
    subprocess.run([sys.executable, "-c", _KILLED, sqlite_url], check=True, timeout=30)


def test_who_waits_for_a_sibling_in_vain_is_told_that_it_is_busy_and_nobody_waits_to_read(sqlite_url: str) -> None:
    done: list[str] = []
    with seated(sqlite_url, Rota(2), 2) as (one, other):
        with held(one), ThreadPoolExecutor(1) as pool:
            began = monotonic()
            waiting = pool.submit(write, other, lambda: done.append("too late"))
            for store in (one, other):
                with store.reading(EVERY_WORKSPACE) as session:
                    assert session.scalar(text("SELECT 1")) == 1
            assert not waiting.done()
            assert isinstance(waiting.exception(), Busy)
            assert monotonic() - began < 4
        write(other, lambda: done.append("at once"))
    assert done == ["at once"]


def test_who_has_no_seat_gets_to_write_while_siblings_do_all_the_time(sqlite_url: str) -> None:
    over = Event()

    def write_on(store: Store) -> None:
        while not over.is_set():
            write(store, lambda: sleep(0.001))

    with (
        seated(sqlite_url, Rota(2), 2) as stores,
        closing(open_store(sqlite_url)) as outsider,
        ThreadPoolExecutor(2) as pool,
    ):
        writing = [pool.submit(write_on, store) for store in stores]
        try:
            for _ in range(10):
                write(outsider, monotonic)
        finally:
            over.set()
        for one in writing:
            one.result()
