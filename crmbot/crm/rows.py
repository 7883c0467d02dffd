"""The rows of one effect, read and written by prepared statements until something asks for the ORM's session.

What the session costs - its life, its statements, its bookkeeping - is most of the time of a small command. Whatever
was read or written before it comes in is handed over to it, so that a row stays one object whoever reads it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, bindparam, insert, select, update
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import manager_of_class
from sqlalchemy.orm.exc import StaleDataError

from crmbot.crm.prepared import Prepared
from crmbot.models import Base

Row = Any
Kind = Any
"""A mapped class."""
Values = Mapping[str, Any]
Note = Callable[[Row, dict[str, Any] | None, dict[str, Any] | None], None]
"""Told of each row written: the row, and the values of columns before (none: it was made) and after."""

_shapes: dict[Kind, "_Shape"] = {}
_SIZES = (1, 3, 10, 30, 100)
_ORDER = {table.name: place for place, table in enumerate(Base.metadata.sorted_tables)}


@dataclass(frozen=True, slots=True)
class _Shape:
    """What there is to know of a table to read and write its rows."""

    table: Table
    columns: tuple[str, ...]
    key: tuple[str, ...]
    defaults: Mapping[str, Callable[[], Any]]
    versioned: bool
    order: int
    new: Callable[[], Row]

    def make(self, values: Values) -> Row:
        """Return a new row with these values, without the price of setting each as a change."""
        row = self.new()
        row.__dict__.update(values)
        return row

    def insertion(self) -> Prepared:
        """Return the statement that inserts a row."""
        return _insertion(self.table)

    def identity(self, row: Row) -> tuple[Any, ...]:
        """Return a row's key."""
        held = row.__dict__
        return tuple(held[name] for name in self.key)


def shape_of(kind: Kind) -> _Shape:
    """Return the shape of a kind of row."""
    known = _shapes.get(kind)
    if known is None:
        known = _shapes[kind] = _read_shape(kind)
    return known


def _read_shape(kind: Kind) -> _Shape:
    table: Any = kind.__table__
    return _Shape(
        table=table,
        columns=tuple(column.name for column in table.columns),
        key=tuple(column.name for column in table.primary_key),
        defaults={column.name: _default(column.default) for column in table.columns if column.default is not None},
        versioned="version" in table.columns,
        order=_ORDER[table.name],
        new=manager_of_class(kind).new_instance,
    )


def _default(default: Any) -> Callable[[], Any]:
    return (lambda: default.arg(None)) if default.is_callable else (lambda: default.arg)


@cache
def _insertion(table: Table) -> Prepared:
    return Prepared(insert(table))


@cache
def _by_key(kind: Kind) -> Prepared:
    columns = shape_of(kind).table.primary_key
    return Prepared(select(kind).where(*(column == bindparam(column.name) for column in columns)))


@cache
def _by_ids(kind: Kind, size: int) -> Prepared:
    wanted: list[Any] = [bindparam(f"id_{place}") for place in range(size)]
    return Prepared(select(kind).where(kind.workspace_id == bindparam("workspace_id"), kind.id.in_(wanted)))


@cache
def _change(kind: Kind, columns: tuple[str, ...]) -> Prepared:
    """Return the statement that sets columns of one row, if it is still the version that was read."""
    shape = shape_of(kind)
    known = [shape.table.c[name] == bindparam(f"key_{name}") for name in shape.key]
    if shape.versioned:
        known.append(shape.table.c.version == bindparam("known_version"))
    new = {name: bindparam(f"new_{name}", type_=shape.table.c[name].type) for name in columns}
    return Prepared(update(shape.table).where(*known).values(new))


