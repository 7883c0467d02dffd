"""Import of a table: row by row through the use cases, many in a transaction, refused ones kept with their reason."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import IntegrityError

from crmbot.crm.actors import Actor
from crmbot.crm.policy import Policy
from crmbot.crm.spreadsheets.cells import Sheet, read_sheet, write_sheet
from crmbot.crm.spreadsheets.headers import guess_kind, map_headers
from crmbot.crm.spreadsheets.records import ADDERS, Cells
from crmbot.crm.work import Work
from crmbot.domain.ids import new_id
from crmbot.domain.nouns import counted
from crmbot.errors import Conflict, CrmError, NotAllowed
from crmbot.models import Company, Contact
from crmbot.store import Store

_AT_ONCE = 200
"""Rows of a transaction."""

_PARTIES = (Company.__tablename__, Contact.__tablename__)
REASON = "crmbot says"
"""The column added to refused rows."""


@dataclass
class Imported:
    """What came of a table: rows made, skipped as duplicates, refused; and the columns that say nothing to us."""

    kind: str
    dry_run: bool
    made: int = 0
    skipped: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)
    """Line of the file and reason, of duplicates too."""
    left_out: tuple[str, ...] = ()
    refused_file: Path | None = None
    also_made: Counter[str] = field(default_factory=Counter)
    """Kind -> how many were made because a row names them."""

    def __str__(self) -> str:
        told = f"{'Would import' if self.dry_run else 'Imported'} {counted(self.made, self.kind)}"
        also = " and ".join(counted(many, f"new {kind}") for kind, many in self.also_made.items())
        told += f" with {also}" if also else ""
        doubles = "a duplicate" if self.skipped == 1 else "duplicates"
        told += f", skipped {self.skipped:,} as {doubles}, refused {len(self.refused) - self.skipped:,}."
        if self.left_out:
            told += f" Columns left out: {', '.join(self.left_out)}."
        return told + (f" What was not taken is in {self.refused_file}." if self.refused_file else "")


class _Enough(Exception):
    """A dry run has seen everything; nothing of it may stay."""


def import_csv(
    store: Store,
    actor: Actor,
    policy: Policy,
    file: Path,
    *,
    now: datetime,
    kind: str | None = None,
    dry_run: bool = False,
    progress: Callable[[float], None] | None = None,
) -> Imported:
    """Bring in the rows of a table; those not taken are written beside it, to FILE.refused.csv.

    Raises:
        NotAllowed: the actor may not import.
        BadInput: the file can't be read, or its columns don't tell what it holds.
    """
    if "crm.archive.edit" not in actor.permissions:
        raise NotAllowed("You may not import (crm.archive.edit). An admin can.")
    sheet = read_sheet(file)
    kind = kind or guess_kind(sheet.header, file.name)
    fields = map_headers(sheet.header, kind)
    left_out = tuple(name for place, name in enumerate(sheet.header) if place not in fields and name != REASON)
    result = Imported(kind, dry_run, left_out=left_out)
    # a dry run is one transaction, as its rows have to see each other and none may stay
    total = len(sheet.rows)
    size = max(total, 1) if dry_run else _AT_ONCE
    for start in range(0, total, size):
        with _transaction(store, actor, dry_run=dry_run) as open_work:
            work = open_work(now, policy)
            _import_rows(work, sheet, fields, range(start, min(start + size, total)), result)
            _write_journal(work, result)
        if progress is not None:
            progress(min(start + size, total) / total)
    if result.refused and not dry_run:
        result.refused_file = file.with_name(f"{file.name}.refused.csv")
        _write_refused(result.refused_file, sheet, result.refused)
    return result


@contextmanager
def _transaction(store: Store, actor: Actor, *, dry_run: bool) -> Iterator[Callable[[datetime, Policy], Work]]:
    with suppress(_Enough), store.writing(actor.workspace_id, patient=True) as session:
        yield lambda now, policy: Work(session, actor, now, policy, entry_id=new_id(now))
        session.flush()
        _end(dry_run=dry_run)


def _end(*, dry_run: bool) -> None:
    if dry_run:
        raise _Enough


def _import_rows(work: Work, sheet: Sheet, fields: dict[int, str], places: Sequence[int], result: Imported) -> None:
    add = ADDERS[result.kind]
    for place in places:
        changes = len(work.recorder.changes)
        try:
            with work.session.begin_nested():
                add(work, _cells(sheet.rows[place], fields))
                work.session.flush()
            result.made += 1
            result.also_made.update(_also_made(work, result.kind, changes))
        except (CrmError, IntegrityError) as error:
            # what the row did is taken back by its savepoint, so the journal must not tell of it
            work.recorder.forget(changes)
            duplicate = isinstance(error, Conflict)
            result.skipped += duplicate
            said = str(error) if isinstance(error, CrmError) else "The store refused it: it contradicts another record."
            result.refused.append((place, said))


def _also_made(work: Work, kind: str, since: int) -> Iterator[str]:
    """Return the kind of each company and contact that a row of another kind made."""
    for change in work.recorder.changes[since:]:
        if change["before"] is None and change["table"] in _PARTIES and change["table"] != kind:
            yield change["table"]


def _cells(row: tuple[str, ...], fields: dict[int, str]) -> Cells:
    """Return what a row says; of several columns for one field the first that says something."""
    found: dict[str, str] = {}
    for place, name in fields.items():
        words = row[place].strip()
        if words:
            found.setdefault(name, words)
    return found


def _write_journal(work: Work, result: Imported) -> None:
    work.recorder.write(
        work.connection,
        {
            "workspace_id": work.workspace_id,
            "id": work.entry_id,
            "at": work.now,
            "actor_id": work.actor.user_id,
            "request": "csv.import",
            "summary": f"Imported {counted(result.made, result.kind)}.",
            "surface": work.actor.surface,
            "undoes_id": None,
            "undone_by_id": None,
        },
    )


def _write_refused(file: Path, sheet: Sheet, refused: list[tuple[int, str]]) -> None:
    kept = [place for place, name in enumerate(sheet.header) if name != REASON]
    rows = ((*(sheet.rows[line][place] for place in kept), said) for line, said in refused)
    write_sheet(file, (*(sheet.header[place] for place in kept), REASON), rows)
