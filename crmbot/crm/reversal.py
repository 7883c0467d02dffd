"""Taking journalled row changes back, one by one, never over what was changed later."""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, Table, UniqueConstraint, select

from crmbot.crm.changes import RowChange, changes_of, entries_on
from crmbot.crm.history import keep_activity_facts, keep_customer_facts, keep_lead_facts, save_deals
from crmbot.crm.installations import INSTALLED, REMOVED
from crmbot.crm.journal import TRACKED, from_json, to_json
from crmbot.crm.requests import AcceptOffer, CreateToken, DeclineOffer, RevokeToken
from crmbot.crm.scoring import rescore
from crmbot.crm.views import person
from crmbot.crm.work import Work
from crmbot.domain.ids import ids_of
from crmbot.errors import Conflict
from crmbot.models import (
    Activity,
    ActivityVersion,
    Base,
    Customer,
    CustomerVersion,
    Deal,
    DealVersion,
    JournalEntry,
    Lead,
    LeadVersion,
    Workspace,
    kind_of,
)

Row = Any
_PIECE = 500
"""How many rows one statement asks for."""

FINAL = {
    "archive.import": "The import of an archive can't be undone; a backup from before it can be restored.",
    INSTALLED: "An installation can't be undone here. Remove the app in Slack instead.",
    REMOVED: "A removal can't be undone here. Install crmbot in Slack again.",
    AcceptOffer.NAME: "The customer accepted this; only they can take it back. A new proposal can replace it.",
    CreateToken.NAME: "A token that was made can't be unmade; end it: crmbot token revoke ID",
    RevokeToken.NAME: "A token that was revoked stays so; make another: crmbot token create --user EMAIL",
    DeclineOffer.NAME: "The customer declined this; only they can take it back. A new proposal can replace it.",
}
"""Effects that undo leaves alone, and what to do instead."""

_OWNERS = {
    DealVersion: "deal_id",
    ActivityVersion: "activity_id",
    LeadVersion: "lead_id",
    CustomerVersion: "customer_id",
}
"""The tables that hold a record's history, and their column of the record."""

_KEEP: Mapping[type[Any], Callable[[Work, Any], None]] = {
    Activity: keep_activity_facts,
    Lead: keep_lead_facts,
    Customer: keep_customer_facts,
}
"""What keeps the facts of a record as they were until now."""


def take_back(work: Work, entry: JournalEntry) -> list[Row]:
    """Reverse an effect's row changes, the last one first, and return the rows that stand now.

    A record whose other facts were changed since keeps its history and gets its old facts as of now.

    Raises:
        Conflict: a fact was changed since, or something made later needs a row; who did it is named.
    """
    changes = changes_of(entry.changes)[::-1]
    held = _read_ahead(work, changes)
    went_on = _went_on(work, changes)
    standing = []
    for _, step in groupby(changes, _step):
        removed = []
        for change in step:
            row = work.get(TRACKED[change.table], change.row_id)
            if _record_of(change, row) in went_on:
                continue
            standing.append(_reverse(work, entry, change, row, keeps_history=change.row_id in went_on))
            if change.before is None:
                removed.append(row)
        _refuse_used(work, entry, removed)
        work.session.flush()
    save_deals(work, [row for row in standing if isinstance(row, Deal) and row.id in went_on])
    work.session.flush()
    held.clear()
    # What an effect made and then changed was put back first and removed then.
    return [row for row in standing if row is not None and row in work.session]


def _read_ahead(work: Work, changes: Sequence[RowChange]) -> list[Row]:
    """Read the changed rows in few statements; the session knows them as long as somebody holds what is returned."""
    ids: dict[str, list[str]] = {}
    for change in changes:
        ids.setdefault(change.table, []).append(change.row_id)
    held: list[Row] = []
    for table, wanted in ids.items():
        kind = TRACKED[table]
        for at in range(0, len(wanted) if kind is not Workspace else 0, _PIECE):
            some = wanted[at : at + _PIECE]
            held += work.session.scalars(select(kind).where(kind.workspace_id == work.workspace_id, kind.id.in_(some)))
    return held


def _record_of(change: RowChange, row: Row | None) -> str | None:
    """Return the id of the record whose history a changed row, or one that is gone now, is part of; none for others."""
    column = _OWNERS.get(TRACKED[change.table], "")
    return (change.before or {}).get(column) if row is None else getattr(row, column, None)


