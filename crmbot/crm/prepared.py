"""Statements compiled once and handed to the driver as they are, for paths where the library's part costs the most.

On SQLite, where a statement takes less time than what surrounds it, they go past the library to the driver itself:
whoever listens to the engine's statements hears of them, and the driver's errors are raised as the library's.
"""

from collections.abc import Mapping, Sequence
from sqlite3 import Connection as SQLite
from sqlite3 import Cursor
from sqlite3 import Error as SQLiteError
from typing import Any, cast

from sqlalchemy import Connection, Table, insert
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement

from crmbot.models import Base

Values = Mapping[str, Any]


class Prepared:
    """A statement without lists of variable length, run many times with other values."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, connection: Connection, values: Values) -> list[tuple[Any, ...]]:
        """Run the statement and return its rows with their values as the columns' types give them."""
        compiled = self._for(connection)
        bound = compiled.bind(values)
        if compiled.is_sqlite:
            found: Sequence[Any] = _on_sqlite(connection, compiled.text, bound).fetchall()
        else:
            found = connection.exec_driver_sql(compiled.text, bound).all()
        return [compiled.read(row) for row in found] if compiled.reads else list(map(tuple, found))

    def run(self, connection: Connection, values: Sequence[Values]) -> int:
        """Run the statement, once for each set of values; return how many rows it met."""
        compiled = self._for(connection)
        bound = [compiled.bind(one) for one in values]
        given = bound if len(bound) > 1 else bound[0]
        if compiled.is_sqlite:
            return _on_sqlite(connection, compiled.text, given).rowcount
        return connection.exec_driver_sql(compiled.text, given).rowcount

    def _for(self, connection: Connection) -> "_Compiled":
        dialect = connection.dialect
        known = self._compiled.get(dialect.name)
        if known is None:
            known = self._compiled[dialect.name] = _Compiled(self._statement, dialect)
        return known


def insertion(kind: type[Base]) -> Prepared:
    """Return the statement that inserts rows of a kind, all columns given."""
    return Prepared(insert(cast("Table", kind.__table__)))


def _on_sqlite(connection: Connection, text: str, bound: Any) -> Cursor:
    for listener in connection.dispatch.before_cursor_execute:
        text, bound = listener(connection, None, text, bound, None, isinstance(bound, list))
    driver = connection.connection.driver_connection
    assert isinstance(driver, SQLite)  # noqa: S101 - this dialect's driver
    try:
        return driver.executemany(text, bound) if isinstance(bound, list) else driver.execute(text, bound)
    except SQLiteError as error:
        raise DBAPIError.instance(text, bound, error, SQLiteError, dialect=connection.dialect) from error


class _Compiled:
    """The statement's text for one database, and what turns values into the driver's and back."""

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        if not isinstance(compiled, SQLCompiler):
            raise TypeError("only statements can be prepared")
        self.text = str(compiled)
        self.is_sqlite = dialect.driver == "pysqlite"
        names = compiled.positiontup
        self._names = tuple(names if names is not None else compiled.binds)
        self._by_name = names is None
        self._given = {name: value for name, value in compiled.params.items() if value is not None}
        writers = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in compiled.binds.items()
        }
        self._writers = tuple(
            (place, writer) for place, name in enumerate(self._names) if (writer := writers[name]) is not None
        )
        columns = getattr(statement, "exported_columns", ())
        readers = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self.reads = tuple((place, reader) for place, reader in enumerate(readers) if reader)

    def bind(self, values: Values) -> Any:
        """Return the parameters as the driver takes them."""
        given = self._given
        bound = [values[name] if name in values else given.get(name) for name in self._names]
        for place, writer in self._writers:
            bound[place] = writer(bound[place])
        return dict(zip(self._names, bound, strict=True)) if self._by_name else tuple(bound)

    def read(self, row: Sequence[Any]) -> tuple[Any, ...]:
        """Return a row's values as the columns' types give them."""
        values = list(row)
        for place, reader in self.reads:
            values[place] = reader(values[place])
        return tuple(values)
