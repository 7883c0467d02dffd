"""Import of an archive: everything checked first, then everything written in one transaction, or nothing."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crmbot.crm.actors import Actor
from crmbot.crm.archive.bulk import Bulk
from crmbot.crm.archive.checking import Checked, check
from crmbot.crm.archive.choices import LINES, ChoiceWriter
from crmbot.crm.archive.files import FILE, PIECE, FileWriter
from crmbot.crm.archive.forms import FORMS, WRITE_ORDER
from crmbot.crm.archive.frame import Frame
from crmbot.crm.archive.ids import Ids
from crmbot.crm.archive.known import Known, read_known
from crmbot.crm.archive.lines import Lines, Source, open_lines
from crmbot.crm.archive.rows import ROWS
from crmbot.crm.archive.settings import SettingsWriter
from crmbot.crm.name_words import with_words
from crmbot.domain.ids import new_id
from crmbot.domain.nouns import counted
from crmbot.errors import Conflict, NotAllowed
from crmbot.models import Counter, DeliveryKey, JournalEntry
from crmbot.store import Store

PERMISSION = "crm.archive.edit"
Progress = Callable[[float], None]
"""Called now and then with the share that is done, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What was moved, or would be: lines by type."""

    counts: Mapping[str, int]
    verb: str = "Imported"

    def __str__(self) -> str:
        told = ", ".join(counted(count, kind.replace("_", " ")) for kind, count in self.counts.items() if count)
        return f"{self.verb} {told or 'nothing'}."


def import_archive(
    store: Store,
    actor: Actor,
    source: Source,
    *,
    now: datetime,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Summary:
    """Bring an archive, a file or lines as objects, into the actor's workspace.

    Raises:
        NotAllowed: the actor lacks `crm.archive.edit`.
        BadArchive: the file has mistakes, all named; nothing was written.
        Conflict: the records were imported before, or the store changed under the import; nothing was written.
    """
    if PERMISSION not in actor.permissions:
        raise NotAllowed(f"You may not import ({PERMISSION}). An admin can.")
    tell = progress or (lambda _: None)
    with open_lines(source) as lines:
        half = 2 * max(lines.size, 1)
        with store.reading(actor.workspace_id, patient=True) as session:
            known = read_known(session, actor.workspace_id)
            checked = check(lines, session, known, lambda at: tell(at / half))
        counts = {kind: checked.counts.get(kind, 0) for kind in FORMS if kind != PIECE}
        summary = Summary(counts, "Would import" if dry_run else "Imported")
        if dry_run:
            return summary
        try:
            with store.writing(actor.workspace_id, patient=True) as session:
                _Import(session, read_known(session, actor.workspace_id), checked, now).run(lines, tell, half)
                _write_journal(session, actor, now, summary, checked)
        except IntegrityError as error:
            raise Conflict("Nothing was imported: the store changed meanwhile. Please try again.") from error
    tell(1.0)
    return summary


class _Import:
    """The second pass: rows in batches."""

    def __init__(self, session: Session, known: Known, checked: Checked, now: datetime) -> None:
        self.session = session
        self.known = known
        numbers = {
            kind: max(known.numbers.get(kind, 0), checked.highest.get(kind, 0))
            for kind, form in FORMS.items()
            if "number" in form.fields
        }
        self.frame = Frame(known.workspace_id, now, known.currency, ZoneInfo(known.timezone), Ids(now), numbers)
        self.batch = Bulk(session)
        self.settings = SettingsWriter(session, known, self.frame)

    def run(self, lines: Lines, tell: Progress, half: int) -> None:
        """Write every line, those first that others point to."""
        done = half / 2
        runs = sorted(lines.runs, key=lambda run: WRITE_ORDER.index(run.kind))
        for kind, same in groupby(runs, key=lambda run: run.kind):
            with self._writing(kind) as write:
                for run in same:
                    for line in lines.again(run):
                        write(line["type"], FORMS[line["type"]].take(line))
                    done += run.end - run.start
                    tell(done / half)
        self.batch.finish()
        self._save_numbers()

    @contextmanager
    def _writing(self, kind: str) -> Iterator[Callable[[str, dict[str, Any]], None]]:
        """Give what writes the lines of a type."""
        if kind == FILE:
            files = FileWriter(self.session, self.frame)
            yield files.write
            files.finish()
        elif kind in ROWS:
            rows = ROWS[kind]
            yield lambda _, values: self.batch.add(with_words(rows(self.frame, values)))
            self.batch.write()
        else:
            yield ChoiceWriter(self.session, self.frame).write if kind in LINES else self.settings.write

    def _save_numbers(self) -> None:
        for name, value in self.frame.numbers.items():
            known = self.known.numbers.get(name)
            if known is None and value:
                row = {"workspace_id": self.known.workspace_id, "name": name, "value": value}
                self.session.execute(insert(Counter), row)
            elif known is not None and value > known:
                same = (Counter.workspace_id == self.known.workspace_id) & (Counter.name == name)
                self.session.execute(update(Counter).where(same).values(value=value))


def _write_journal(session: Session, actor: Actor, now: datetime, summary: Summary, checked: Checked) -> None:
    entry_id = new_id(now)
    own = {"workspace_id": actor.workspace_id, "at": now}
    entry = {
        "id": entry_id,
        "actor_id": actor.user_id,
        "request": "archive.import",
        "summary": str(summary),
        "surface": actor.surface,
        "undoes_id": None,
        "undone_by_id": None,
    }
    session.execute(insert(JournalEntry), own | entry)
    if checked.fingerprint is not None:
        key = {"key": checked.fingerprint, "fingerprint": "", "entry_id": entry_id}
        session.execute(insert(DeliveryKey), own | key)
