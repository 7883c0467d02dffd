"""What one transaction of a table's import knows, and the rows that it will write together."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from crmbot.crm.actors import Actor
from crmbot.crm.archive.bulk import Bulk
from crmbot.crm.archive.frame import Frame
from crmbot.crm.archive.ids import Ids
from crmbot.crm.archive.rows import ROWS
from crmbot.crm.lookup import find_user
from crmbot.crm.name_words import with_words
from crmbot.crm.policy import Policy
from crmbot.crm.work import Work
from crmbot.domain.ids import new_id
from crmbot.errors import CrmError
from crmbot.models import (
    Base,
    Company,
    Contact,
    ContactEmail,
    Counter,
    Deal,
    DealVersion,
    JournalEntry,
    Lead,
    LeadStatusEntry,
)

Answer = TypeVar("Answer")

_TABLES = (Company, Contact, ContactEmail, Lead, LeadStatusEntry, Deal, DealVersion)
"""In the order in which rows can be written: what is pointed to comes first."""
_ASKED_AT_ONCE = 500


class Batch:
    """Rows that are written at the end, all together, as an archive's are; nothing of a refused row is among them."""

    def __init__(self, session: Session, actor: Actor, policy: Policy, now: datetime) -> None:
        # A connection: rows that are only looked at cost much less without the session.
        self.work = Work(session.connection(), actor, now, policy, entry_id=new_id(now))
        self.session = session
        workspace = self.work.workspace
        self.zone = ZoneInfo(workspace.timezone)
        numbers = _Numbers(session, actor.workspace_id)
        self.frame = Frame(actor.workspace_id, now, workspace.currency, self.zone, Ids(now), numbers)
        self._numbers = numbers
        for stage in self.work.stages:
            self.frame.stages[stage.key] = (stage.kind, stage.probability)
            self.frame.ids.stages[stage.key] = stage.id
        self._rows: dict[type[Base], list[dict[str, Any]]] = {table: [] for table in _TABLES}
        self._owners: Once[str | None] = Once()
        self._joins: dict[str, str] = {}

    def add(self, kind: str, **line: Any) -> dict[str, Any]:
        """Take in a record, told as an archive's line; return its row."""
        added: list[dict[str, Any]] = []
        for table, row in ROWS[kind](self.frame, {"ref": self.frame.ids.new(), **line}):
            self._rows[table].append(row)
            added.append(row)
        return added[0]

    def join(self, contact_id: str, company_id: str) -> None:
        """Give a contact of the store, who had no company, this one."""
        self._joins.setdefault(contact_id, company_id)

    def owner(self, word: str | None) -> str | None:
        """Return the ref of whom a word means, the actor when it says nobody; raises as `find_user` does."""
        return self._owners.ask(word or "", self._find_owner)

    def _find_owner(self, word: str) -> str | None:
        # Not the work above: it would be handed a session, and be slow from then on.
        by_session = Work(self.session, self.work.actor, self.work.now, self.work.policy)
        user_id = find_user(by_session, word).id if word else self.work.actor.user_id
        if user_id is not None:
            self.frame.ids.users[user_id] = user_id
        return user_id

    def among(self, columns: tuple[Any, ...], column: Any, values: Iterable[Any], *joins: Any) -> Iterator[Any]:
        """Yield the columns of the store's rows that have one of these values, by number; `joins` are outer ones."""
        table = column.class_
        asked = list(dict.fromkeys(values))
        for start in range(0, len(asked), _ASKED_AT_ONCE):
            part = asked[start : start + _ASKED_AT_ONCE]
            query = select(*columns).where(table.workspace_id == self.frame.workspace_id, column.in_(part))
            for target, condition in joins:
                query = query.outerjoin(target, condition)
            yield from self.session.execute(query)

    def write(self, summary: str, *, last: bool) -> None:
        """Write the rows, and what is to be told of them in the journal; after the `last` ones count what there is."""
        bulk = Bulk(self.session)
        for table, rows in self._rows.items():
            for row in rows:
                self.work.recorder.note_made(table, row)
            bulk.add(with_words((table, row) for row in rows))
        bulk.write()
        self._numbers.save()
        for contact_id, company_id in self._joins.items():
            self.work.get(Contact, contact_id).company_id = company_id
        self.work.flush()
        if self.work.recorder.changes:
            self._write_journal(summary)
        if last:
            bulk.finish()

    def _write_journal(self, summary: str) -> None:
        entry = {
            "workspace_id": self.work.workspace_id,
            "id": self.work.entry_id,
            "at": self.work.now,
            "actor_id": self.work.actor.user_id,
            "request": "csv.import",
            "summary": summary,
            "surface": self.work.actor.surface,
            "changes": self.work.recorder.changes,
        }
        self.session.execute(insert(JournalEntry), entry)


class Once(Generic[Answer]):
    """Answers for words, each asked for once; a refusal is remembered too.

    It keeps nobody to ask: whoever keeps it would be kept too, and a table's memory with it, until the collector comes.
    """

    def __init__(self) -> None:
        self._known: dict[str, Answer | CrmError] = {}

    def ask(self, word: str, find: Callable[[str], Answer]) -> Answer:
        """Return the answer for a word, found when it is asked for first."""
        if word not in self._known:
            try:
                self._known[word] = find(word)
            except CrmError as error:
                self._known[word] = error
        found = self._known[word]
        if isinstance(found, CrmError):
            raise found.with_traceback(None)
        return found


class _Numbers(dict[str, int]):
    """The last number of each kind; a kind's counter is held from the first number that is taken until the commit."""

    def __init__(self, session: Session, workspace_id: str) -> None:
        super().__init__()
        self._session = session
        self._own = Counter.workspace_id == workspace_id
        self._workspace_id = workspace_id

    def __missing__(self, kind: str) -> int:
        held = update(Counter).where(self._own, Counter.name == kind).values(value=Counter.value)
        value = self._session.scalar(held.returning(Counter.value))
        if value is None:
            value = 0
            self._session.add(Counter(workspace_id=self._workspace_id, name=kind, value=value))
            self._session.flush()
        self[kind] = value
        return value

    def save(self) -> None:
        """Write the numbers taken."""
        for kind, value in self.items():
            self._session.execute(
                update(Counter).where(self._own, Counter.name == kind).values(value=value),
                execution_options={"synchronize_session": False},
            )
