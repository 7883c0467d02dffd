"""The connections that a file of SQLite is read on: kept open, and lent to one reader after the other.

What the library's pool does around a loan takes longer than a lookup. Here a loan is a connection of the library's
around one of the driver's that stays: who holds on to it after the transaction holds a closed one.
"""

import sqlite3
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from typing import Any

from sqlalchemy import Connection, Engine, PoolProxiedConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection

_FAILED = (SQLAlchemyError, sqlite3.Error)


class Readers:
    """Connections for at most so many readers at once; the one used last is lent first, as it knows the most pages."""

    def __init__(self, engine: Engine, most: int, seconds: float) -> None:
        self._engine = engine
        self._seconds = seconds
        self._idle: deque[_Kept] = deque()
        self._loans: SimpleQueue[None] = SimpleQueue()
        for _ in range(most):
            self._loans.put(None)

    @contextmanager
    def transaction(self, bound: Engine) -> Iterator[Connection]:
        """Open a snapshot with the options of `bound`, the engine as it names a workspace.

        Raises:
            NoConnection: all were lent, and none came back in time.
        """
        try:
            self._loans.get(timeout=self._seconds)
        except Empty:
            raise NoConnection("every connection is reading") from None
        try:
            connection, kept = self._begin(bound)
            try:
                yield connection
            finally:
                if _is_ended(connection, kept):
                    self._idle.append(kept)
        finally:
            self._loans.put(None)

    def _begin(self, bound: Engine) -> tuple[Connection, "_Kept"]:
        """Begin on a connection that is kept, past those that broke meanwhile, or on a new one."""
        while True:
            try:
                kept, is_new = self._idle.pop(), False
            except IndexError:
                kept, is_new = _Kept(self._engine.connect()), True
            connection = Connection(bound, kept)
            try:
                connection.begin()
            except BaseException as error:
                _discard(connection, kept)
                if is_new or not isinstance(error, _FAILED):
                    raise
            else:
                return connection, kept

    def close(self) -> None:
        """Close the connections that nobody reads on."""
        with suppress(IndexError):
            while True:
                self._idle.pop().invalidate()


class _Kept(PoolProxiedConnection):
    """What a loan is made around: closing it closes nothing, and what is invalid is never lent again."""

    __slots__ = ("_holder", "_pooled", "dbapi_connection", "driver_connection")

    def __init__(self, holder: Connection) -> None:
        self._holder = holder
        self._pooled = holder.connection
        self.dbapi_connection = self._pooled.dbapi_connection
        self.driver_connection = self._pooled.driver_connection

    def cursor(self, *given: Any, **named: Any) -> Any:
        """Return a cursor of the driver's."""
        return self._pooled.cursor(*given, **named)

    def rollback(self) -> None:
        """End what was begun."""
        self._pooled.rollback()

    @property
    def is_valid(self) -> bool:
        """Whether it can be used."""
        return not self._holder.closed

    @property
    def info(self) -> Any:
        """What the library remembers of the driver's connection."""
        return self._holder.info

    def close(self) -> None:
        """End a loan."""

    def invalidate(self, e: BaseException | None = None, soft: bool = False) -> None:
        """Close the driver's connection."""
        del soft
        if not self._holder.closed:
            self._holder.invalidate(e)
            self._holder.close()


def _is_ended(connection: Connection, kept: _Kept) -> bool:
    """End a transaction; False when its connection is of no use any more, and closed."""
    try:
        connection.rollback()
        connection.close()
    except BaseException as error:
        _discard(connection, kept)
        if not isinstance(error, _FAILED):
            raise
    return kept.is_valid


def _discard(connection: Connection, kept: _Kept) -> None:
    kept.invalidate()
    with suppress(*_FAILED):
        connection.invalidate()
        connection.close()
