"""The journal: every row an effect makes, changes or removes, with what stood there before."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Date, event, inspect
from sqlalchemy.orm import Mapper, Session, object_session
from sqlalchemy.types import TypeEngine

from crmbot import models
from crmbot.models import Base, JournalChange, JournalEntry, UTCDateTime

TRACKED: Mapping[str, type[models.InWorkspace]] = {
    kind.__tablename__: kind
    for kind in (
        models.Activity,
        models.ActivityVersion,
        models.Alias,
        models.Company,
        models.Contact,
        models.ContactEmail,
        models.CurrencyRate,
        models.Customer,
        models.Deal,
        models.DealVersion,
        models.DigestSubscription,
        models.Email,
        models.EmailReference,
        models.Lead,
        models.LeadStatusEntry,
        models.MailRule,
        models.Note,
        models.Proposal,
        models.ProposalItem,
        models.ProposalVersion,
        models.Stage,
        models.User,
    )
}
"""Tables whose rows can be brought back by undo."""

_IGNORED = frozenset({"workspace_id", "version"})
_RECORDER = "crmbot_recorder"


class Recorder:
    """Collects the row changes of one session, in the order in which they reach the database."""

    def __init__(self, session: Session) -> None:
        self.changes: list[JournalChange] = []
        session.info[_RECORDER] = self

    def add(self, row: Any, before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
        """Keep one change; ids of change and entry are filled in when the entry is written."""
        self.changes.append(
            JournalChange(
                workspace_id=row.workspace_id,
                position=len(self.changes),
                table=row.__tablename__,
                row_id=row.id,
                before=before,
                after=after,
            )
        )

    def write(self, session: Session, entry: JournalEntry) -> bool:
        """Write the entry with its changes; False, and nothing written, when nothing changed."""
        if not self.changes:
            return False
        session.add(entry)
        session.flush()
        for change in self.changes:
            change.entry_id = entry.id
            change.id = f"{entry.id[:20]}{change.position:06d}"
        session.add_all(self.changes)
        session.flush()
        return True


def values_of(row: Base) -> dict[str, Any]:
    """Return all column values of a row as JSON."""
    return {
        name: to_json(getattr(row, name))
        for name in inspect(type(row)).columns.keys()  # noqa: SIM118 - a column collection, not a dict
        if name not in _IGNORED
    }


def to_json(value: Any) -> Any:
    """Return a column's value as JSON."""
    return value.isoformat() if isinstance(value, datetime | date) else value


def from_json(kind: type[models.InWorkspace], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return column values of `kind` that `to_json` made, with their types."""
    columns = inspect(kind).columns
    return {name: _typed(columns[name].type, value) for name, value in values.items()}


def _typed(column: TypeEngine[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column, UTCDateTime):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(column, Date) else value


def _record_insert(_mapper: Mapper[Any], _connection: Connection, row: Any) -> None:
    recorder = _recorder_of(row)
    if recorder is not None:
        recorder.add(row, None, values_of(row))


def _record_delete(_mapper: Mapper[Any], _connection: Connection, row: Any) -> None:
    recorder = _recorder_of(row)
    if recorder is not None:
        recorder.add(row, values_of(row), None)


def _record_update(_mapper: Mapper[Any], _connection: Connection, row: Any) -> None:
    recorder = _recorder_of(row)
    if recorder is None:
        return
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for attribute in inspect(row).attrs:
        if attribute.key in _IGNORED:
            continue
        history = attribute.history
        if history.added and history.deleted and history.added[0] != history.deleted[0]:
            before[attribute.key] = to_json(history.deleted[0])
            after[attribute.key] = to_json(history.added[0])
    if after:
        recorder.add(row, before, after)


def _recorder_of(row: Any) -> Recorder | None:
    session = object_session(row)
    return session.info.get(_RECORDER) if session is not None else None


for _kind in TRACKED.values():
    event.listen(_kind, "after_insert", _record_insert)
    event.listen(_kind, "after_update", _record_update)
    event.listen(_kind, "after_delete", _record_delete)
