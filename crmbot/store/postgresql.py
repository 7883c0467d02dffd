"""A connection to PostgreSQL on which few waits are needed, and how a transaction begins there.

It begins in one round trip, bound to its workspace and to a time a statement. What an effect writes without asking for
an answer waits until something is asked, and goes to the server together with it. And what was planned once stays so.

Unless a pooler stands between, as PgBouncer does: each transaction may be another session's there, so that nothing is
left behind in one, neither settings nor plans.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, TypeVar

import psycopg
from psycopg.errors import InFailedSqlTransaction, PipelineAborted
from psycopg.pq import ExecStatus, TransactionStatus
from sqlalchemy import Connection, text
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError

from crmbot.store.failures import BUSY_SECONDS

_SECONDS = 60.0
"""How long a statement may take when nobody said."""
_PREPARED = 400
"""Statements that a connection keeps planned."""
_DONE = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)

_SETTINGS = text(
    "SELECT set_config('crmbot.workspace', :workspace, true), set_config('statement_timeout', :milliseconds, true)"
)
_STANDING = (
    f"SELECT set_config('lock_timeout', '{BUSY_SECONDS * 1000:.0f}', %s), set_config('TimeZone', 'UTC', %s), "
    "set_config('idle_in_transaction_session_timeout', '60000', %s)"
)
"""What holds in every transaction, for as long as the session or for that one."""
_OF_SESSION, _OF_TRANSACTION = (_STANDING.replace("%s", one) for one in ("false", "true"))

Answer = TypeVar("Answer")
ServerError = psycopg.Error
Bound = Any
"""Parameters as the driver takes them."""


class Server(psycopg.Connection[tuple[Any, ...]]):
    """The driver's connection. While it `defers`, `defer` keeps statements for later; a transaction's end ends that."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.prepared_max = _PREPARED
        self.defers = False
        self._unsent: list[tuple[str, Sequence[Bound]]] = []
        self.is_lent = False
        """Whether a pooler lends a session for each transaction."""

    def settle(self) -> None:
        """Set what holds in every transaction, unless whoever answers is not who took the connection."""
        of_own = self.pgconn.exec_(f"{_OF_SESSION} WHERE pg_backend_pid() = {self.pgconn.backend_pid}".encode())
        if of_own.status not in _DONE:
            raise psycopg.OperationalError(of_own.error_message.decode())
        self.is_lent = of_own.ntuples == 0
        if self.is_lent:
            self.prepare_threshold = None

    def cursor(self, *given: Any, **named: Any) -> Any:
        """Return a cursor for the library, once everything before it was sent."""
        self.send()
        return super().cursor(*given, **named)

    def ask(self, statement: str, bound: Bound, *, prepare: bool | None = None) -> list[tuple[Any, ...]]:
        """Run a statement, after what was deferred, and return its rows."""
        cursor = super().cursor()
        if self._unsent:
            self._send_with(cursor, statement, bound)
        else:
            cursor.execute(statement, bound, prepare=prepare)
        return cursor.fetchall()

    def run(self, statement: str, sets: Sequence[Bound]) -> int:
        """Run a statement for each set of parameters, after what was deferred; return how many rows it met."""
        cursor = super().cursor()
        if len(sets) > 1:
            self.send()
            cursor.executemany(statement, sets)
        elif self._unsent:
            self._send_with(cursor, statement, sets[0])
        else:
            cursor.execute(statement, sets[0])
        return cursor.rowcount

    def defer(self, statement: str, sets: Sequence[Bound]) -> None:
        """Keep a statement until something is asked; what fails then has failed here."""
        self._unsent.append((statement, sets))

    def send(self) -> None:
        """Run what was deferred."""
        if self._unsent:
            self._send_with(None)

    def _send_with(self, last: psycopg.Cursor[Any] | None, statement: str = "", bound: Bound = None) -> None:
        """Send everything in one go; the error is that of the statement that failed first."""
        waiting, self._unsent = self._unsent, []
        cursor, failed = super().cursor(), None
        try:
            with self.pipeline():
                try:
                    for told, sets in waiting:
                        for one in sets:
                            cursor.execute(told, one)
                    if last is not None:
                        last.execute(statement, bound)
                except psycopg.Error as error:
                    failed = error
        except psycopg.Error as error:
            failed = failed or error
        if failed is not None:
            raise _first(failed)

    def commit(self) -> None:
        """Keep what was written; an error, when a statement failed and nobody minded: the server would keep nothing."""
        try:
            self.send()
            if self.pgconn.transaction_status == TransactionStatus.INERROR:
                raise InFailedSqlTransaction("a statement of this transaction failed")
        except psycopg.Error:
            # The library takes a commit that failed for the transaction's end.
            self.rollback()
            raise
        self.defers = False
        super().commit()

    def rollback(self) -> None:
        """Take it back, and keep what was prepared, which the driver forgets: a schema might be another one again.

        After an error it is forgotten: a plan may have been what failed, or was not made as something before it failed.
        """
        self._unsent, self.defers = [], False
        if self.pgconn.transaction_status == TransactionStatus.INTRANS:
            self.does("ROLLBACK")
        if self.pgconn.transaction_status != TransactionStatus.IDLE:
            super().rollback()

    def does(self, statements: str) -> bool:
        """Run statements without parameters, and say whether that went well."""
        try:
            return self.pgconn.exec_(statements.encode()).status in _DONE
        except psycopg.Error:
            return False


