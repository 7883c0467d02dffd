"""The rows of one effect, read and written by prepared statements until something asks for the ORM's session.

What the session costs - its life, its statements, its bookkeeping - is most of the time of a small command. Whatever
was read or written before it comes in is handed over to it, so that a row stays one object whoever reads it. Until then
it is of a plain class (`plain_class`), whose attributes nobody watches.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import compress
from operator import itemgetter, le, ne, not_
from typing import Any

from sqlalchemy import Connection, Table, bindparam, insert, select, update
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import manager_of_class
from sqlalchemy.orm.exc import StaleDataError

from crmbot.models import Base, plain_class
from crmbot.store.compiled import picker
from crmbot.store.prepared import Prepared

Row = Any
Kind = Any
"""A mapped class."""
Values = Mapping[str, Any]
Note = Callable[[Row, dict[str, Any] | None, dict[str, Any] | None], None]
"""Told of each row written: the row, and the values of columns before (none: it was made) and after."""

_Key = tuple[Kind, tuple[Any, ...]]
_shapes: dict[Kind, "_Shape"] = {}
_new = object.__new__
_held: Callable[[Row], dict[str, Any]] = vars
_SIZES = (1, 3, 10, 30, 100)
_ORDER = {table.name: place for place, table in enumerate(Base.metadata.sorted_tables)}


@dataclass(frozen=True, slots=True)
class _Shape:
    """What there is to know of a table to read and write its rows."""

    kind: Kind
    table: Table
    columns: tuple[str, ...]
    key_of: Callable[[Values], tuple[Any, ...]]
    defaults: tuple[tuple[str, Callable[[], Any]], ...]
    versioned: bool
    order: int
    plain: Kind
    manager: Any
    key: tuple[str, ...]
    pick: Callable[[Values], tuple[Any, ...]]
    empty: dict[str, Any]

    def make(self, values: Values) -> Row:
        """Return a row with these values."""
        row = _new(self.plain)
        row.__dict__.update(values)
        return row

    def insertion(self) -> Prepared:
        """Return the statement that inserts a row."""
        return _insertion(self.table)

    def values(self, row: Row) -> dict[str, Any]:
        """Return the values of a row that has all."""
        return dict(zip(self.columns, self.pick(row.__dict__), strict=True))

    def complete(self, row: Row) -> Values:
        """Give a new row its columns' defaults, and return all that it holds."""
        held: dict[str, Any] = row.__dict__
        held.update(self.empty | held)
        for name, default in self.defaults:
            if held[name] is None:
                held[name] = default()
        return held

    def mapped(self, row: Row) -> Row:
        """Return the row as one that the ORM keeps book of."""
        if type(row) is self.plain:
            row.__class__ = self.kind
            self.manager.setup_instance(row)
        return row


def shape_of(kind: Kind) -> _Shape:
    """Return the shape of a kind of row, or of the plain class beside it."""
    try:
        return _shapes[kind]
    except KeyError:
        shape = _read_shape(kind)
        _shapes[kind] = _shapes[shape.plain] = shape
        return shape


