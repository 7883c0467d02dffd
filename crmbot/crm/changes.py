"""What effects changed, as the journal tells it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, String, cast, select, update

from crmbot.crm.work import Work
from crmbot.models import JournalEntry

_AT_ONCE = 1
"""Mostly the first entry is the one meant, and an import's is megabytes to read."""
_MOMENT = slice(10)
"""The signs of an id that are its instant: what made a row has an id of the same one."""


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row that an effect made, changed or removed."""

    position: int
    """Its place among the effect's changes, which are in the order in which they reached the database."""
    table: str
    row_id: str
    before: Mapping[str, Any] | None
    """Column values before; none when the row was made."""
    after: Mapping[str, Any] | None
    """Column values after; none when the row was removed. Of a change, only what changed."""


def changes_of(kept: Sequence[Mapping[str, Any]]) -> list[RowChange]:
    """Return the changes that a journal entry keeps, in order."""
    return [RowChange(position, **change) for position, change in enumerate(kept)]


def entries_of(work: Work, *conditions: ColumnElement[bool]) -> Iterator[Row[Any]]:
    """Yield id, actor_id, request, summary and changes of the workspace's entries that meet conditions.

    The latest comes first, and no more are read than are asked for.
    """
    entry = JournalEntry
    query = (
        select(entry.id, entry.actor_id, entry.request, entry.summary, entry.changes)
        .where(entry.workspace_id == work.workspace_id, *conditions)
        .order_by(entry.at.desc(), entry.id.desc())
    )
    with work.session.execute(query, execution_options={"yield_per": _AT_ONCE}) as found:
        yield from found


def entries_on(work: Work, row_id: str, *conditions: ColumnElement[bool]) -> Iterator[Row[Any]]:
    """Yield those that changed a row.

    What they changed is looked through for it: an index of rows would cost every effect more than this reads.
    """
    named = cast(JournalEntry.changes, String).contains(row_id)
    for entry in entries_of(work, named, *conditions):
        # A change of another row may name this one too.
        if any(change["row_id"] == row_id for change in entry.changes):
            yield entry


def forget(work: Work, row_id: str, summary: str) -> None:
    """Keep of every effect on a row which rows it changed, under another sentence, and no value of theirs.

    So neither its sentence nor what it made of the row's words stays. It must be one that nobody may undo any more.
    """
    for entry in list(entries_on(work, row_id, JournalEntry.id >= row_id[_MOMENT])):
        work.session.execute(
            update(JournalEntry)
            .where(JournalEntry.workspace_id == work.workspace_id, JournalEntry.id == entry.id)
            .values(summary=summary, changes=[_without_values(change) for change in entry.changes]),
            execution_options={"synchronize_session": False},
        )


def _without_values(change: Mapping[str, Any]) -> dict[str, Any]:
    return {name: {} if isinstance(kept, Mapping) else kept for name, kept in change.items()}
