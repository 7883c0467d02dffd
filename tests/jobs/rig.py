"""What the tests of the worker share: a workspace, a scripted gateway, and short ways to write and read rows."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from clocks import SettableClock
from sqlalchemy import inspect, select

from crmbot.crm.occasions import Composed, Occasion
from crmbot.crm.outbox import OutboxMessage
from crmbot.domain.ids import new_id
from crmbot.errors import CrmError, SendFailed
from crmbot.jobs.outbox import Sender
from crmbot.models import Base, DigestSubscription, Outbox, User, Workspace
from crmbot.store import EVERY_WORKSPACE, Store, open_store

WORKSPACE = "w1"
ADMIN = "u-admin"
OWNER = "u-owner"

DOWN = SendFailed("Slack has trouble.", code="http_503")
LOST = SendFailed("The connection broke.", unknown=True)
ARCHIVED = SendFailed("The channel takes no messages.", permanent=True, code="is_archived")
NO_HISTORY = SendFailed("The app may not read the history.", permanent=True, code="missing_scope")


def limited(seconds: float | None) -> SendFailed:
    return SendFailed("Slack asks to wait.", retry_after=seconds, code="ratelimited")


@dataclass
class FakeGateway:
    """Answers by script, else accepts; an outcome that is unknown is accepted when `accepts_lost`."""

    outcomes: dict[str, list[SendFailed]] = field(default_factory=dict)
    lookups: list[SendFailed] = field(default_factory=list)
    accepts_lost: bool = True
    posted: list[OutboxMessage] = field(default_factory=list)
    calls: list[OutboxMessage] = field(default_factory=list)
    before_send: Callable[[OutboxMessage], None] = lambda _message: None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, message: OutboxMessage) -> str:
        self.before_send(message)
        with self._lock:
            self.calls.append(message)
            script = self.outcomes.get(message.destination, [])
            outcome = script.pop(0) if script else None
            if outcome is None or (outcome.unknown and self.accepts_lost):
                self.posted.append(message)
        if outcome is not None:
            raise outcome
        return f"ts-{message.id}"

    def find(self, message: OutboxMessage) -> str | None:
        if self.lookups:
            raise self.lookups.pop(0)
        return next((f"ts-{m.id}" for m in self.posted if m.id == message.id), None)

    @property
    def texts(self) -> list[str]:
        return [message.payload["text"] for message in self.posted]


@dataclass
class Rig:
    store: Store
    clock: SettableClock
    queued: "count[int]" = field(default_factory=count)

    def queue(self, text: str, destination: str = "C1", *, kind: str = "slack.post", **more: Any) -> str:
        now = self.clock()
        # Each a little later than the one before, as in life.
        created_at = now - timedelta(seconds=1) + timedelta(milliseconds=next(self.queued))
        values: dict[str, Any] = {
            "created_at": created_at,
            "not_before": now,
            "state": "queued",
            "attempts": 0,
            "payload": {"text": text},
        } | more
        with self.store.writing(WORKSPACE) as session:
            row = Outbox(
                workspace_id=WORKSPACE,
                id=new_id(now),
                kind=kind,
                destination=destination,
                **values,
            )
            session.add(row)
        return row.id

    def queue_in_order(self, texts: Iterable[str], destination: str = "C1") -> None:
        for place, text in enumerate(texts):
            self.queue(text, destination, created_at=self.clock() - timedelta(seconds=60 - place))

    def row(self, outbox_id: str) -> Outbox:
        with self.store.reading(WORKSPACE) as session:
            found = session.get(Outbox, (WORKSPACE, outbox_id))
        assert found is not None
        return found

    def rows(self, model: type[Any] = Outbox) -> list[Any]:
        with self.store.reading(EVERY_WORKSPACE) as session:
            return list(session.scalars(select(model).order_by(*inspect(model).primary_key)))

    def sender(self, gateway: FakeGateway, **more: Any) -> Sender:
        options: dict[str, Any] = {"jitter": lambda _low, high: high} | more
        return Sender(self.store, {"slack": gateway, "mail": gateway}, self.clock, **options)

    def drain(self, sender: Sender, *, for_: timedelta, step: timedelta) -> None:
        """Let a time go by in steps, sending at each."""
        until = self.clock() + for_
        while self.clock() <= until:
            sender.run_once()
            self.clock.advance(step)


def make_rig(url: str, clock: SettableClock, workspaces: Iterable[str] = (WORKSPACE,)) -> Rig:
    store = open_store(url)
    Base.metadata.create_all(store.engine)
    with store.writing(EVERY_WORKSPACE) as session:
        for name in workspaces:
            session.add(Workspace(id=name, name=name, timezone="Europe/Berlin", currency="EUR", created_at=clock()))
            session.flush()
            session.add_all([_user(name, ADMIN, "admin", clock()), _user(name, OWNER, "manager", clock())])
    return Rig(store, clock)


def _user(workspace: str, name: str, role: str, now: datetime) -> User:
    return User(
        workspace_id=workspace,
        id=name,
        name=name,
        email=f"{name}@example.com",
        role=role,
        receipts="all",
        active=True,
        created_at=now,
    )


@dataclass
class FakeComposer:
    """Composes a line that tells slot, moment and lateness; `says_nothing` makes it empty, `refuses` refuse."""

    says_nothing: bool = False
    refuses: CrmError | None = None
    breaks: set[str] = field(default_factory=set)

    def __call__(self, _session: object, occasion: Occasion) -> Composed:
        digest = occasion.digest
        if digest.name in self.breaks:
            raise KeyError(digest.name)
        if self.refuses is not None:
            raise self.refuses
        text = f"{digest.name} {occasion.slot.local}" + (f" ({occasion.late})" if occasion.late else "")
        snapshot = {"as_of": occasion.as_of.isoformat()}
        return Composed("slack.post", digest.channel or "?", {"text": text}, snapshot, self.says_nothing)


def subscription(rig: Rig, name: str = "aging", **more: Any) -> DigestSubscription:
    """Add a subscription: Mondays 08:00 in Berlin to C1, owned by the manager, active from now on."""
    values: dict[str, Any] = {
        "report": "aging",
        "channel": "C1",
        "day": "monday",
        "time": "08:00",
        "timezone": "Europe/Berlin",
        "filters": {},
        "owner_id": OWNER,
        "created_at": rig.clock(),
        "active_since": rig.clock(),
        "from_config": False,
    } | more
    workspace = values.pop("workspace_id", WORKSPACE)
    with rig.store.writing(workspace) as session:
        row = DigestSubscription(workspace_id=workspace, id=new_id(rig.clock()), name=name, **values)
        session.add(row)
    return row


def change(rig: Rig, row: DigestSubscription, **values: Any) -> None:
    """Change a subscription as somebody would."""
    with rig.store.writing(row.workspace_id) as session:
        found = session.get(DigestSubscription, (row.workspace_id, row.id))
        for name, value in values.items():
            setattr(found, name, value)
