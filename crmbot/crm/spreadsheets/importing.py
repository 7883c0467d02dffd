"""Import of a table: read twice and never held whole, many rows a transaction, those not taken kept with the reason."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crmbot.crm.actors import Actor
from crmbot.crm.policy import Policy
from crmbot.crm.spreadsheets.batch import Batch
from crmbot.crm.spreadsheets.cells import SheetWriter
from crmbot.crm.spreadsheets.deals import Deals
from crmbot.crm.spreadsheets.headers import guess_kind, map_headers
from crmbot.crm.spreadsheets.records import Adder, Cells, Companies, Contacts, Leads
from crmbot.crm.spreadsheets.sheets import Row, Sheet, open_sheet
from crmbot.domain.nouns import counted
from crmbot.errors import Conflict, CrmError, NotAllowed
from crmbot.store import Store

_AT_ONCE = 1_000
"""Rows of a transaction."""
_MOST_KEPT = 200
"""Refusals that are told to the caller; the file of refused rows has them all."""
_ADDERS: Mapping[str, type[Adder]] = {"leads": Leads, "contacts": Contacts, "companies": Companies, "deals": Deals}
REASON = "crmbot says"
"""The column added to refused rows."""

Begin = Callable[[], AbstractContextManager[Session]]


@dataclass
class Imported:
    """What came of a table: rows made, skipped as duplicates, refused; and the columns that say nothing to us."""

    kind: str
    dry_run: bool
    made: int = 0
    skipped: int = 0
    refusals: int = 0
    """Rows not taken, duplicates left aside."""
    refused: list[tuple[int, str]] = field(default_factory=list)
    """Place among the rows, and reason, of the first ones not taken, duplicates too."""
    left_out: tuple[str, ...] = ()
    refused_file: Path | None = None
    also_made: Counter[str] = field(default_factory=Counter)
    """Kind -> how many were made because a row names them."""

    def __str__(self) -> str:
        told = f"{'Would import' if self.dry_run else 'Imported'} {counted(self.made, self.kind)}"
        also = " and ".join(counted(many, f"new {kind}") for kind, many in self.also_made.items() if many)
        told += f" with {also}" if also else ""
        doubles = "a duplicate" if self.skipped == 1 else "duplicates"
        told += f", skipped {self.skipped:,} as {doubles}, refused {self.refusals:,}."
        if self.left_out:
            told += f" Columns left out: {', '.join(self.left_out)}."
        return told + (f" What was not taken is in {self.refused_file}." if self.refused_file else "")

    def count(self, rows: int, refused: Mapping[int, CrmError], also_made: Counter[str]) -> None:
        """Add what came of some rows; `refused` is by place among all rows."""
        doubles = sum(isinstance(error, Conflict) for error in refused.values())
        self.made += rows - len(refused)
        self.skipped += doubles
        self.refusals += len(refused) - doubles
        self.also_made.update(also_made)
        room = _MOST_KEPT - len(self.refused)
        self.refused.extend((place, str(error)) for place, error in islice(refused.items(), room))


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
    sheet = open_sheet(file)
    kind = kind or guess_kind(sheet.header, file.name)
    fields = map_headers(sheet.header, kind)
    left_out = tuple(name for place, name in enumerate(sheet.header) if place not in fields and name != REASON)
    result = Imported(kind, dry_run, left_out=left_out)
    with _transactions(store, actor, dry_run=dry_run) as begin, _refused_rows(sheet, result) as keep:
        run = _Run(begin, partial(Batch, actor=actor, policy=policy, now=now), fields, result, sheet.count)
        for start, rows in _pieces(sheet.rows()):
            for place, error in run.take(start, rows).items():
                keep(rows[place - start], str(error))
            if progress is not None:
                progress(min((start + len(rows)) / sheet.count, 1.0))
    return result


def _pieces(rows: Iterator[Row]) -> Iterator[tuple[int, list[Row]]]:
    """Yield the rows of each transaction with the place of the first one."""
    start = 0
    while piece := list(islice(rows, _AT_ONCE)):
        yield start, piece
        start += len(piece)


@contextmanager
def _transactions(store: Store, actor: Actor, *, dry_run: bool) -> Iterator[Begin]:
    """Give what begins a transaction; those of a dry run are parts of one, whose rows see each other and go away."""
    if not dry_run:
        yield lambda: store.writing(actor.workspace_id, patient=True)
        return
    with suppress(_Enough), store.writing(actor.workspace_id, patient=True) as session:
        yield lambda: _part_of(session)
        raise _Enough


@contextmanager
def _part_of(session: Session) -> Iterator[Session]:
    with session.begin_nested():
        yield session


@dataclass(frozen=True, slots=True)
class _Run:
    """Takes rows in, a transaction at a time."""

    begin: Begin
    batch: Callable[[Session], Batch]
    fields: Mapping[int, str]
    result: Imported
    total: int

    def take(self, start: int, rows: Sequence[Row]) -> Mapping[int, CrmError]:
        """Import rows, of which the first is at `start`, and return why some were not taken, by place.

        Where the store finds a contradiction, as when somebody else wrote the same address meanwhile, each half is
        tried again by itself, down to the row.
        """
        try:
            refused, made = self._write(start, rows)
        except IntegrityError:
            if len(rows) > 1:
                half = len(rows) // 2
                return {**self.take(start, rows[:half]), **self.take(start + half, rows[half:])}
            refused = {start: CrmError("The store refused it: it contradicts another record.")}
            made = Counter()
        self.result.count(len(rows), refused, made)
        return refused

    def _write(self, start: int, rows: Sequence[Row]) -> tuple[dict[int, CrmError], Counter[str]]:
        cells = [_cells(row, self.fields) for row in rows]
        refused: dict[int, CrmError] = {}
        with self.begin() as session:
            batch = self.batch(session)
            adder = _ADDERS[self.result.kind](batch, cells)
            for place, said in enumerate(cells, start):
                try:
                    adder.add(said)
                except CrmError as error:
                    refused[place] = error
            taken = len(rows) - len(refused)
            batch.write(f"Imported {counted(taken, self.result.kind)}.", last=start + len(rows) >= self.total)
            return refused, adder.made


def _cells(row: Row, fields: Mapping[int, str]) -> Cells:
    """Return what a row says; of several columns for one field the first that says something."""
    found: dict[str, str] = {}
    for place, name in fields.items():
        # NUL is a character that no database keeps
        words = row[place].replace("\x00", "").strip()
        if words:
            found.setdefault(name, words)
    return found


@contextmanager
def _refused_rows(sheet: Sheet, result: Imported) -> Iterator[Callable[[Row, str], None]]:
    """Give what keeps a row with the reason, in a file that the first one makes; a dry run keeps none."""
    kept = [place for place, name in enumerate(sheet.header) if name != REASON]
    writer: SheetWriter | None = None

    def keep(row: Row, reason: str) -> None:
        nonlocal writer
        if result.dry_run:
            return
        if writer is None:
            result.refused_file = sheet.file.with_name(f"{sheet.file.name}.refused.csv")
            writer = SheetWriter(result.refused_file, (*(sheet.header[place] for place in kept), REASON))
        writer.add((*(row[place] for place in kept), reason))

    try:
        yield keep
    finally:
        with writer if writer is not None else nullcontext():
            pass
