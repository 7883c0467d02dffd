"""Statements compiled once and handed to the driver as they are, for paths where the library's part costs the most."""

from collections import namedtuple
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import repeat
from typing import Any, cast

from sqlalchemy import Connection, Table, insert
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.elements import ClauseElement

from crmbot.models import Base
from crmbot.store.compiled import Compiled, Values, compile_statement


class Prepared:
    """A statement without lists of variable length, run many times with other values."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._compiled: dict[str, Compiled] = {}

    def on(self, dialect: Dialect) -> Compiled:
        """Return the statement as that database takes it."""
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = compile_statement(self._statement, dialect)
        return compiled

    def rows(self, connection: Connection, values: Values) -> list[tuple[Any, ...]]:
        """Run the statement and return its rows with their values as the columns' types give them."""
        compiled = self._compiled.get(connection.dialect.name) or self.on(connection.dialect)
        found = compiled.fetch(connection, compiled.bind(values))
        return compiled.read_all(found) if compiled.reads else found

    def named(self, connection: Connection, values: Values) -> list[dict[str, Any]]:
        """Run the statement and return its rows, each a dictionary of its columns' values."""
        compiled = self._compiled.get(connection.dialect.name) or self.on(connection.dialect)
        found = compiled.fetch(connection, compiled.bind(values))
        read = compiled.read_all(found) if compiled.reads else found
        return list(map(dict, map(zip, repeat(compiled.columns), read)))

    def records(self, connection: Connection, values: Values) -> list[Any]:
        """Run the statement and return its rows, whose values have the names of their columns as well."""
        return list(map(self._record, self.rows(connection, values)))

    def stream(self, connection: Connection, values: Values, *, apart: bool = True) -> Iterator[tuple[Any, ...]]:
        """Run the statement and yield its rows without making all of them at once.

        A server is asked for them in parts, unless `apart` is false: then it plans for all of them and sends them.
        """
        compiled = self._compiled.get(connection.dialect.name) or self.on(connection.dialect)
        return compiled.stream(connection, compiled.bind(values), apart=apart)

    def run(self, connection: Connection, values: Sequence[Values]) -> int:
        """Run the statement, once for each set of values; return how many rows it met."""
        compiled = self._compiled.get(connection.dialect.name) or self.on(connection.dialect)
        if len(values) == 1:
            return compiled.run(connection, compiled.bind(values[0]), many=False)
        return compiled.run(connection, list(map(compiled.bind, values)), many=True)

    @cached_property
    def _record(self) -> Callable[[tuple[Any, ...]], Any]:
        names = [column.key or "" for column in getattr(self._statement, "exported_columns", ())]
        record: Any = namedtuple("Record", names, rename=True)  # type: ignore[misc] # noqa: PYI024 - known here only
        return cast("Callable[[tuple[Any, ...]], Any]", record._make)


def insertion(kind: type[Base]) -> Prepared:
    """Return the statement that inserts rows of a kind, all columns given."""
    return Prepared(insert(cast("Table", kind.__table__)))