def _went_on(work: Work, changes: Sequence[RowChange]) -> set[str]:
    """Return the ids of the records whose facts were changed after these changes."""
    found = set()
    for change in changes:
        row = work.get(TRACKED[change.table], change.row_id)
        if isinstance(row, DealVersion) and _differs(row, change.after):
            found.add(row.deal_id)
        if kind_of(row) in _KEEP and change.before and _differs(row, change.after, only="facts_since"):
            found.add(row.id)
    return found


def _reverse(work: Work, entry: JournalEntry, change: RowChange, row: Row, *, keeps_history: bool) -> Row | None:
    """Reverse one row's change and return the row, none when it is gone now."""
    if change.after is None:
        return _bring_back(work, change)
    ignored = "facts_since" if keeps_history else ""
    compared = {name: value for name, value in change.after.items() if name not in (ignored, _derived(row))}
    if row is None or _differs(row, compared):
        raise _later(work, entry, change.row_id)
    if change.before is None:
        work.session.delete(row)
        return None
    if keeps_history and kind_of(row) in _KEEP:
        _KEEP[kind_of(row)](work, row)
    for name, value in from_json(kind_of(row), change.before).items():
        if name != ignored:
            setattr(row, name, value)
    if isinstance(row, Lead):
        rescore(work.policy, row)
    return row


def _step(change: RowChange) -> tuple[Any, ...]:
    """Return what changes have in common that may reach the database together, in whatever order."""
    alone = change.position if change.table in _IN_ORDER else None
    return (change.table, change.before is None, change.after is None, alone)


def _derived(row: Row | None) -> str:
    """Return the fact that is reckoned from others, whose later reckoning is no later change; "" for none."""
    return "score" if isinstance(row, Lead) and not row.score_is_manual else ""


def _differs(row: Row, values: Mapping[str, Any] | None, *, only: str | None = None) -> bool:
    return any(to_json(getattr(row, name)) != value for name, value in (values or {}).items() if only in (None, name))


def _bring_back(work: Work, change: RowChange) -> Row:
    kind = TRACKED[change.table]
    row = kind(workspace_id=work.workspace_id, **from_json(kind, change.before or {}))
    work.session.add(row)
    return row


def _refuse_used(work: Work, entry: JournalEntry, rows: Sequence[Row]) -> None:
    """Refuse to remove rows of one table when something made later points at one."""
    for at in range(0, len(rows), _PIECE):
        ids = [row.id for row in rows[at : at + _PIECE]]
        for table, column in _REFERRERS.get(rows[0].__tablename__, ()):
            pointing = (table.c.workspace_id == work.workspace_id, table.c[column].in_(ids))
            user = work.session.scalar(select(table.c.id).where(*pointing).limit(1))
            if user is not None:
                raise _later(work, entry, user)


def _later(work: Work, entry: JournalEntry, row_id: str) -> Conflict:
    """Name the change that came after."""
    since = (JournalEntry.id >= ids_of(entry.at)[0], JournalEntry.at >= entry.at, JournalEntry.id != entry.id)
    later = next(entries_on(work, row_id, *since), None)
    if later is None:
        return Conflict(f"This can't be undone: something depends on it now. ({entry.summary})")
    who = person(work, later.actor_id)
    name, first = who.name if who else "crmbot", "" if later.request in FINAL else " Undo that first."
    return Conflict(f"This can't be undone, {name} has changed it since: {later.summary}{first}")


def _referrers() -> dict[str, list[tuple[Table, str]]]:
    """Return what points at each table: {target: [(table, column)]}."""
    found: dict[str, list[tuple[Table, str]]] = {}
    for table in Base.metadata.sorted_tables:
        for constraint in table.constraints:
            if isinstance(constraint, ForeignKeyConstraint) and "id" in table.c:
                found.setdefault(constraint.referred_table.name, []).append((table, constraint.column_keys[-1]))
    return found


def _tables_in_order() -> frozenset[str]:
    """Return the tables whose rows may take over a unique value from one another, so that their order matters."""
    return frozenset(
        table.name
        for table in Base.metadata.sorted_tables
        for one in (*table.constraints, *table.indexes)
        if (isinstance(one, UniqueConstraint) or (isinstance(one, Index) and one.unique))
        and {column.name for column in one.columns} != {"workspace_id", "number"}
    )


_REFERRERS = _referrers()
_IN_ORDER = _tables_in_order()