class Rows:
    """The rows that one effect has read and made, each once."""

    def __init__(self, source: Connection | Session, note: Note) -> None:
        self._session = source if isinstance(source, Session) else None
        self._source = source
        self._note = note
        self._known: dict[tuple[Any, ...], Row] = {}
        self._as_stored: dict[tuple[Any, ...], dict[str, Any]] = {}
        self._new: list[Row] = []

    @property
    def connection(self) -> Connection:
        """The transaction's connection."""
        return self._source.connection() if isinstance(self._source, Session) else self._source

    def session(self, make: Callable[[Connection], Session]) -> Session:
        """Return the ORM's session of this transaction, which keeps the rows from now on; made when first asked for."""
        if self._session is None:
            self.flush()
            self._session = make(self.connection)
            for row in self._known.values():
                make_transient_to_detached(row)
            self._session.add_all(self._known.values())
        return self._session

    def all(self, statement: Prepared, kind: Kind, values: Values) -> list[Row]:
        """Return the rows that a statement selects; all columns of one kind, as `select(Kind)` gives them."""
        columns = shape_of(kind).columns
        found = statement.rows(self.connection, values)
        return [self._row(kind, dict(zip(columns, row, strict=True))) for row in found]

    def get(self, kind: Kind, *key: str) -> Row | None:
        """Return the row of that key."""
        if self._session is not None:
            return self._session.get(kind, key)
        known = self._known.get((kind, *key))
        if known is not None:
            return known
        found = self.all(_by_key(kind), kind, dict(zip(shape_of(kind).key, key, strict=True)))
        return found[0] if found else None

    def load(self, kind: Kind, workspace_id: str, ids: Collection[str]) -> None:
        """Read ahead the rows of these ids that are not known yet, so that `get` asks for none of them."""
        missing = sorted(one for one in set(ids) if (kind, workspace_id, one) not in self._known)
        while missing:
            size = next((size for size in _SIZES if size >= len(missing)), _SIZES[-1])
            some, missing = missing[:size], missing[size:]
            wanted = {f"id_{place}": some[min(place, len(some) - 1)] for place in range(size)}
            self.all(_by_ids(kind, size), kind, {"workspace_id": workspace_id, **wanted})

    def add(self, rows: Iterable[Row]) -> None:
        """Take new rows, which `flush` writes."""
        if self._session is not None:
            self._session.add_all(rows)
        else:
            self._new.extend(rows)

    def write(self, rows: Sequence[Row]) -> None:
        """Insert rows at once and forget them; those of one kind in one statement."""
        by_kind: dict[Kind, list[Values]] = {}
        for row in rows:
            shape = shape_of(type(row))
            by_kind.setdefault(type(row), []).append(_complete(shape, row))
        for kind, values in by_kind.items():
            shape_of(kind).insertion().run(self.connection, values)

    def flush(self) -> None:
        """Write what was made and changed; StaleDataError when another transaction changed such a row before."""
        if self._session is not None:
            self._session.flush()
            return
        made, self._new = sorted(self._new, key=lambda row: shape_of(type(row)).order), []
        if made:
            self.write(made)
        for row in made:
            key = (type(row), *shape_of(type(row)).identity(row))
            self._known[key], self._as_stored[key] = row, _values(row)
            self._note(row, None, row.__dict__)
        for key, stored in list(self._as_stored.items()):
            row = self._known[key]
            held = row.__dict__
            changed = [name for name, value in stored.items() if held[name] is not value and held[name] != value]
            if changed:
                self._store_change(row, key, stored, changed)

    def _store_change(self, row: Row, key: tuple[Any, ...], stored: dict[str, Any], changed: list[str]) -> None:
        kind: Kind = type(row)
        shape = shape_of(kind)
        known: dict[str, Any] = {f"key_{name}": value for name, value in zip(shape.key, key[1:], strict=True)}
        after = {name: row.__dict__[name] for name in changed}
        if shape.versioned:
            known["known_version"] = stored["version"]
            row.version = after["version"] = stored["version"] + 1
        new = {f"new_{name}": value for name, value in after.items()}
        if not _change(kind, tuple(after)).run(self.connection, [known | new]):
            raise StaleDataError(f"a {shape.table.name} was changed by another transaction")
        self._note(row, {name: stored[name] for name in changed}, {name: after[name] for name in changed})
        stored.update(after)

    def _row(self, kind: Kind, values: dict[str, Any]) -> Row:
        """Return the object of a row that was read; one known already stays as it is."""
        shape = shape_of(kind)
        key = tuple(values[name] for name in shape.key)
        known = self._known.get((kind, *key))
        if known is None and self._session is not None:
            known = self._session.identity_map.get((kind, key, None))
        if known is not None:
            return known
        row = shape.make(values)
        self._known[kind, *key] = row
        self._as_stored[kind, *key] = values
        if self._session is not None:
            make_transient_to_detached(row)
            self._session.add(row)
        return row


def _complete(shape: _Shape, row: Row) -> Values:
    """Give a new row its columns' defaults, and return all of its values."""
    held = row.__dict__
    for name in shape.columns:
        if held.get(name) is None and name in shape.defaults:
            held[name] = shape.defaults[name]()
        else:
            held.setdefault(name, None)
    return {name: held[name] for name in shape.columns}


def _values(row: Row) -> dict[str, Any]:
    held = row.__dict__
    return {name: held[name] for name in shape_of(type(row)).columns}