def _read_shape(kind: Kind) -> _Shape:
    table: Any = kind.__table__
    columns = tuple(column.name for column in table.columns)
    key = tuple(column.name for column in table.primary_key)
    return _Shape(
        kind=kind,
        table=table,
        columns=columns,
        key=key,
        key_of=picker(key),
        defaults=tuple((one.name, _default(one.default)) for one in table.columns if one.default is not None),
        versioned="version" in table.columns,
        order=_ORDER[table.name],
        plain=plain_class(kind),
        manager=manager_of_class(kind),
        pick=itemgetter(*columns),
        empty=dict.fromkeys(columns),
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
        self.connection = source.connection() if isinstance(source, Session) else source
        """The transaction's connection."""
        self._note = note
        self._known: dict[_Key, Row] = {}
        self._as_stored: dict[_Key, dict[str, Any]] = {}
        """Of the same rows in the same order, while there is no session."""
        self._new: list[Row] = []

    def session(self, make: Callable[[Connection], Session]) -> Session:
        """Return the ORM's session of this transaction, which keeps the rows from now on; made when first asked for."""
        if self._session is None:
            self.flush()
            self._session = make(self.connection)
            for row in self._known.values():
                make_transient_to_detached(shape_of(type(row)).mapped(row))
            self._session.add_all(self._known.values())
        return self._session

    def all(self, statement: Prepared, kind: Kind, values: Values) -> list[Row]:
        """Return the rows that a statement selects; all columns of one kind, as `select(Kind)` gives them."""
        shape = shape_of(kind)
        return [self._row(shape, found) for found in statement.named(self.connection, values)]

    def get(self, kind: Kind, *key: str) -> Row | None:
        """Return the row of that key."""
        if self._session is not None:
            return self._session.get(kind, key)
        known = self._known.get((kind, key))
        if known is not None:
            return known
        found = self.all(_by_key(kind), kind, dict(zip(shape_of(kind).key, key, strict=True)))
        return found[0] if found else None

    def load(self, kind: Kind, workspace_id: str, ids: Collection[str]) -> None:
        """Read ahead the rows of these ids that are not known yet, so that `get` asks for none of them."""
        if not ids:
            return
        missing = sorted(one for one in set(ids) if (kind, (workspace_id, one)) not in self._known)
        while missing:
            size = next((size for size in _SIZES if size >= len(missing)), _SIZES[-1])
            some, missing = missing[:size], missing[size:]
            wanted = {f"id_{place}": some[min(place, len(some) - 1)] for place in range(size)}
            self.all(_by_ids(kind, size), kind, {"workspace_id": workspace_id, **wanted})

    def add(self, rows: Iterable[Row]) -> None:
        """Take new rows, which `flush` writes."""
        if self._session is not None:
            self._session.add_all(shape_of(type(row)).mapped(row) for row in rows)
        else:
            self._new.extend(rows)

    def write(self, rows: Sequence[Row]) -> None:
        """Insert rows at once and forget them; those of one kind in one statement."""
        by_shape: dict[int, list[Values]] = {}
        shapes = []
        for row in rows:
            shape = shape_of(type(row))
            if shape.order not in by_shape:
                shapes.append(shape)
            by_shape.setdefault(shape.order, []).append(shape.complete(row))
        for shape in shapes:
            shape.insertion().run(self.connection, by_shape[shape.order])

    def flush(self) -> None:
        """Write what was made and changed; StaleDataError when another transaction changed such a row before."""
        if self._session is not None:
            self._session.flush()
            return
        if self._new:
            self._insert_new()
        stored = map(dict.items, self._as_stored.values())
        held = map(dict.items, map(_held, self._known.values()))
        for key in list(compress(self._as_stored, map(not_, map(le, stored, held)))):
            self._store_change(self._known[key], key, self._as_stored[key])

    def _insert_new(self) -> None:
        made, self._new = sorted(self._new, key=lambda row: shape_of(type(row)).order), []
        self.write(made)
        for row in made:
            shape = shape_of(type(row))
            values = shape.values(row)
            key = (shape.kind, shape.key_of(values))
            self._known[key], self._as_stored[key] = row, values
            self._note(row, None, values)

    def _store_change(self, row: Row, key: _Key, stored: dict[str, Any]) -> None:
        shape = shape_of(type(row))
        known: dict[str, Any] = {f"key_{name}": value for name, value in zip(shape.key, key[1], strict=True)}
        held = row.__dict__
        changed = tuple(compress(stored, map(ne, stored.values(), map(held.__getitem__, stored))))
        after = {name: held[name] for name in changed}
        if shape.versioned:
            known["known_version"] = stored["version"]
            row.version = after["version"] = stored["version"] + 1
        new = {f"new_{name}": value for name, value in after.items()}
        if not _change(shape.kind, tuple(after)).run(self.connection, [known | new]):
            raise StaleDataError(f"a {shape.table.name} was changed by another transaction")
        self._note(row, {name: stored[name] for name in changed}, {name: after[name] for name in changed})
        stored.update(after)

    def _row(self, shape: _Shape, values: dict[str, Any]) -> Row:
        """Return the object of a row that was read; one known already stays as it is."""
        key = (shape.kind, shape.key_of(values))
        known = self._known.get(key)
        if known is not None:
            return known
        if self._session is not None:
            return self._row_of_session(self._session, shape, key, values)
        self._as_stored[key] = values
        self._known[key] = row = shape.make(values)
        return row

    def _row_of_session(self, session: Session, shape: _Shape, key: _Key, values: dict[str, Any]) -> Row:
        """Do the same where the session keeps the rows."""
        row = session.identity_map.get((*key, None))
        if row is None:
            row = self._known[key] = shape.mapped(shape.make(values))
            make_transient_to_detached(row)
            session.add(row)
        return row
