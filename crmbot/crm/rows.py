"""The rows of one effect, read and written by prepared statements until something asks for the ORM's session.

What the session costs - its life, its statements, its bookkeeping - is most of the time of a small command. Whatever
was read or written before it comes in is handed over to it, so that a row stays one object whoever reads it. Until then
it is of a plain class (`plain_class`), whose attributes nobody watches.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import compress, filterfalse, repeat
from operator import le, ne, not_
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.exc import StaleDataError

from crmbot.crm.shapes import Kind, Row, Shape, Values, by_each, by_ids, by_key, change, shape_of
from crmbot.models import kind_of
from crmbot.store.prepared import Prepared

Note = Callable[[Row, dict[str, Any] | None, dict[str, Any] | None], None]
"""Told of each row written: the row, and the values of columns before (none: it was made) and after."""

_Key = tuple[Kind, tuple[Any, ...]]
_held: Callable[[Row], dict[str, Any]] = vars
_SIZES = (1, 3, 10, 30, 100)


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
        shape, found = shape_of(kind), statement.named(self.connection, values)
        keys = list(zip(repeat(shape.kind), map(shape.key_of, found)))
        if self._session is not None:
            return [self._row_of_session(self._session, shape, *read) for read in zip(keys, found, strict=True)]
        known, new = self._known, dict(zip(keys, found, strict=True))
        # A row that is known already stays as it is.
        for key in known.keys() & new.keys():
            del new[key]
        self._as_stored.update(new)
        known.update(zip(new, shape.make_all(new.values()), strict=True))
        return list(map(known.__getitem__, keys))

    def first(self, statement: Prepared, kind: Kind, values: Values) -> Row | None:
        """Return the first row that such a statement selects."""
        found = statement.named(self.connection, values)
        if not found:
            return None
        shape, read = shape_of(kind), found[0]
        key = (shape.kind, shape.key_of(read))
        if self._session is not None:
            return self._row_of_session(self._session, shape, key, read)
        row = self._known.get(key)
        if row is None:
            self._as_stored[key], row = read, shape.make(read)
            self._known[key] = row
        return row

    def get(self, kind: Kind, *key: str) -> Row | None:
        """Return the row of that key."""
        if self._session is not None:
            return self._session.get(kind, key)
        known = self._known.get((kind, key))
        if known is not None:
            return known
        return self.first(by_key(kind), kind, dict(zip(shape_of(kind).key, key, strict=True)))

    def load(self, kind: Kind, workspace_id: str, ids: Collection[str]) -> None:
        """Read ahead the rows of these ids that are not known yet, so that `get` asks for none of them."""
        if not ids:
            return
        missing = sorted(one for one in set(ids) if (kind, (workspace_id, one)) not in self._known)
        while missing:
            size = next((size for size in _SIZES if size >= len(missing)), _SIZES[-1])
            some, missing = missing[:size], missing[size:]
            wanted = {f"id_{place}": some[min(place, len(some) - 1)] for place in range(size)}
            self.all(by_ids(kind, size), kind, {"workspace_id": workspace_id, **wanted})

    def load_each(self, workspace_id: str, kinds: tuple[Kind, ...], ids: Sequence[str | None]) -> None:
        """Read ahead a row of each of several kinds, None for none, in one statement; a single one is left to `get`."""
        if self._session is not None:
            return
        known = self._known
        keys = zip(kinds, zip(repeat(workspace_id), ids), strict=True)
        # None is left in, or each set of links would take a statement of its own.
        asked = list(filterfalse(known.__contains__, keys))
        wanted = [one for _, (_, one) in asked]
        if len(wanted) - wanted.count(None) <= 1:
            return
        each = by_each(tuple([kind for kind, _ in asked]))
        [found] = each.statement.rows(self.connection, dict(zip(each.names, (workspace_id, *wanted), strict=True)))
        for key, shape, place in zip(asked, each.shapes, each.places, strict=True):
            read = dict(zip(shape.columns, found[place], strict=True))
            if read["id"] is not None:
                self._as_stored[key], known[key] = read, shape.make(read)

    def add(self, rows: Iterable[Row]) -> None:
        """Take new rows, which `flush` writes."""
        if self._session is not None:
            self._session.add_all(shape_of(type(row)).mapped(row) for row in rows)
        else:
            self._new.extend(rows)

    def write(self, rows: Sequence[Row]) -> None:
        """Insert rows at once and forget them; those of one kind in one statement."""
        if len(rows) == 1:
            shape = shape_of(type(rows[0]))
            shape.insertion.run(self.connection, [shape.complete(rows[0])])
            return
        by_kind: dict[Kind, list[Row]] = {}
        for row in rows:
            by_kind.setdefault(type(row), []).append(row)
        for kind, some in by_kind.items():
            shape = shape_of(kind)
            shape.insertion.run(self.connection, list(map(shape.complete, some)))

    def differs(self, row: Row, pick: Callable[[Values], Any]) -> bool:
        """Say whether values of a row are surely others than those stored; one that the session keeps isn't looked at.

        `pick` takes the values out of a row's.
        """
        stored = self._as_stored.get((kind_of(row), (row.workspace_id, row.id))) if self._session is None else None
        return stored is not None and pick(stored) != pick(row.__dict__)

    def flush(self) -> None:
        """Write what was made and changed; StaleDataError when another transaction changed such a row before."""
        if self._session is not None:
            self._session.flush()
            return
        if self._new:
            self._insert_new()
        stored, held = list(self._as_stored.values()), list(map(_held, self._known.values()))
        if stored == held:
            return
        as_stored = map(le, map(dict.items, stored), map(dict.items, held))
        for key in list(compress(self._as_stored, map(not_, as_stored))):
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
        shape, held = shape_of(key[0]), row.__dict__
        if shape.versioned:
            held["version"] = stored["version"] + 1
        changed = tuple(compress(stored, map(ne, stored.values(), map(held.__getitem__, stored))))
        before = dict(zip(changed, map(stored.__getitem__, changed), strict=True))
        after = dict(zip(changed, map(held.__getitem__, changed), strict=True))
        statement, names = change(key[0], changed)
        known = (*key[1], stored["version"]) if shape.versioned else key[1]
        if not statement.run(self.connection, [dict(zip(names, (*known, *after.values()), strict=True))]):
            raise StaleDataError(f"a {shape.table.name} was changed by another transaction")
        self._note(row, before, after)
        stored.update(after)

    def _row_of_session(self, session: Session, shape: Shape, key: _Key, values: dict[str, Any]) -> Row:
        """Return the object of a row that was read, where the session keeps the rows; one known stays as it is."""
        row = session.identity_map.get((*key, None))
        if row is None:
            row = self._known[key] = shape.mapped(shape.make(values))
            make_transient_to_detached(row)
            session.add(row)
        return row
