"""A statement's text for one database, and how it is run there.

On SQLite, where a statement takes less time than what surrounds it, it goes past the library to the driver itself
(`crmbot.store.direct`): who listens to the engine's statements hears of it, and the driver's errors are the library's.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache, partial
from operator import call, itemgetter
from sqlite3 import Connection as SQLite
from sqlite3 import Error as SQLiteError
from typing import Any

from sqlalchemy import Boolean, Connection, Date
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.types import TypeEngine

from crmbot.store.binding import is_bound, refuse_unbound
from crmbot.store.direct import Direct, as_library_s

Values = Mapping[str, Any]
MAY_WAIT = "crmbot_may_wait"
"""An option of statements other than INSERT whose rows nobody needs: a server is told them with the next one asked."""
_AT_ONCE = 500
"""Rows fetched together from a server."""
_FEW = 2
_REMEMBERED = 100
_as_it_is = partial({}.get, None)
"""Returns what it is given; written in C, as it is asked of most columns of every row."""


def _writer(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any]:
    """Return what turns a type's values into the driver's; of types whose values recur, what it made is remembered."""
    write = kind.bind_processor(dialect)
    if write is None:
        return _as_it_is
    return lru_cache(_REMEMBERED)(write) if isinstance(kind, Boolean | Date) else write


class Compiled:
    """The statement's text for one database, and what turns values into the driver's and back."""

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        form: Any = statement.compile(dialect=dialect)
        if not isinstance(form, SQLCompiler):
            raise TypeError("only statements can be prepared")
        self.text = str(form)
        self._names = tuple(form.positiontup if form.positiontup is not None else form.bind_names.values())
        self._given = {name: value for name, value in form.params.items() if not form.binds[name].required}
        self._pick = picker(self._names)
        kinds = [form.binds[name].type.dialect_impl(dialect) for name in self._names]
        self._writers = tuple(_writer(kind, dialect) for kind in kinds)
        self.bind: Callable[[Values], Any] = self._pick if self._takes_all_as_it_is else self._bind
        """Returns the parameters as the driver takes them."""
        columns: tuple[Any, ...] = tuple(getattr(statement, "exported_columns", ()))
        self.columns = tuple(column.key for column in columns)
        kinds = [column.type.dialect_impl(dialect) for column in columns]
        self._readers = tuple(kind.result_processor(dialect, None) or _as_it_is for kind in kinds)
        self.reads = tuple((place, one) for place, one in enumerate(self._readers) if one is not _as_it_is)

    @property
    def _takes_all_as_it_is(self) -> bool:
        return not self._given and set(self._writers) <= {_as_it_is}

    def _bind(self, values: Values) -> tuple[Any, ...]:
        if self._given:
            values = {**self._given, **values}
        return tuple(map(call, self._writers, self._pick(values)))

    def read(self, row: Iterable[Any]) -> tuple[Any, ...]:
        """Return a row's values as the columns' types give them."""
        return tuple(map(call, self._readers, row))

    def read_all(self, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """Return rows' values as the columns' types give them; of several, column by column takes the fewest steps."""
        if len(rows) <= _FEW:
            return list(map(self.read, rows))
        columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
        for place, reader in self.reads:
            columns[place] = map(reader, columns[place])
        return list(zip(*columns, strict=True))

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
        driver = connection.driver if isinstance(connection, Direct) and self._is_bound else None
        try:
            return (driver or self._driver(connection, bound)).execute(self.text, bound).fetchall()
        except SQLiteError as error:
            raise as_library_s(error, connection, self.text, bound) from error

    def stream(self, connection: Connection, bound: Any, *, apart: bool) -> Iterator[tuple[Any, ...]]:
        del apart
        try:
            yield from map(self.read, self._driver(connection, bound).execute(self.text, bound))
        except SQLiteError as error:
            raise as_library_s(error, connection, self.text, bound) from error

    def run(self, connection: Connection, bound: Any, *, many: bool) -> int:
        driver = connection.driver if isinstance(connection, Direct) and self._is_bound else None
        driver = driver or self._driver(connection, bound, many=many)
        try:
            return (driver.executemany if many else driver.execute)(self.text, bound).rowcount
        except SQLiteError as error:
            raise as_library_s(error, connection, self.text, bound) from error

    def _driver(self, connection: Connection, bound: Any, *, many: bool = False) -> SQLite:
        """Return the driver's connection, once everybody who listens has heard of the statement."""
        if isinstance(connection, Direct) and connection.driver is not None:
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