def _first(failed: psycopg.Error) -> psycopg.Error:
    """Return the error on which those that came to nothing rest."""
    error: BaseException | None = failed
    while isinstance(error, PipelineAborted):
        error = error.__context__
    return error if isinstance(error, psycopg.Error) else failed


def connect(_dialect: Dialect, _record: object, given: Sequence[Any], named: dict[str, Any]) -> Server:
    """Open a connection for the library."""
    server = Server.connect(*given, **named)
    try:
        server.settle()
    except psycopg.Error:
        server.close()
        raise
    return server


def server_of(connection: Connection) -> Server:
    """Return the driver's connection under one of the library's."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, Server)  # noqa: S101 - `connect` makes no others
    return driver


def run_deferring(connection: Connection, effect: Callable[[Connection], Answer]) -> Answer:
    """Run an effect in a transaction; all that it deferred is sent before this returns.

    When a commit fails nobody knows whether it was done; of what fails here everybody knows that it was not.
    """
    server = server_of(connection)
    server.defers = True
    answer = effect(connection)
    try:
        server.send()
    except psycopg.Error as error:
        raise server_error(error, connection, None, None) from error
    return answer


def server_error(error: psycopg.Error, connection: Connection, statement: str | None, bound: Bound) -> BaseException:
    """Return a driver's error as the library raises it; a connection that is lost is given up."""
    dialect: Any = connection.dialect
    is_lost = dialect.is_disconnect(error, connection.connection.dbapi_connection, None)
    if is_lost:
        connection.invalidate(error)
    return DBAPIError.instance(
        statement,
        bound,
        error,
        psycopg.Error,
        hide_parameters=connection.engine.hide_parameters,
        connection_invalidated=is_lost,
        dialect=dialect,
    )


def begin_postgresql(connection: Connection) -> None:
    """Begin a transaction of the workspace that the connection's options name, if they do; its driver begins none."""
    options, server = connection.get_execution_options(), server_of(connection)
    workspace, begin = options.get("crmbot_workspace"), "BEGIN"
    if workspace is not None:
        begin = _beginning(
            workspace, options.get("crmbot_seconds", _SECONDS), options.get("crmbot_write", True), connection.dialect
        )
    if server.is_lent:
        begin = f"{begin}; {_OF_TRANSACTION}"
    if not server.does(begin):
        # Once more by the library, which knows what to do with a connection that was lost.
        connection.exec_driver_sql(begin)


@lru_cache(maxsize=1_000)
def _beginning(workspace: str, seconds: float, write: bool, dialect: Dialect) -> str:
    """Return what begins a transaction and binds it, values written out: parameters can't share a round trip."""
    bound = _SETTINGS.bindparams(workspace=workspace, milliseconds=f"{seconds * 1000:.0f}")
    settings = str(bound.compile(dialect=dialect, compile_kwargs={"literal_binds": True})).replace("%%", "%")
    return f"{'BEGIN' if write else 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY'}; {settings}"
