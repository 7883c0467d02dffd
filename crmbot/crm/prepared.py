"""Statements compiled once and handed to the driver as they are, for paths where the library's part costs the most.

They still go through the engine's connection: its events, its errors and its transaction hold.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Connection, Table, insert
from sqlalchemy.engine import Dialect
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
        found = connection.exec_driver_sql(compiled.text, compiled.bind(values)).all()
        return [compiled.read(row) for row in found]

    def run(self, connection: Connection, values: Sequence[Values]) -> None:
        """Run the statement, once for each set of values."""
        compiled = self._for(connection)
        bound = [compiled.bind(one) for one in values]
        connection.exec_driver_sql(compiled.text, bound if len(bound) > 1 else bound[0])

    def _for(self, connection: Connection) -> "_Compiled":
        dialect = connection.dialect
        known = self._compiled.get(dialect.name)
        if known is None:
            known = self._compiled[dialect.name] = _Compiled(self._statement, dialect)
        return known


def insertion(kind: type[Base]) -> Prepared:
    """Return the statement that inserts rows of a kind, all columns given."""
    return Prepared(insert(cast("Table", kind.__table__)))


class _Compiled:
    """The statement's text for one database, and what turns values into the driver's and back."""

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        if not isinstance(compiled, SQLCompiler):
            raise TypeError("only statements can be prepared")
        self.text = str(compiled)
        names = compiled.positiontup
        self._names = tuple(names if names is not None else compiled.binds)
        self._by_name = names is None
        self._given = {name: value for name, value in compiled.params.items() if value is not None}
        writers = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in compiled.binds.items()
        }
        self._writers = tuple(writers[name] for name in self._names)
        columns = getattr(statement, "exported_columns", ())
        readers = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self._readers = tuple((place, reader) for place, reader in enumerate(readers) if reader)

    def bind(self, values: Values) -> Any:
        """Return the parameters as the driver takes them."""
        given = self._given
        bound = [
            value if writer is None else writer(value)
            for name, writer in zip(self._names, self._writers, strict=True)
            for value in (values[name] if name in values else given.get(name),)
        ]
        return dict(zip(self._names, bound, strict=True)) if self._by_name else tuple(bound)

    def read(self, row: Sequence[Any]) -> tuple[Any, ...]:
        """Return a row's values as the columns' types give them."""
        values = list(row)
        for place, reader in self._readers:
            values[place] = reader(values[place])
        return tuple(values)
