"""The connections that a file of SQLite is read on: kept open, and lent to one reader after the other.

Who holds on to one after the transaction holds a closed one.
"""

import sqlite3
from collections import deque
from contextlib import suppress
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from crmbot.errors import Busy
from crmbot.store.binding import is_bound
from crmbot.store.compiled import Values
from crmbot.store.direct import FAILED, Direct, Kept, is_heard
from crmbot.store.failures import NO_ANSWER, raise_busy
from crmbot.store.prepared import Prepared


class Readers:
    """Connections for at most so many readers at once; the one used last is lent first, as it knows the most pages."""

    def __init__(self, engine: Engine, most: int, seconds: float) -> None:
        self._engine = engine
        self._seconds = seconds
        self._idle: deque[Kept] = deque()
        self._loans: SimpleQueue[None] = SimpleQueue()
        for _ in range(most):
            self._loans.put(None)

    def lend(self, bound: Engine, workspace_id: str) -> Direct:
        """Return a connection with a snapshot of a workspace and the options of `bound`.

        Raises:
            Busy: all were lent and none came back in time, or the database did not answer.
        """
        try:
            self._loans.get(timeout=self._seconds)
        except Empty:
            raise Busy(NO_ANSWER) from None
        try:
            return Direct(bound, self._begin(), workspace_id, is_heard=is_heard(self._engine))
        except BaseException as error:
            self._loans.put(None)
            raise_busy(error)
            raise

    def look_up(self, statement: Prepared, values: Values) -> list[tuple[Any, ...]] | None:
        """Return the rows of one statement, which sees one snapshot without a transaction around it.

        None where that can't be: nothing is idle, somebody listens, the statement is for every workspace, or it
        failed. A transaction tells why.
        """
        compiled = statement.on(self._engine.dialect)
        if not is_bound(compiled.text) or is_heard(self._engine):
            return None
        try:
            self._loans.get_nowait()
        except Empty:
            return None
        try:
            kept = self._idle.pop()
            try:
                rows = kept.driver.execute(compiled.text, compiled.bind(values)).fetchall()
            except BaseException:
                kept.invalidate()
                raise
            self._idle.append(kept)
        except (IndexError, sqlite3.Error):
            return None
        finally:
            self._loans.put(None)
        return compiled.read_all(rows) if compiled.reads else rows

    def _begin(self) -> Kept:
        """Begin on a connection that is kept, past those that broke meanwhile, or on a new one."""
        while True:
            try:
                kept, is_new = self._idle.pop(), False
            except IndexError:
                kept, is_new = Kept(self._engine.connect()), True
            try:
                kept.driver.execute("BEGIN")
            except BaseException as error:
                kept.invalidate()
                if is_new and isinstance(error, sqlite3.OperationalError):
                    raise OperationalError("BEGIN", None, error) from error
                if is_new or not isinstance(error, FAILED):
                    raise
            else:
                return kept

    def take_back(self, connection: Direct) -> None:
        """End a loan."""
        try:
            if connection.end():
                self._idle.append(connection.kept)
        finally:
            self._loans.put(None)

    def close(self) -> None:
        """Close the connections that nobody reads on."""
        with suppress(IndexError):
            while True:
                self._idle.pop().invalidate()


class Reading:
    """A snapshot of a workspace for a block; a generator's would take longer to enter and leave."""

    __slots__ = ("_bound", "_connection", "_readers", "_workspace_id")

    def __init__(self, readers: Readers, bound: Engine, workspace_id: str) -> None:
        self._readers, self._bound, self._workspace_id = readers, bound, workspace_id

    def __enter__(self) -> Direct:
        """Borrow a connection."""
        self._connection = self._readers.lend(self._bound, self._workspace_id)
        return self._connection

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Give it back; Busy when the database did not answer inside."""
        self._readers.take_back(self._connection)
        if error is not None:
            raise_busy(error)
