"""One effect under way: the session, who acts, when, and what every use case needs of the workspace."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.orm import Session

from crmbot.crm.actors import Actor
from crmbot.crm.journal import Recorder
from crmbot.crm.policy import Policy
from crmbot.crm.rows import Rows
from crmbot.crm.shapes import shape_of
from crmbot.domain.ids import Kind, ids_after, new_id
from crmbot.domain.lazy import lazy
from crmbot.domain.permissions import may_edit
from crmbot.errors import NotAllowed, NotFound
from crmbot.models import Company, Contact, Counter, Deal, Lead, Outbox, Stage, User, Workspace, kind_of
from crmbot.store.prepared import Prepared, insertion

_STAGES = Prepared(select(Stage).where(Stage.workspace_id == bindparam("workspace"), Stage.removed_at.is_(None)))
_by_position = attrgetter("position")
_NEXT = Prepared(
    update(Counter)
    .where(Counter.workspace_id == bindparam("workspace"), Counter.name == bindparam("kind"))
    .values(value=Counter.value + 1)
    .returning(Counter.value)
)
_FIRST = insertion(Counter)
_LINKS = {
    "deal_id": Deal,
    "lead_id": Lead,
    "contact_id": Contact,
    "company_id": Company,
    "stage_id": Stage,
    "owner_id": User,
}
"""What views tell of the rows that others are linked to, by the columns that link them, the owner last."""


@cache
def _links_of(kind: type[Any]) -> tuple[tuple[str, ...], tuple[type[Any], ...]]:
    """Return the columns by which a kind that has owners is linked, and to what."""
    columns = frozenset(shape_of(kind).columns)
    names = tuple(name for name in _LINKS if name in columns)
    return names, tuple(_LINKS[name] for name in names)


@dataclass
class Work:
    """What a use case is given; made by the door, one for each request.

    `source` is the transaction: a connection, or a session for one who wants its savepoints.
    """

    source: Connection | Session
    actor: Actor
    now: datetime
    policy: Policy
    entry_id: str = ""
    """The journal entry of what this effect writes, whose id those of its rows follow; there is none of a look."""
    undoes_id: str | None = None
    """The journal entry that this effect takes back."""
    recorder: Recorder = field(default_factory=Recorder)
    rows: Rows = field(init=False)
    connection: Connection = field(init=False)
    """The transaction's connection, for statements that touch none of the rows that are kept."""
    workspace_id: str = field(init=False)
    """The workspace that everything happens in."""
    _ids: Iterator[str] = field(init=False)

    def __post_init__(self) -> None:
        self._ids = ids_after(self.entry_id) if self.entry_id else iter(())
        self.workspace_id = self.actor.workspace_id
        self.rows = Rows(self.source, self.recorder.note)
        self.connection = self.rows.connection
        if isinstance(self.source, Session):
            self.recorder.watch(self.source)

    @lazy
    def workspace(self) -> Workspace:
        """The workspace's row."""
        found: Workspace | None = self.rows.get(Workspace, self.workspace_id)
        if found is None:
            raise NotFound("This workspace does not exist in the store.")
        return found

    @property
    def session(self) -> Session:
        """The ORM's session of this transaction, for what prepared statements don't do; asking for it costs time."""
        return self.rows.session(self._open_session)

    def _open_session(self, connection: Connection) -> Session:
        joins = connection.get_execution_options().get("crmbot_joins", "rollback_only")
        session = Session(connection, expire_on_commit=False, autoflush=False, join_transaction_mode=joins)
        self.recorder.watch(session)
        return session

    @property
    def today(self) -> date:
        """The actor's own date."""
        return self.now.astimezone(self.actor.zone).date()

    @lazy
    def stages(self) -> tuple[Stage, ...]:
        """The pipeline in order, without removed stages."""
        return tuple(sorted(self.all(_STAGES, Stage), key=_by_position))

    @property
    def lost_reasons(self) -> tuple[str, ...]:
        """The reasons offered for a loss: the workspace's own, else the config's."""
        own = self.workspace.lost_reasons
        return tuple(own) if own else self.policy.lost_reasons

    def new_id(self) -> str:
        """Return a new opaque id of this instant."""
        return next(self._ids, "") or new_id(self.now)

    def next_number(self, kind: Kind) -> int:
        """Take the next short number of a kind."""
        taken = _NEXT.rows(self.connection, {"workspace": self.workspace_id, "kind": kind.value})
        if taken:
            number: int = taken[0][0]
            return number
        _FIRST.run(self.connection, [{"workspace_id": self.workspace_id, "name": kind.value, "value": 1}])
        return 1

    def keep(self, *rows: Any) -> None:
        """Add rows, written by the next `flush`; they get the workspace, and an id when they have none."""
        for row in rows:
            self._name(row)
        self.rows.add(rows)

    def write(self, *rows: Any, journalled: Collection[str] | None = None) -> None:
        """Write rows that are complete and stay as they are, at once; nobody keeps them.

        Rows of one kind go in one statement. `journalled` are the columns whose later change keeps an undo from
        removing the row; all of them unless said.
        """
        for row in rows:
            self._name(row)
        self.rows.write(rows)
        for row in rows:
            noted = row.__dict__
            self.recorder.note(row, None, noted if journalled is None else {name: noted[name] for name in journalled})

    def make(self, kind: type[Any], /, **values: Any) -> Any:
        """Return a new row of this workspace, to be given to `keep` or `write`."""
        return shape_of(kind).make({"workspace_id": self.workspace_id, "id": self.new_id(), **values})

    def _name(self, row: Any) -> None:
        held = row.__dict__
        if held.get("workspace_id") is None:
            row.workspace_id = self.workspace_id
        if held.get("id") is None:
            row.id = self.new_id()

    def flush(self) -> None:
        """Write what was kept and changed."""
        self.rows.flush()

    def all(self, statement: Prepared, kind: type[Any], **values: Any) -> list[Any]:
        """Return the rows of a kind that a prepared `select(Kind)` finds; it binds `workspace` and these values."""
        return self.rows.all(statement, kind, {"workspace": self.workspace_id, **values})

    def first(self, statement: Prepared, kind: type[Any], **values: Any) -> Any:
        """Return the first row that a prepared `select(Kind)` finds, or None."""
        return self.rows.first(statement, kind, {"workspace": self.workspace_id, **values})

    def values(self, statement: Prepared, **values: Any) -> list[tuple[Any, ...]]:
        """Return what a prepared statement of single columns finds; it binds `workspace` and these values."""
        return statement.rows(self.connection, {"workspace": self.workspace_id, **values})

    def get(self, kind: type[Any], record_id: str | None) -> Any:
        """Return this workspace's row of that id, or None."""
        if record_id is None:
            return None
        if kind is Workspace:
            return self.workspace if record_id == self.workspace_id else None
        return self.rows.get(kind, self.workspace_id, record_id)

    def load(self, kind: type[Any], ids: Collection[str]) -> None:
        """Read rows ahead, in one statement, for `get`."""
        self.rows.load(kind, self.workspace_id, ids)

    def load_linked(self, row: Any) -> None:
        """Read ahead what a row is linked to, its owner unless that is the actor, in one statement."""
        names, kinds = _links_of(kind_of(row))
        ids = list(map(row.__dict__.get, names))
        if ids[-1] == self.actor.user_id:
            ids[-1] = None
        self.rows.load_each(self.workspace_id, kinds, ids)

    def user(self, user_id: str | None) -> User | None:
        """Return a user of the workspace."""
        found: User | None = self.get(User, user_id)
        return found

    def zone_of(self, user_id: str | None) -> ZoneInfo:
        """Return the zone of a user, the workspace's when they have none."""
        if user_id is not None and user_id == self.actor.user_id:
            return self.actor.zone
        user = self.user(user_id)
        return ZoneInfo((user and user.timezone) or self.workspace.timezone)

    def allow_edit(self, owner_id: str | None, what: str) -> None:
        """Refuse when the actor may not edit a record of that owner."""
        if may_edit(self.actor.permissions, self.actor.user_id, owner_id):
            return
        owner = self.user(owner_id)
        raise NotAllowed(
            f"{what} belongs to {owner.name if owner else 'somebody else'}. Ask them or a manager to change it."
        )

    def allow(self, permission: str, what: str) -> None:
        """Refuse when the actor lacks a permission; `what` completes “You may not …”."""
        if permission not in self.actor.permissions:
            raise NotAllowed(f"You may not {what}. An admin can give you a role that does.")

    def send(self, kind: str, destination: str, payload: dict[str, Any], *, key: str | None = None) -> Outbox:
        """Queue a message; it leaves after this effect is committed."""
        row: Outbox = self.make(
            Outbox,
            kind=kind,
            destination=destination,
            payload=payload,
            key=key,
            created_at=self.now,
            not_before=self.now,
            state="queued",
            attempts=0,
        )
        self.write(row)
        return row
