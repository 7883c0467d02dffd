"""The journal: every row an effect makes, changes or removes, with what stood there before."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Date, event, inspect
from sqlalchemy.orm import LoaderCallableStatus, Mapper, Session, object_session
from sqlalchemy.types import TypeEngine

from crmbot import models
from crmbot.crm.name_words import index_names
from crmbot.domain.instants import Written
from crmbot.models import JournalEntry, UTCDateTime, kind_of
from crmbot.store.compiled import picker
from crmbot.store.prepared import insertion

TRACKED: Mapping[str, type[Any]] = {
    kind.__tablename__: kind
    for kind in (
        models.Activity,
        models.ActivityVersion,
        models.Alias,
        models.Attachment,
        models.Company,
        models.Contact,
        models.ContactEmail,
        models.CurrencyRate,
        models.Customer,
        models.CustomerVersion,
        models.Deal,
        models.DealVersion,
        models.DigestSubscription,
        models.Email,
        models.EmailActivity,
        models.EmailReference,
        models.Lead,
        models.LeadStatusEntry,
        models.LeadVersion,
        models.MailRule,
        models.Meeting,
        models.Note,
        models.Proposal,
        models.ProposalItem,
        models.ProposalVersion,
        models.Stage,
        models.User,
        models.Workspace,
    )
}
"""Tables whose rows can be brought back by undo."""

_IGNORED = frozenset({"workspace_id", "version", "scored_by"})
_COLUMNS = {
    kind: tuple(column.name for column in kind.__table__.columns if column.name not in _IGNORED)
    for kind in TRACKED.values()
}
_DATED = {
    kind: tuple(name for name in columns if isinstance(kind.__table__.columns[name].type, UTCDateTime | Date))
    for kind, columns in _COLUMNS.items()
}
_INSERT_ENTRY = insertion(JournalEntry)
_RECORDER = "crmbot_recorder"
_MOST_KEPT = 1000


class Recorder:
    """Collects the row changes of one effect, in the order in which they reach the database."""

    def __init__(self) -> None:
        self.changes: list[dict[str, Any]] = []
        self._indexed: int | None = None

    def watch(self, session: Session) -> None:
        """Collect what this session writes."""
        session.info[_RECORDER] = self

    def note(self, row: Any, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> None:
        """Keep a change of a row that undo can bring back; of a row made, all of its values."""
        kind = kind_of(row)
        if kind in _COLUMNS:
            self.note_change(kind, row.id, before, after)

    def note_change(
        self, kind: Any, row_id: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
    ) -> None:
        """Keep a change of a row of a tracked kind, whoever wrote it; both sides have values of the same names."""
        tell = _teller(kind, tuple(before or after or ()))
        told = None if before is None else tell(before)
        now = None if after is None else tell(after)
        if told or now:
            self.changes.append({"table": kind.__tablename__, "row_id": row_id, "before": told, "after": now})

    def add(self, row: Any, before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
        """Keep one change."""
        self.changes.append({"table": row.__tablename__, "row_id": row.id, "before": before, "after": after})

    def note_made(self, kind: type[Any], values: Mapping[str, Any]) -> None:
        """Keep that a row was written with these values, whoever wrote it."""
        columns = _COLUMNS.get(kind)
        if columns is not None:
            made = dict.fromkeys(columns)
            made.update({name: value for name, value in values.items() if name in made})
            for name in _DATED[kind]:
                made[name] = to_json(made[name])
            self.changes.append({"table": kind.__tablename__, "row_id": values["id"], "before": None, "after": made})

    def index_names(self, connection: Connection, workspace_id: str) -> None:
        """Let the names that were written so far be found by their words."""
        if self.changes and len(self.changes) != self._indexed:
            index_names(connection, workspace_id, self.changes, again=self._indexed is not None)
            self._indexed = len(self.changes)

    def write(self, connection: Connection, entry: Mapping[str, Any]) -> bool:
        """Write the entry, a `journal_entry` row, with its changes; False, and nothing written, when nothing did."""
        if not self.changes:
            return False
        _INSERT_ENTRY.run(connection, [{**entry, "changes": self.changes}])
        self.index_names(connection, entry["workspace_id"])
        return True


def values_of(row: Any) -> dict[str, Any]:
    """Return all column values of a tracked row as JSON."""
    return {name: to_json(getattr(row, name)) for name in _COLUMNS[kind_of(row)]}


_Tell = Callable[[Mapping[str, Any]], dict[str, Any]]


@lru_cache(_MOST_KEPT)
def _teller(kind: Any, names: tuple[str, ...]) -> _Tell:
    """Return what tells a row's values of these names as JSON; mostly it is the same few or all that are written."""
    columns = tuple(name for name in _COLUMNS[kind] if name in names)
    dated = tuple(name for name in _DATED[kind] if name in names)
    pick, pick_dated = picker(columns), picker(dated)

    def tell(values: Mapping[str, Any]) -> dict[str, Any]:
        told = dict(zip(columns, pick(values), strict=True))
        if dated:
            told.update(zip(dated, map(_written.__getitem__, pick_dated(values)), strict=True))
        return told

    return tell


def to_json(value: Any) -> Any:
    """Return a column's value as JSON."""
    return value.isoformat() if isinstance(value, datetime | date) else value


_written = Written(to_json)


def from_json(kind: type[Any], values: Mapping[str, Any]) -> dict[str, Any]:
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
    state = inspect(row)
    for name, known in state.committed_state.items():
        # a row made in this session has no value for what was never said
        old = None if known is LoaderCallableStatus.NO_VALUE else known
        new = getattr(row, name)
        if name not in _IGNORED and new != old:
            before[name], after[name] = to_json(old), to_json(new)
    if after:
        recorder.add(row, before, after)


def _recorder_of(row: Any) -> Recorder | None:
    session = object_session(row)
    return session.info.get(_RECORDER) if session is not None else None


for _kind in TRACKED.values():
    event.listen(_kind, "after_insert", _record_insert)
    event.listen(_kind, "after_update", _record_update)
    event.listen(_kind, "after_delete", _record_delete)
