"""What there is to know of a table to read and write its rows, found out once; and the statements that do."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, repeat
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Table, bindparam, literal_column, select, update
from sqlalchemy.orm.attributes import manager_of_class

from crmbot.models import Base, plain_class
from crmbot.store.compiled import picker
from crmbot.store.prepared import Prepared, insertion

Row = Any
Kind = Any
"""A mapped class."""
Values = Mapping[str, Any]

_shapes: dict[Kind, "Shape"] = {}
_new = object.__new__
_ORDER = {table.name: place for place, table in enumerate(Base.metadata.sorted_tables)}


@dataclass(frozen=True, slots=True)
class Shape:
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
    insertion: Prepared
    """Inserts rows, all columns given."""

    def make(self, values: Values) -> Row:
        """Return a row with these values."""
        row = _new(self.plain)
        row.__dict__.update(values)
        return row

    def make_all(self, found: Collection[Values]) -> list[Row]:
        """Return a row with each of these values."""
        rows = list(map(_new, repeat(self.plain, len(found))))
        # Filled by C, with no step of Python's for a row: what fills them returns nothing.
        any(map(dict.update, map(vars, rows), found))
        return rows

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


def shape_of(kind: Kind) -> Shape:
    """Return the shape of a kind of row, or of the plain class beside it."""
    try:
        return _shapes[kind]
    except KeyError:
        shape = _read_shape(kind)
        _shapes[kind] = _shapes[shape.plain] = shape
        return shape


def _read_shape(kind: Kind) -> Shape:
    table: Any = kind.__table__
    columns = tuple(column.name for column in table.columns)
    key = tuple(column.name for column in table.primary_key)
    return Shape(
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
        insertion=insertion(kind),
    )


def _default(default: Any) -> Callable[[], Any]:
    return (lambda: default.arg(None)) if default.is_callable else (lambda: default.arg)


@cache
def by_key(kind: Kind) -> Prepared:
    """Return the statement that reads one row by its key."""
    columns = shape_of(kind).table.primary_key
    return Prepared(select(kind).where(*(column == bindparam(column.name) for column in columns)))


@cache
def by_ids(kind: Kind, size: int) -> Prepared:
    """Return the statement that reads rows of a workspace by so many ids: `id_0`, `id_1` and on."""
    wanted: list[Any] = [bindparam(f"id_{place}") for place in range(size)]
    return Prepared(select(kind).where(kind.workspace_id == bindparam("workspace_id"), kind.id.in_(wanted)))


class Each(NamedTuple):
    """A statement that reads a row of each of several kinds by its id, all in one row."""

    statement: Prepared
    names: tuple[str, ...]
    """What it binds: the workspace and the ids."""
    shapes: tuple[Shape, ...]
    places: tuple[slice, ...]
    """Where in the row each kind's columns stand."""


@cache
def by_each(kinds: tuple[Kind, ...]) -> Each:
    """Return the statement that reads a row of each kind, with all columns empty where there is none."""
    shapes = tuple(map(shape_of, kinds))
    tables = [shape.table for shape in shapes]
    found: Any = select(literal_column("1").label("one")).subquery()
    for place, table in enumerate(tables):
        mine = (table.c.workspace_id == bindparam("workspace_id")) & (table.c.id == bindparam(f"id_{place}"))
        found = found.outerjoin(table, mine)
    ends = list(accumulate(len(shape.columns) for shape in shapes))
    return Each(
        Prepared(select(*(column for table in tables for column in table.c)).select_from(found)),
        ("workspace_id", *(f"id_{place}" for place in range(len(kinds)))),
        shapes,
        tuple(map(slice, [0, *ends], ends)),
    )


@cache
def change(kind: Kind, columns: tuple[str, ...]) -> tuple[Prepared, tuple[str, ...]]:
    """Return the statement that sets columns of one row, if it is still the version that was read, and what it binds.

    It binds the key, where rows have versions the one that was read, and the new values.
    """
    shape = shape_of(kind)
    known = (*shape.key, "version") if shape.versioned else shape.key
    where = [shape.table.c[name] == bindparam(f"known_{name}") for name in known]
    new = {name: bindparam(f"new_{name}", type_=shape.table.c[name].type) for name in columns}
    names = (*(f"known_{name}" for name in known), *(f"new_{name}" for name in columns))
    return Prepared(update(shape.table).where(*where).values(new)), names
