"""The database: one engine set up for SQLite or PostgreSQL, and sessions that can't leave their workspace."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from threading import local
from time import monotonic
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from crmbot.binding import EVERY_WORKSPACE, refuse_unbound
from crmbot.busy import BUSY_SECONDS, raise_busy, told_as_busy
from crmbot.errors import Busy
from crmbot.grouping import Group, Place, Turn
from crmbot.packing import packed
from crmbot.postgresql import begin_postgresql, connect, run_deferring
from crmbot.readers import Readers, Reading
from crmbot.writer import Writer, begin_immediate, make_impatient

__all__ = ["BUSY_SECONDS", "EVERY_WORKSPACE", "Store", "is_lost_race", "open_store"]

_LOST = "The database was lost while saving, so it may be done or not. Please look before you try again."
_READING, _PATIENT = 60.0, 3600.0
"""How long one statement of a report may take, and one of an import or export."""

_MOST_REMEMBERED = 10_000

_waiting = local()
"""Until when this thread waits to write: for its turn among the threads and then among the processes, together."""

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Store:
    """A database that holds workspaces."""

    engine: Engine
    turn: Turn = field(default_factory=Turn, repr=False)
    """Held while writing to SQLite: threads of one process wait here, where it costs nothing, and share commits."""
    engines: dict[tuple[str, bool, float], Engine] = field(default_factory=dict, repr=False)
    writer: Writer | None = field(default=None, repr=False)
    """Of a file of SQLite: what effects are written on."""
    readers: Readers | None = field(default=None, repr=False)
    """Of a file of SQLite: what is read on."""

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self, workspace_id: str, *, patient: bool = False) -> Iterator[Session]:
        """Open a session that sees one snapshot and writes nothing; a `patient` one may read for minutes."""
        seconds = _PATIENT if patient else _READING
        with (
            self._connection(workspace_id, seconds, write=False) as connection,
            _session_on(connection) as session,
        ):
            yield session

    @contextmanager
    def writing(self, workspace_id: str, *, patient: bool = False) -> Iterator[Session]:
        """Open a session whose work is committed at the end, or not at all when an error leaves it.

        A `patient` one may take minutes over a statement: an import.

        Raises:
            Busy: the database did not answer or could not be written; nothing was done, unless it is `uncertain`.
        """
        seconds = _PATIENT if patient else BUSY_SECONDS
        if self.is_sqlite:
            # Nothing is locked before the first statement.
            engine = self._engine_for(workspace_id, write=True, seconds=seconds)
            with self._turn_to_write(), told_as_busy(), _session_on(engine) as session:
                yield session
                session.commit()
            return
        with self._committed(workspace_id, seconds) as connection, _session_on(connection) as session:
            yield session
            session.commit()

    def transaction(self, workspace_id: str, *, write: bool) -> AbstractContextManager[Connection]:
        """Open a transaction without a session's cost: one snapshot, or with `write` what is committed at the end.

        Raises:
            Busy: as `writing` does.
        """
        if write:
            return self._committed(workspace_id, BUSY_SECONDS)
        return self._connection(workspace_id, _READING, write=False)

    @contextmanager
    def _committed(self, workspace_id: str, seconds: float) -> Iterator[Connection]:
        with self._turn_to_write(), self._connection(workspace_id, seconds) as connection:
            yield connection
            self._commit(connection)

    def apply(self, workspace_id: str, effect: Callable[[Connection], Answer], *, alone: bool = False) -> Answer:
        """Run an effect and return what it returned, once it is committed; what it raises leaves nothing of it.

        On SQLite it may run in another thread and share the commit with others that wait (`crmbot.grouping`), which
        an effect that may take long, `alone`, does not.

        Raises:
            Busy: as `writing` does.
        """
        if not self.is_sqlite:
            with self.transaction(workspace_id, write=True) as connection:
                return run_deferring(connection, effect)
        if alone:
            with self.transaction(workspace_id, write=True) as connection:
                return effect(connection)
        place = Place(workspace_id, effect)
        give_up_at = monotonic() + BUSY_SECONDS
        if not self.turn.take(place, BUSY_SECONDS):
            answered: Answer = place.answer()
            return answered
        return self._lead(workspace_id, effect, give_up_at)

    def _lead(self, workspace_id: str, effect: Callable[[Connection], Answer], give_up_at: float) -> Answer:
        """Run an effect and those of others who wait, and commit them together."""
        group = Group(self.turn)
        try:
            if self.writer is None:
                with self._holding_turn(give_up_at), self._connection(workspace_id, BUSY_SECONDS) as connection:
                    answer = effect(connection)
                    group.run_others(connection)
                    self._commit(connection)
            else:
                answer = self._write_together(self.writer, workspace_id, effect, give_up_at, group)
        except BaseException as error:
            group.end(error)
            raise
        group.end()
        return answer

    def _write_together(
        self,
        writer: Writer,
        workspace_id: str,
        effect: Callable[[Connection], Answer],
        give_up_at: float,
        group: Group,
    ) -> Answer:
        """Do so on the connection that is kept for it."""
        try:
            connection = writer.begin(workspace_id, give_up_at)
            try:
                answer = effect(connection)
                group.run_others(connection)
                connection.commit()
            finally:
                writer.end(connection)
        except OperationalError as error:
            raise_busy(error)
            raise
        finally:
            self.turn.give()
        return answer

    def _connection(
        self, workspace_id: str, seconds: float, *, write: bool = True
    ) -> AbstractContextManager[Connection]:
        engine = self._engine_for(workspace_id, write, seconds)
        if self.readers is not None and not write:
            return Reading(self.readers, engine, workspace_id)
        return _begun(engine)

    def _commit(self, connection: Connection) -> None:
        try:
            connection.commit()
        except OperationalError as error:
            if self.is_sqlite:
                raise
            raise Busy(_LOST, uncertain=True) from error

    @contextmanager
    def _turn_to_write(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        give_up_at = monotonic() + BUSY_SECONDS
        self.turn.take(Place(), BUSY_SECONDS)
        with self._holding_turn(give_up_at):
            yield

    @contextmanager
    def _holding_turn(self, give_up_at: float) -> Iterator[None]:
        _waiting.give_up_at = give_up_at
        try:
            yield
        finally:
            _waiting.give_up_at = None
            self.turn.give()

    def _engine_for(self, workspace_id: str, write: bool, seconds: float) -> Engine:
        """Return the engine that names the workspace; kept, as making one costs as much as a statement."""
        key = (workspace_id, write, seconds)
        known = self.engines.get(key)
        if known is None:
            if len(self.engines) > _MOST_REMEMBERED:
                self.engines.clear()
            known = self.engine.execution_options(
                crmbot_workspace=workspace_id, crmbot_write=write, crmbot_seconds=seconds
            )
            self.engines[key] = known
        return known

    def revision(self) -> str | None:
        """Return the migration at which the tables are, none when there are no tables."""
        try:
            with _begin_on(self.engine) as connection:
                if not inspect(connection).has_table("alembic_version"):
                    return None
                found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
                return found
        except OperationalError as error:
            raise Busy(f"The database can't be reached: {error.orig}".strip()) from error

    def close(self) -> None:
        """Close every connection."""
        if self.writer is not None:
            # Not under the hands of who is still writing; what is left open ends with the process.
            with suppress(Busy), self._turn_to_write():
                self.writer.close()
        if self.readers is not None:
            self.readers.close()
        self.engine.dispose()


def _session_on(source: Connection | Engine) -> Session:
    return Session(source, expire_on_commit=False, autoflush=False)


def _begin_on(engine: Engine) -> Connection:
    """Return a connection with a transaction begun, past one that was lost: beginning is what tells that it was."""
    connection = engine.connect()
    try:
        connection.begin()
    except BaseException as error:
        connection.close()
        if not (isinstance(error, DBAPIError) and error.connection_invalidated):
            raise
        # The library has given up all that are as old.
        connection = engine.connect()
        connection.begin()
    return connection


@contextmanager
def _begun(engine: Engine) -> Iterator[Connection]:
    with told_as_busy(), _begin_on(engine) as connection:
        yield connection


def open_store(url: str, *, pool_size: int = 10) -> Store:
    """Open the database at `url`: sqlite:///file.db or postgresql+psycopg://..."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(
            parsed,
            connect_args={"timeout": BUSY_SECONDS},
            json_serializer=packed,
            **_sqlite_pool(parsed, pool_size),
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "reset", _end_sqlite)
    else:
        milliseconds = int(BUSY_SECONDS * 1000)
        engine = create_engine(
            parsed,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=BUSY_SECONDS,
            json_serializer=packed,
            # Transactions are begun here, with all that is to be told in one go, and not by the driver.
            isolation_level="AUTOCOMMIT",
            connect_args={
                "connect_timeout": 5,
                "options": f"-c lock_timeout={milliseconds} -c timezone=UTC "
                "-c idle_in_transaction_session_timeout=60000",
            },
        )
        event.listen(engine, "do_connect", connect)
        event.listen(engine, "begin", begin_postgresql)
    engine.hide_parameters = True  # what people wrote has no place in errors, which end in logs
    event.listen(engine, "before_cursor_execute", _guard)
    if not _is_file(parsed):
        return Store(engine)
    return Store(engine, writer=Writer(engine), readers=Readers(engine, pool_size, BUSY_SECONDS))


def is_lost_race(error: BaseException) -> bool:
    """Say whether a database error means that another transaction won and ours may simply be tried again."""
    if not isinstance(error, DBAPIError):
        return False
    return getattr(error.orig, "sqlstate", None) in {"40001", "40P01"}


def _is_file(url: URL) -> bool:
    return url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")


def _sqlite_pool(url: URL, size: int) -> dict[str, Any]:
    if not _is_file(url):
        return {}
    # The readers may come to keep all; one more for the writer, and one for whoever else has the turn to write.
    return {"pool_size": size, "max_overflow": 2, "pool_timeout": BUSY_SECONDS, "pool_use_lifo": True}


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16000"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
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
        begin_immediate(driver, getattr(_waiting, "give_up_at", None) or monotonic() + BUSY_SECONDS)
    finally:
        driver.execute("PRAGMA temp_store=DEFAULT").close()
        driver.execute(f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}").close()


def _end_sqlite(connection: sqlite3.Connection, *_: object) -> None:
    """Roll back before a connection is used again: the library takes a commit that failed for the transaction's end."""
    if connection.in_transaction:
        connection.rollback()


def _guard(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
    refuse_unbound(statement, connection.get_execution_options().get("crmbot_workspace"))
