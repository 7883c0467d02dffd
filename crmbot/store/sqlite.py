"""A connection to SQLite: how it is set up, and how a transaction begins and ends there."""

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from threading import local
from time import monotonic

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from crmbot.store.failures import BUSY_SECONDS
from crmbot.store.rota import nap

_TAKEN = ("SQLITE_BUSY", "SQLITE_BUSY_RECOVERY", "SQLITE_BUSY_SNAPSHOT", "SQLITE_LOCKED")


class _Patience(local):
    """Until when this thread waits to write: for its turn among the threads and then among the processes, together."""

    give_up_at: float | None = None


patience = _Patience()


def prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    """Set up a connection that was just opened; its driver begins no transactions."""
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16000"):
        connection.execute(f"PRAGMA {pragma}").close()


def begin_sqlite(connection: Connection) -> None:
    """Begin a transaction to read or, unless the connection's options say otherwise, to write."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)  # noqa: S101 - this engine's driver
    if driver.in_transaction:
        return  # lent with one begun
    try:
        if connection.get_execution_options().get("crmbot_write", True):
            _take_turn(driver)
        else:
            driver.execute("BEGIN").close()
    except sqlite3.OperationalError as error:
        raise OperationalError("BEGIN", None, error) from error


def _take_turn(driver: sqlite3.Connection) -> None:
    """Begin to write on a connection that is for reading, too."""
    make_impatient(driver)
    try:
        begin_immediate(driver, patience.give_up_at or monotonic() + BUSY_SECONDS)
    finally:
        driver.execute("PRAGMA temp_store=DEFAULT").close()
        driver.execute(f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}").close()


def end_sqlite(connection: sqlite3.Connection, *_: object) -> None:
    """Roll back before a connection is used again: the library takes a commit that failed for the transaction's end."""
    if connection.in_transaction:
        connection.rollback()


def release_sqlite(connection: sqlite3.Connection, *_: object) -> None:
    """Roll back before a connection is closed, unless it is: a cursor of it, as traces hold, would keep its lock."""
    with suppress(sqlite3.Error):
        end_sqlite(connection)


def make_impatient(driver: sqlite3.Connection) -> None:
    """Tell a connection not to wait for another writer, and to keep in memory what a savepoint may need again.

    On a disk those pages would cost a third of an effect.
    """
    driver.execute("PRAGMA busy_timeout=0").close()
    driver.execute("PRAGMA temp_store=MEMORY").close()


def begin_immediate(driver: sqlite3.Connection, give_up_at: float, wait: Callable[[], None] = nap) -> None:
    """Begin to write on an impatient connection; `wait` a moment whenever another one writes.

    SQLite's own waiting doubles its naps, so that of several writers one may starve.
    """
    while True:
        try:
            driver.execute("BEGIN IMMEDIATE").close()
        except sqlite3.OperationalError as error:
            if monotonic() > give_up_at or error.sqlite_errorname not in _TAKEN:
                raise
            wait()
        else:
            return
