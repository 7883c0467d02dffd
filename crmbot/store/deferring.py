"""How prepared statements are run on PostgreSQL: past the library, and what may wait goes out with what is asked.

Loaded when an engine of PostgreSQL is made: its driver takes a tenth of a second to load and 9 MB, and SQLite does
without.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Executable, Insert
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.elements import ClauseElement

from crmbot.store.compiled import MAY_WAIT, RUNS, Compiled, Values
from crmbot.store.postgresql import Server, ServerError, server_error, server_of


class OnPostgreSQL(Compiled):
    """A statement's text for PostgreSQL; what nobody asks about waits for the next statement."""

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        super().__init__(statement, dialect)
        is_plain_insert = type(statement) is Insert and not self.columns
        is_told = isinstance(statement, Executable) and MAY_WAIT in statement.get_execution_options()
        self._may_wait = is_plain_insert or is_told
        self.bind = self._bind_named

    def _bind_named(self, values: Values) -> dict[str, Any]:
        """Return the parameters by their names, as its driver takes them."""
        return dict(zip(self._names, self._bind(values), strict=True))

    def fetch(self, connection: Connection, bound: Any) -> list[Any]:
        """Run it and return its rows as the driver gives them."""
        server = self._server(connection, bound)
        try:
            return server.ask(self.text, bound)
        except ServerError as error:
            raise server_error(error, connection, self.text, bound) from error

    def stream(self, connection: Connection, bound: Any, *, apart: bool) -> Iterator[tuple[Any, ...]]:
        """Run it and yield its rows as the columns' types give them; `apart` asks for them in parts."""
        if apart:
            return super().stream(connection, bound, apart=True)
        return map(self.read, self.fetch(connection, bound))

    def run(self, connection: Connection, bound: Any, *, many: bool) -> int:
        """Run it, or keep it for later; return how many rows it met, or will."""
        server, sets = self._server(connection, bound, many=many), bound if many else [bound]
        if self._may_wait and server.defers:
            server.defer(self.text, sets)
            return len(sets)
        try:
            return server.run(self.text, sets)
        except ServerError as error:
            raise server_error(error, connection, self.text, bound) from error

    def _server(self, connection: Connection, bound: Any, *, many: bool = False) -> Server:
        for listener in connection.dispatch.before_cursor_execute:
            listener(connection, None, self.text, bound, None, many)
        return server_of(connection)


RUNS["psycopg"] = OnPostgreSQL
