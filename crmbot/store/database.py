"""A database, its transactions and its sessions, which can't leave their workspace."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from crmbot.errors import Busy
from crmbot.store.alongside import Alongside
from crmbot.store.compiled import Values
from crmbot.store.failures import BUSY_SECONDS, raise_busy, told_as_busy
from crmbot.store.grouping import Group, Place, Turn
from crmbot.store.prepared import Prepared
from crmbot.store.readers import Readers, Reading
from crmbot.store.sqlite import patience
from crmbot.store.writer import Writer

_LOST = "The database was lost while saving, so it may be done or not. Please look before you try again."
_READING, _PATIENT = 60.0, 3600.0
"""How long one statement of a report may take, and one of an import or export."""

_MOST_REMEMBERED = 10_000

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
    run: Callable[[Connection, Callable[[Connection], Any]], Any] | None = field(default=None, repr=False)
    """Of a server: how an effect is run in its transaction."""
    alongside: Alongside = field(default_factory=Alongside, repr=False)
    """Where something is made of an effect while its commit waits."""

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

    def look_up(self, workspace_id: str, statement: Prepared, values: Values) -> list[tuple[Any, ...]]:
        """Return the rows of one statement that reads and names its workspace.

        Raises:
            Busy: the database did not answer.
        """
        rows = self.readers.look_up(statement, values) if self.readers is not None else None
        if rows is None:
            with self.transaction(workspace_id, write=False) as connection:
                rows = statement.rows(connection, values)
        return rows

    @contextmanager
    def _committed(self, workspace_id: str, seconds: float) -> Iterator[Connection]:
        with self._turn_to_write(), self._connection(workspace_id, seconds) as connection:
            yield connection
            self._commit(connection)

    def apply(
        self,
        workspace_id: str,
        effect: Callable[[Connection], Answer],
        *,
        alone: bool = False,
        meanwhile: Callable[[Answer], object] | None = None,
    ) -> Answer:
        """Run an effect and return what it returned, once it is committed; what it raises leaves nothing of it.

        On SQLite it may run in another thread and share the commit with others that wait
        (`crmbot.store.grouping`), which an effect that may take long, `alone`, does not.
        `meanwhile` may be called with what the effect returned while the commit waits, in another thread: what it
        makes of it is for nobody's eyes before this returns. What it raises is forgotten. The next to write waits for
        it as for the commit, so it waits for nothing itself.

        Raises:
            Busy: as `writing` does.
        """
        if self.run is not None:
            with self._connection(workspace_id, BUSY_SECONDS) as connection:
                answer: Answer = self.run(connection, effect)
                self._commit_beside(lambda: self._commit(connection), answer, meanwhile)
                return answer
        if alone:
            with self.transaction(workspace_id, write=True) as connection:
                return effect(connection)
        place = Place(workspace_id, effect)
        give_up_at = monotonic() + BUSY_SECONDS
        if not self.turn.take(place, BUSY_SECONDS):
            answered: Answer = place.answer()
            return answered
        return self._lead(workspace_id, effect, give_up_at, meanwhile)

    def _lead(
        self,
        workspace_id: str,
        effect: Callable[[Connection], Answer],
        give_up_at: float,
        meanwhile: Callable[[Answer], object] | None,
    ) -> Answer:
        """Run an effect and those of others who wait, and commit them together."""
        group = Group(self.turn)
        try:
            if self.writer is None:
                with self._holding_turn(give_up_at), self._connection(workspace_id, BUSY_SECONDS) as connection:
                    answer = effect(connection)
                    group.run_others(connection)
                    self._commit(connection)
            else:
                answer = self._write_together(self.writer, workspace_id, effect, give_up_at, group, meanwhile)
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
        meanwhile: Callable[[Answer], object] | None,
    ) -> Answer:
        """Do so on the connection that is kept for it."""
        try:
            connection = writer.begin(workspace_id, give_up_at)
            try:
                answer = effect(connection)
                group.run_others(connection)
                # With others there is somebody who needs the interpreter.
                self._commit_beside(connection.commit, answer, None if len(group) else meanwhile)
            finally:
                writer.end(connection)
        except OperationalError as error:
            raise_busy(error)
            raise
        finally:
            self.turn.give()
        return answer

    def _commit_beside(
        self, commit: Callable[[], None], answer: Answer, meanwhile: Callable[[Answer], object] | None
    ) -> None:
        if meanwhile is None:
            commit()
        else:
            self.alongside.during(commit, lambda: meanwhile(answer))

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
        patience.give_up_at = give_up_at
        try:
            yield
        finally:
            patience.give_up_at = None
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
