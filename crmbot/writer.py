"""The connection that effects are written on in a file of SQLite, one after the other.

A connection of SQLite forgets the pages that it holds when another one has written. Those of the only writer of a
process stay in its memory, and what a connection has to be told before it writes is told once.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

LASTING = "crmbot_lasting"
"""The option of a connection that writes and does nothing else."""


class Writer:
    """A connection kept for those who have the turn to write (`crmbot.grouping`), none while nobody wrote yet."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    @contextmanager
    def transaction(self, workspace_id: str) -> Iterator[Connection]:
        """Open a transaction of a workspace; what is not committed inside leaves nothing."""
        if self._connection is None:
            self._connection = self._engine.connect().execution_options(**{LASTING: True})
            make_impatient(_driver_of(self._connection))
        connection = self._connection
        connection.execution_options(crmbot_workspace=workspace_id, crmbot_joins="rollback_only")
        try:
            connection.begin()
            yield connection
        finally:
            if not _is_ended(connection):
                self._connection = None

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None


def _is_ended(connection: Connection) -> bool:
    """End what was not committed; False when the connection is of no use any more, and closed."""
    try:
        connection.rollback()
        driver = _driver_of(connection)
        # The library takes a commit that failed for the transaction's end.
        if driver.in_transaction:
            driver.rollback()
    except (SQLAlchemyError, sqlite3.Error):
        connection.invalidate()
        connection.close()
        return False
    return True


def make_impatient(driver: sqlite3.Connection) -> None:
    """Tell a connection not to wait for another writer, and to keep in memory what a savepoint may need again.

    On a disk those pages would cost a third of an effect.
    """
    driver.execute("PRAGMA busy_timeout=0").close()
    driver.execute("PRAGMA temp_store=MEMORY").close()


def _driver_of(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)  # noqa: S101 - there is a writer on SQLite only
    return driver
