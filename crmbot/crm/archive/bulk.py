"""Many rows at once: the driver's executemany on SQLite; on PostgreSQL COPY into a table beside, and from there.

Row-level security refuses COPY into the tables themselves.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any, Protocol

from sqlalchemy import JSON, Connection, Date, text
from sqlalchemy.orm import Session

from crmbot.models import Base, UTCDateTime

Row = tuple[type[Base], dict[str, Any]]

_AT_ONCE = 1_000
"""Records of a statement."""


class _Writer(Protocol):
    def write(self, table: type[Base], rows: list[dict[str, Any]]) -> None: ...

    def finish(self) -> None: ...


class Bulk:
    """Rows that wait to be written together, table by table in the order in which they first came.

    All rows of a table give the same columns; those they leave out stay empty.
    """

    def __init__(self, session: Session) -> None:
        connection = session.connection()
        self._writer: _Writer = _Copy(connection) if connection.dialect.name == "postgresql" else _Many(connection)
        self._rows: dict[type[Base], list[dict[str, Any]]] = {}
        self._count = 0

    def add(self, rows: Iterable[Row]) -> None:
        """Add a record's rows."""
        waiting = self._rows
        for table, row in rows:
            if table in waiting:
                waiting[table].append(row)
            else:
                waiting[table] = [row]
        self._count += 1
        if self._count >= _AT_ONCE:
            self.write()

    def write(self) -> None:
        """Write what waits."""
        for table, rows in self._rows.items():
            if rows:
                self._writer.write(table, rows)
                rows.clear()
        self._count = 0

    def finish(self) -> None:
        """Do what is due once everything is written."""
        self._writer.finish()


class _Many:
    """SQLite: one statement, many tuples, values in the form in which the types keep them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def write(self, table: type[Base], rows: list[dict[str, Any]]) -> None:
        names, pick, changes = _columns(table, tuple(rows[0]), _SQLITE)
        marks = ", ".join("?" * len(names))
        columns = ", ".join(f'"{name}"' for name in names)
        statement = f'INSERT INTO "{table.__tablename__}" ({columns}) VALUES ({marks})'
        self._connection.exec_driver_sql(statement, [tuple(_changed(pick(row), changes)) for row in rows])

    def finish(self) -> None:
        """Leave it at that: statements here are planned without statistics."""


class _Copy:
    """PostgreSQL: COPY into a temporary table of the same columns, then one INSERT from it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._made: set[str] = set()

    def write(self, table: type[Base], rows: list[dict[str, Any]]) -> None:
        names, pick, changes = _columns(table, tuple(rows[0]), _POSTGRESQL)
        target, beside = table.__tablename__, f"import_{table.__tablename__}"
        columns = ", ".join(f'"{name}"' for name in names)
        if target not in self._made:
            # several writers of one transaction share it
            made = f'CREATE TEMPORARY TABLE IF NOT EXISTS "{beside}" (LIKE "{target}") ON COMMIT DROP'
            self._connection.execute(text(made))
            self._made.add(target)
        driver: Any = self._connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(f'COPY "{beside}" ({columns}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(_changed(pick(row), changes))
        self._connection.execute(text(f'INSERT INTO "{target}" ({columns}) SELECT {columns} FROM "{beside}"'))
        self._connection.execute(text(f'TRUNCATE "{beside}"'))

    def finish(self) -> None:
        """Count what was written: until the server does so by itself, each page of a list would read a whole table."""
        for target in sorted(self._made):
            self._connection.execute(text(f'ANALYZE "{target}"'))


Change = Callable[[Any], Any]


def _changed(values: tuple[Any, ...], changes: tuple[tuple[int, Change], ...]) -> list[Any]:
    found = list(values)
    for place, change in changes:
        value = found[place]
        if value is not None:
            found[place] = change(value)
    return found


@cache
def _columns(
    table: type[Base], names: tuple[str, ...], kept: "_Kept"
) -> tuple[tuple[str, ...], Callable[[Mapping[str, Any]], tuple[Any, ...]], tuple[tuple[int, Change], ...]]:
    """Return the columns that rows give, what picks them from a row, and which values are kept in another form."""
    types = [table.__table__.columns[name].type for name in names]
    changes = [
        (place, change) for place, held in enumerate(types) for kind, change in kept.items if isinstance(held, kind)
    ]
    return names, itemgetter(*names), tuple(changes)


class _Kept:
    """How values of some column types are kept."""

    def __init__(self, *items: tuple[type[Any], Change]) -> None:
        self.items = items


@lru_cache(8_192)
def _instant(at: datetime) -> str:
    # the form of SQLAlchemy's own DATETIME on SQLite; the instant is in UTC already
    return at.isoformat(" ", "microseconds")[:26]


_SQLITE = _Kept((UTCDateTime, _instant), (Date, date.isoformat), (JSON, json.dumps))
_POSTGRESQL = _Kept((JSON, json.dumps))
