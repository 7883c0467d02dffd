"""Where an export's records come from, and how values are written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

Line = dict[str, Any]
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where records come from: one snapshot of a workspace; `stages` are keys by id."""

    session: Session
    workspace_id: str
    currency: str
    stages: Mapping[str, str]

    def pages(
        self, table: Any, order: Any, *, columns: Sequence[Any] | None = None, only: ColumnElement[bool] | None = None
    ) -> Iterator[list[Any]]:
        """Yield a table's rows by a unique column, some hundred at a time."""
        chosen = table.__table__.columns if columns is None else columns
        wanted = select(*chosen).where(table.workspace_id == self.workspace_id, true() if only is None else only)
        last = None
        while True:
            query = wanted if last is None else wanted.where(order > last)
            rows = list(self.session.execute(query.order_by(order).limit(_AT_ONCE)))
            if rows:
                yield rows
            if len(rows) < _AT_ONCE:
                return
            last = getattr(rows[-1], order.key)

    def children(self, table: Any, parent: Any, rows: list[Any], *order: Any) -> dict[str, list[Any]]:
        """Return the rows that belong to some records, by the record's id."""
        found: dict[str, list[Any]] = {row.id: [] for row in rows}
        query = select(*table.__table__.columns).where(table.workspace_id == self.workspace_id, parent.in_(list(found)))
        for child in self.session.execute(query.order_by(*order, table.id)):
            found[getattr(child, parent.key)].append(child)
        return found

    def known(self, table: Any, ids: set[str]) -> set[str]:
        """Return which of some ids are rows of a table."""
        if not ids:
            return set()
        mine = table.workspace_id == self.workspace_id
        return set(self.session.scalars(select(table.id).where(mine, table.id.in_(sorted(ids)))))


def instant(at: datetime | None) -> str | None:
    """Write an instant: ISO 8601 in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at is not None else None


def day(on: date | None) -> str | None:
    """Write a date."""
    return on.isoformat() if on is not None else None
