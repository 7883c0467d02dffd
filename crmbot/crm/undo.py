"""Undo: take an effect back, row by row, from the journal."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ForeignKeyConstraint, select

from crmbot.crm.answers import Outcome
from crmbot.crm.journal import TRACKED, from_json, to_json
from crmbot.crm.requests import Undo
from crmbot.crm.views import person, record_view
from crmbot.crm.work import Work
from crmbot.errors import Conflict, NotAllowed, NotFound
from crmbot.models import Activity, Base, Company, Contact, Deal, JournalChange, JournalEntry, Lead

_SHOWN = (Deal, Lead, Contact, Company, Activity)


def undo(work: Work, request: Undo) -> Outcome:
    """Take back an effect; taking back an undo does the effect again.

    Raises:
        Conflict: somebody changed the same facts since, who is named; or the effect is too old.
    """
    entry = _entry(work, request.entry)
    _refuse_stale(work, entry)
    changes = work.session.scalars(
        select(JournalChange)
        .where(JournalChange.workspace_id == work.workspace_id, JournalChange.entry_id == entry.id)
        .order_by(JournalChange.position.desc())
    ).all()
    shown: Any = None
    for change in changes:
        row = _take_back(work, entry, change)
        if isinstance(row, _SHOWN) and (shown is None or isinstance(row, Deal)):
            shown = row
    entry.undone_by_id = work.entry_id
    again = entry.undoes_id is not None
    if again:
        first = work.get(JournalEntry, entry.undoes_id)
        first.undone_by_id = None
        said = f"Done again: {first.summary}"
    else:
        said = f"Undone: {entry.summary}"
    work.undoes_id = entry.id
    work.session.flush()
    return Outcome(said, record=record_view(work, shown) if shown is not None else None)


def _entry(work: Work, entry_id: str | None) -> JournalEntry:
    if entry_id is not None:
        found: JournalEntry | None = work.get(JournalEntry, entry_id)
        if found is None:
            raise NotFound("There is nothing to undo: this effect is not in the journal.")
    else:
        found = work.session.scalar(
            select(JournalEntry)
            .where(
                JournalEntry.workspace_id == work.workspace_id,
                JournalEntry.actor_id == work.actor.user_id,
                JournalEntry.undone_by_id.is_(None),
            )
            .order_by(JournalEntry.at.desc(), JournalEntry.id.desc())
            .limit(1)
        )
        if found is None:
            raise NotFound("You have done nothing yet that could be undone.")
    if found.actor_id != work.actor.user_id and "crm.records.edit_all" not in work.actor.permissions:
        who = person(work, found.actor_id)
        raise NotAllowed(f"{who.name if who else 'Somebody else'} did that. Ask them or a manager to undo it.")
    return found


def _refuse_stale(work: Work, entry: JournalEntry) -> None:
    if entry.undone_by_id is not None:
        raise Conflict(f"That was undone already: {entry.summary}")
    if work.now - entry.at > work.policy.undo_for:
        hours = int(work.policy.undo_for.total_seconds() // 3600)
        raise Conflict(f"That was more than {hours} hours ago and stays: {entry.summary}")


def _take_back(work: Work, entry: JournalEntry, change: JournalChange) -> Base | None:
    """Reverse one row's change and return the row, none when it is gone now."""
    kind = TRACKED[change.table]
    row: Any = work.session.get(kind, (work.workspace_id, change.row_id))
    if change.after is None:
        return _bring_back(work, kind, change)
    if row is None:
        raise _later(work, entry, change.row_id)
    if any(to_json(getattr(row, name)) != value for name, value in change.after.items()):
        raise _later(work, entry, change.row_id)
    if change.before is None:
        _refuse_used(work, entry, row)
        work.session.delete(row)
        work.session.flush()
        return None
    for name, value in from_json(kind, change.before).items():
        setattr(row, name, value)
    work.session.flush()
    return row  # type: ignore[no-any-return]


def _bring_back(work: Work, kind: type[Any], change: JournalChange) -> Base:
    row: Base = kind(workspace_id=work.workspace_id, **from_json(kind, change.before or {}))
    work.session.add(row)
    work.session.flush()
    return row


def _refuse_used(work: Work, entry: JournalEntry, row: Any) -> None:
    """Refuse to remove a row that something made later points at."""
    for table, columns in _REFERRERS.get(row.__tablename__, {}).items():
        for column in columns:
            kind = TRACKED[table]
            user = work.session.scalar(
                select(kind.id).where(kind.workspace_id == work.workspace_id, getattr(kind, column) == row.id).limit(1)
            )
            if user is not None:
                raise _later(work, entry, user)


def _later(work: Work, entry: JournalEntry, row_id: str) -> Conflict:
    """Name the change that came after."""
    later = work.session.execute(
        select(JournalEntry.actor_id, JournalEntry.summary)
        .join(
            JournalChange,
            (JournalChange.workspace_id == JournalEntry.workspace_id) & (JournalChange.entry_id == JournalEntry.id),
        )
        .where(
            JournalEntry.workspace_id == work.workspace_id,
            JournalChange.row_id == row_id,
            JournalEntry.at >= entry.at,
            JournalEntry.id != entry.id,
        )
        .order_by(JournalEntry.at.desc(), JournalEntry.id.desc())
        .limit(1)
    ).first()
    if later is None:
        return Conflict(f"This can't be undone: something depends on it now. ({entry.summary})")
    who = person(work, later.actor_id)
    return Conflict(
        f"This can't be undone, {who.name if who else 'crmbot'} has changed it since: {later.summary} Undo that first."
    )


def _referrers() -> Mapping[str, Mapping[str, list[str]]]:
    """Return which tracked tables point at which: {target: {table: [columns]}}."""
    found: dict[str, dict[str, list[str]]] = {}
    for table, kind in TRACKED.items():
        for constraint in kind.__table__.constraints:  # type: ignore[attr-defined]
            if isinstance(constraint, ForeignKeyConstraint):
                target = constraint.referred_table.name
                found.setdefault(target, {}).setdefault(table, []).append(constraint.column_keys[-1])
    return found


_REFERRERS = _referrers()
