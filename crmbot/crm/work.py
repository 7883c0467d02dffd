"""One effect under way: the session, who acts, when, and what every use case needs of the workspace."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, cached_property
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from crmbot.crm.actors import Actor
from crmbot.crm.journal import TRACKED, Recorder, values_of
from crmbot.crm.policy import Policy
from crmbot.crm.prepared import Prepared
from crmbot.domain.ids import Kind, new_id
from crmbot.domain.permissions import may_edit
from crmbot.errors import NotAllowed
from crmbot.models import Counter, Outbox, Stage, User, Workspace

_STAGES = (
    select(Stage)
    .where(Stage.workspace_id == bindparam("workspace"), Stage.removed_at.is_(None))
    .order_by(Stage.position)
)
_NEXT = (
    update(Counter)
    .where(Counter.workspace_id == bindparam("workspace"), Counter.name == bindparam("kind"))
    .values(value=Counter.value + 1)
    .returning(Counter.value)
)


@cache
def _insertion(table: Table) -> tuple[Prepared, tuple[str, ...]]:
    """Return the statement that adds rows to a table, and the columns it is given."""
    return Prepared(insert(table)), tuple(column.name for column in table.columns)


@dataclass
class Work:
    """What a use case is given; made by the door, one for each request."""

    session: Session
    actor: Actor
    now: datetime
    policy: Policy
    entry_id: str
    undoes_id: str | None = None
    """The journal entry that this effect takes back."""
    recorder: Recorder = field(init=False)
    loaded: list[Any] = field(default_factory=list)
    """Rows loaded ahead, held so that the session keeps them."""

    def __post_init__(self) -> None:
        self.recorder = Recorder(self.session)

    @property
    def workspace_id(self) -> str:
        """The workspace that everything happens in."""
        return self.actor.workspace_id

    @cached_property
    def workspace(self) -> Workspace:
        """The workspace's row."""
        return self.session.execute(select(Workspace).where(Workspace.id == self.workspace_id)).scalar_one()

    @cached_property
    def connection(self) -> Connection:
        """The session's connection, for statements that touch none of the rows it keeps."""
        return self.session.connection()

    @property
    def today(self) -> date:
        """The actor's own date."""
        return self.now.astimezone(self.actor.zone).date()

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """The pipeline in order, without removed stages."""
        return tuple(self.session.scalars(_STAGES, {"workspace": self.workspace_id}))

    def new_id(self) -> str:
        """Return a new opaque id of this instant."""
        return new_id(self.now)

    def next_number(self, kind: Kind) -> int:
        """Take the next short number of a kind."""
        connection = self.session.connection()
        counter = {"workspace": self.workspace_id, "kind": kind.value}
        taken: int | None = connection.execute(_NEXT, counter).scalar_one_or_none()
        if taken is not None:
            return taken
        connection.execute(insert(Counter), {"workspace_id": self.workspace_id, "name": kind.value, "value": 1})
        return 1

    def keep(self, *rows: Any) -> None:
        """Add rows; they get the workspace, and an id when they have none."""
        for row in rows:
            row.workspace_id = self.workspace_id
            if row.id is None:
                row.id = self.new_id()
        self.session.add_all(rows)

    def write(self, *rows: Any, journalled: Collection[str] | None = None) -> None:
        """Write rows that are complete and stay as they are, at once; the session does not keep them.

        A third of what adding and flushing them costs. Rows of one kind go in one statement. `journalled` are the
        columns whose later change keeps an undo from removing the row; all of them unless said.
        """
        by_table: dict[Any, list[dict[str, Any]]] = {}
        for row in rows:
            row.workspace_id = self.workspace_id
            if row.id is None:
                row.id = self.new_id()
            if "version" in row.__table__.columns:
                row.version = 1
            held = row.__dict__
            values = {name: held.get(name) for name in _insertion(row.__table__)[1]}
            by_table.setdefault(row.__table__, []).append(values)
            if row.__tablename__ in TRACKED:
                noted = values_of(row)
                self.recorder.add(
                    row, None, noted if journalled is None else {name: noted[name] for name in journalled}
                )
        for table, values_of_rows in by_table.items():
            _insertion(table)[0].run(self.connection, values_of_rows)

    def get(self, kind: type[Any], record_id: str | None) -> Any:
        """Return this workspace's row of that id, or None."""
        if record_id is None:
            return None
        return self.session.get(kind, (self.workspace_id, record_id))

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
        row = Outbox(
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
