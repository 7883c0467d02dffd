"""A statement's text for one database, and how it is run there.

On SQLite, where a statement takes less time than what surrounds it, it goes past the library to the driver itself
(`crmbot.store.direct`): who listens to the engine's statements hears of it, and the driver's errors are the library's.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import call, itemgetter
from sqlite3 import Connection as SQLite
from sqlite3 import Error as SQLiteError
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement

from crmbot.store.binding import is_bound, refuse_unbound
from crmbot.store.direct import Direct, as_library_s

Values = Mapping[str, Any]
_AT_ONCE = 500
"""Rows fetched together from a server."""
_FEW = 2


class Compiled:
    """The statement's text for one database, and what turns values into the driver's and back."""

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        form: Any = statement.compile(dialect=dialect)
        if not isinstance(form, SQLCompiler):
            raise TypeError("only statements can be prepared")
        self.text = str(form)
        names = form.positiontup
        self._names = tuple(names if names is not None else form.bind_names.values())
        self._given: dict[str, Any] = dict.fromkeys(self._names) | form.params
        self._pick = picker(self._names)
        writers = {
            name: writer
            for name, bind in form.binds.items()
            if name in self._given and (writer := bind.type.dialect_impl(dialect).bind_processor(dialect)) is not None
        }
        self._written, self._writers, self._pick_written = tuple(writers), tuple(writers.values()), picker(writers)
        columns: tuple[Any, ...] = tuple(getattr(statement, "exported_columns", ()))
        self._columns = tuple(column.key for column in columns)
        readers = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self.reads = tuple((place, reader) for place, reader in enumerate(readers) if reader)
        self._readers = tuple(reader for _, reader in self.reads)
        self._read = tuple(self._columns[place] for place, _ in self.reads)
        self._pick_read = picker(self._read)

    def bind(self, values: Values) -> Any:
        """Return the parameters as the driver takes them."""
        bound = {**self._given, **values}
        if self._written:
            bound.update(zip(self._written, map(call, self._writers, self._pick_written(bound)), strict=True))
        return self._pick(bound)

    def read(self, row: Iterable[Any]) -> tuple[Any, ...]:
        """Return a row's values as the columns' types give them."""
        values = list(row)
        for place, reader in self.reads:
            values[place] = reader(values[place])
        return tuple(values)

    def read_all(self, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """Return rows' values as the columns' types give them; of several, column by column takes the fewest steps."""
        if len(rows) <= _FEW:
            return list(map(self.read, rows))
        columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
        for place, reader in self.reads:
            columns[place] = map(reader, columns[place])
        return list(zip(*columns, strict=True))

    def read_named(self, row: Iterable[Any]) -> dict[str, Any]:
        """Return them by the columns' names."""
        values = dict(zip(self._columns, row, strict=True))
        if self._read:
            values.update(zip(self._read, map(call, self._readers, self._pick_read(values)), strict=True))
        return values

    def fetch(self, connection: Connection, bound: Any) -> list[Any]:
        """Run the statement and return its rows as the driver gives them."""
        return list(map(tuple, connection.exec_driver_sql(self.text, bound)))

    def stream(self, connection: Connection, bound: Any, *, apart: bool) -> Iterator[tuple[Any, ...]]:
        """Run the statement and yield its rows."""
        options = {"yield_per": _AT_ONCE} if apart else {}
        with connection.exec_driver_sql(self.text, bound, execution_options=options) as found:
            yield from map(self.read, found)

    def run(self, connection: Connection, bound: Any, *, many: bool) -> int:
        """Run the statement, or for `many` sets of parameters; return how many rows it met."""
        del many
        return connection.exec_driver_sql(self.text, bound).rowcount


class _OnSQLite(Compiled):
    """The same where the driver is asked without the library."""

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        super().__init__(statement, dialect)
        self._is_bound = is_bound(self.text)

    def fetch(self, connection: Connection, bound: Any) -> list[Any]:
        driver = self._driver(connection, bound)
        try:
            return driver.execute(self.text, bound).fetchall()
        except SQLiteError as error:
            raise as_library_s(error, connection, self.text, bound) from error

    def stream(self, connection: Connection, bound: Any, *, apart: bool) -> Iterator[tuple[Any, ...]]:
        del apart
        driver = self._driver(connection, bound)
        try:
            yield from map(self.read, driver.execute(self.text, bound))
        except SQLiteError as error:
            raise as_library_s(error, connection, self.text, bound) from error

    def run(self, connection: Connection, bound: Any, *, many: bool) -> int:
        driver = self._driver(connection, bound, many=many)
        try:
            return (driver.executemany if many else driver.execute)(self.text, bound).rowcount
        except SQLiteError as error:
            raise as_library_s(error, connection, self.text, bound) from error

    def _driver(self, connection: Connection, bound: Any, *, many: bool = False) -> SQLite:
        """Return the driver's connection, once everybody who listens has heard of the statement."""
        if isinstance(connection, Direct) and connection.driver is not None:
            if not self._is_bound:
                refuse_unbound(self.text, connection.workspace_id)
            return connection.driver
        for listener in connection.dispatch.before_cursor_execute:
            listener(connection, None, self.text, bound, None, many)
        driver = connection.connection.driver_connection
        assert isinstance(driver, SQLite)  # noqa: S101 - this dialect's driver
        return driver


RUNS: dict[str, type[Compiled]] = {"pysqlite": _OnSQLite}
"""How each driver runs statements; a server's joins when its engine is made (`crmbot.store.deferring`)."""


def compile_statement(statement: ClauseElement, dialect: Dialect) -> Compiled:
    """Return a statement as a database's driver takes it; TypeError for what is no statement."""
    return RUNS[dialect.driver](statement, dialect)


def picker(names: Iterable[str]) -> Callable[[Values], tuple[Any, ...]]:
    """Return what takes the values of these names out of a dictionary; `itemgetter` makes no tuple of a single one."""
    wanted = tuple(names)
    if len(wanted) > 1:
        return itemgetter(*wanted)
    if not wanted:
        return lambda _values: ()
    name = wanted[0]
    return lambda values: (values[name],)
