"""Statements compiled once and handed to the driver as they are, for paths where the library's part costs the most.

On SQLite, where a statement takes less time than what surrounds it, they go past the library to the driver itself:
whoever listens to the engine's statements hears of them, and the driver's errors are raised as the library's.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from sqlite3 import Connection as SQLite
from sqlite3 import Error as SQLiteError
from typing import Any, TypeVar, cast

from sqlalchemy import Connection
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement

Values = Mapping[str, Any]
Found = TypeVar("Found")
_AT_ONCE = 500
"""Rows fetched together from a server."""


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
            found: Sequence[Any] = _on_sqlite(connection, compiled.text, bound, _fetch)
        else:
            found = connection.exec_driver_sql(compiled.text, bound).all()
        return [compiled.read(row) for row in found] if compiled.reads else list(map(tuple, found))

    def records(self, connection: Connection, values: Values) -> list[Any]:
        """Run the statement and return its rows, whose values have the names of their columns as well."""
        return list(map(self._record, self.rows(connection, values)))

    def stream(self, connection: Connection, values: Values, *, apart: bool = True) -> Iterator[tuple[Any, ...]]:
        """Run the statement and yield its rows without making all of them at once.

        A server is asked for them in parts, unless `apart` is false: then it plans for all of them and sends them.
        """
        compiled = self._for(connection)
        bound = compiled.bind(values)
        if compiled.is_sqlite:
            cursor = _on_sqlite(connection, compiled.text, bound, SQLite.execute)
            try:
                yield from map(compiled.read, cursor)
            except SQLiteError as error:
                raise _as_library_s(error, connection, compiled.text, bound) from error
        else:
            options = {"yield_per": _AT_ONCE} if apart else {}
            with connection.exec_driver_sql(compiled.text, bound, execution_options=options) as found:
                yield from map(compiled.read, found)

    def run(self, connection: Connection, values: Sequence[Values]) -> int:
        """Run the statement, once for each set of values; return how many rows it met."""
        compiled = self._for(connection)
        bound = [compiled.bind(one) for one in values]
        given = bound if len(bound) > 1 else bound[0]
        if not compiled.is_sqlite:
            return connection.exec_driver_sql(compiled.text, given).rowcount
        return _on_sqlite(
            connection, compiled.text, given, SQLite.execute if len(bound) == 1 else SQLite.executemany
        ).rowcount

    @cached_property
    def _record(self) -> Callable[[tuple[Any, ...]], Any]:
        names = [column.key or "" for column in getattr(self._statement, "exported_columns", ())]
        record: Any = namedtuple("Record", names, rename=True)  # type: ignore[misc] # noqa: PYI024 - known here only
        return cast("Callable[[tuple[Any, ...]], Any]", record._make)

    def _for(self, connection: Connection) -> "_Compiled":
        dialect = connection.dialect
        known = self._compiled.get(dialect.name)
        if known is None:
            known = self._compiled[dialect.name] = _Compiled(self._statement, dialect)
        return known


def _on_sqlite(connection: Connection, text: str, bound: Any, use: Callable[[SQLite, str, Any], Found]) -> Found:
    for listener in connection.dispatch.before_cursor_execute:
        text, bound = listener(connection, None, text, bound, None, isinstance(bound, list))
    driver = connection.connection.driver_connection
    assert isinstance(driver, SQLite)  # noqa: S101 - this dialect's driver
    try:
        return use(driver, text, bound)
    except SQLiteError as error:
        raise _as_library_s(error, connection, text, bound) from error


def _fetch(driver: SQLite, text: str, bound: Any) -> list[Any]:
    return driver.execute(text, bound).fetchall()


def _as_library_s(error: SQLiteError, connection: Connection, text: str, bound: Any) -> BaseException:
    hides = connection.engine.hide_parameters
    return DBAPIError.instance(text, bound, error, SQLiteError, hide_parameters=hides, dialect=connection.dialect)


class _Compiled:
    """The statement's text for one database, and what turns values into the driver's and back."""

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        if not isinstance(compiled, SQLCompiler):
            raise TypeError("only statements can be prepared")
        self.text = str(compiled)
        self.is_sqlite = dialect.driver == "pysqlite"
        names = compiled.positiontup
        self._names = tuple(names if names is not None else compiled.bind_names.values())
        self._by_name = names is None
        self._given = {name: value for name, value in compiled.params.items() if value is not None}
        writers = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in compiled.binds.items()
        }
        self._writers = tuple(
            (place, writer) for place, name in enumerate(self._names) if (writer := writers[name]) is not None
        )
        columns: Iterable[Any] = getattr(statement, "exported_columns", ())
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
