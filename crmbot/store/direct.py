"""A transaction on SQLite whose prepared statements go straight to the driver.

What the library does to open, listen to and close a connection takes longer than a lookup. So what is lent becomes
a connection of the library's at the moment when somebody asks it for more than prepared statements need.
"""

from contextlib import suppress
from sqlite3 import Connection as SQLite
from sqlite3 import Error as SQLiteError
from typing import Any, cast

from sqlalchemy import Connection, Engine, PoolProxiedConnection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

FAILED = (SQLAlchemyError, SQLiteError)


class Kept(PoolProxiedConnection):
    """A connection of the driver's that stays: closing it closes nothing, and what is invalid is never lent again."""

    __slots__ = ("_holder", "_pooled", "dbapi_connection", "driver", "driver_connection", "is_usable")

    def __init__(self, holder: Connection) -> None:
        self._holder = holder
        self._pooled = holder.connection
        self.dbapi_connection = self._pooled.dbapi_connection
        self.driver_connection = self._pooled.driver_connection
        self.driver = cast("SQLite", self.driver_connection)
        self.is_usable = True

    def cursor(self, *given: Any, **named: Any) -> Any:
        """Return a cursor of the driver's."""
        return self._pooled.cursor(*given, **named)

    def commit(self) -> None:
        """Keep what was written."""
        self.driver.commit()

    def rollback(self) -> None:
        """End what was begun."""
        self.driver.rollback()

    @property
    def is_valid(self) -> bool:
        """Whether it can be used."""
        return self.is_usable

    @property
    def info(self) -> Any:
        """What the library remembers of the driver's connection."""
        return self._holder.info

    def close(self) -> None:
        """End a loan."""

    def invalidate(self, e: BaseException | None = None, soft: bool = False) -> None:
        """Close the driver's connection."""
        del soft
        if self.is_usable:
            self.is_usable = False
            self._holder.invalidate(e)
            self._holder.close()


class Direct(Connection):
    """A connection around one of the driver's on which a transaction is begun.

    `driver` is what prepared statements use; none once the library has taken over, or when all is over. `is_heard`
    says that somebody listens to the engine, so that the library has to take over at once.
    """

    def __init__(self, engine: Engine, kept: Kept, workspace_id: str, *, is_heard: bool, **options: Any) -> None:
        self.engine = engine
        self.dialect = engine.dialect
        self.workspace_id = workspace_id
        self.kept = kept
        self.driver: SQLite | None = kept.driver
        self._options = options
        self._is_whole = self._is_over = False
        if is_heard:
            self._become_whole()

    def __getattr__(self, name: str) -> Any:
        """Return what only a connection of the library's has."""
        if self.__dict__.get("_is_whole", True):
            raise AttributeError(name)
        self._become_whole()
        return getattr(self, name)

    def _become_whole(self) -> None:
        self._is_whole, self.driver = True, None
        super().__init__(self.engine, self.kept)
        super().execution_options(crmbot_workspace=self.workspace_id, **self._options)
        if self._is_over:
            super().close()
        else:
            super().begin()

    def bind(self, workspace_id: str, **options: Any) -> None:
        """Go on for another workspace."""
        self.workspace_id, self._options = workspace_id, options
        if self._is_whole:
            super().execution_options(crmbot_workspace=workspace_id, **options)

    def commit(self) -> None:
        """Keep what was written."""
        if self.driver is None:
            super().commit()
            return
        try:
            self.driver.commit()
        except SQLiteError as error:
            raise as_library_s(error, self, "COMMIT", None) from error

    def end(self) -> bool:
        """Roll back what was not committed, and be closed to whoever still holds it.

        False when the driver's connection is of no use any more, and closed.
        """
        self.driver, self._is_over = None, True
        try:
            if self._is_whole:
                super().rollback()
                super().close()
            # The library takes a commit that failed for the transaction's end.
            self.kept.driver.rollback()
        except BaseException as error:
            self.kept.invalidate()
            with suppress(*FAILED):
                super().invalidate()
                super().close()
            if not isinstance(error, FAILED):
                raise
        return self.kept.is_usable


def is_heard(engine: Engine) -> bool:
    """Say whether somebody listens to what an engine's connections do, beside the one who guards their statements."""
    events = engine.dispatch
    return len(events.before_cursor_execute) > 1 or len(events.commit) > 0


def as_library_s(error: SQLiteError, connection: Connection, text: str, bound: Any) -> BaseException:
    """Return a driver's error as the library raises it."""
    hides = connection.engine.hide_parameters
    return DBAPIError.instance(text, bound, error, SQLiteError, hide_parameters=hides, dialect=connection.dialect)
