"""A workspace with people in it, for every test that asks something of the CRM."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from clocks import SettableClock
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from crmbot.crm.actors import Actor
from crmbot.crm.answers import Outcome
from crmbot.crm.policy import Policy
from crmbot.crm.requests import AddUser, Request
from crmbot.crm.setup import create_workspace
from crmbot.domain.permissions import DEFAULT_PERMISSIONS, Role
from crmbot.errors import CrmError
from crmbot.models import Base, Workspace
from crmbot.service import CrmService, Delivery
from crmbot.store import EVERY_WORKSPACE, Store, open_store

PEOPLE = {
    "jane": ("Jane Roe", "rep", "Europe/Berlin"),
    "sam": ("Sam Poe", "rep", "America/New_York"),
    "max": ("Max Chief", "manager", None),
    "ada": ("Ada Root", "admin", None),
    "vic": ("Vic Watch", "viewer", None),
}
"""Everybody in the workspace: full name, role, zone. Their addresses are `jane@ours.example` and so on."""

KEY = b"a key for tests only"


@dataclass
class Crm:
    """One workspace, in UTC and US dollars, with the default pipeline; `do` asks for something as somebody."""

    store: Store
    clock: SettableClock
    policy: Policy = field(default_factory=lambda: Policy(secret_key=KEY))
    name: str = "Ours"

    def __post_init__(self) -> None:
        self.service = CrmService(self.store, self.clock, self.policy)
        with self.store.writing(EVERY_WORKSPACE) as session:
            self.workspace_id = create_workspace(session, name=self.name, now=self.clock()).id
        system = self.service.system(self.workspace_id, "cli")
        for word, (name, role, zone) in PEOPLE.items():
            self.service.perform(system, AddUser(f"{word}@ours.example", name=name, role=role, timezone=zone))

    def actor(self, word: str = "jane") -> Actor:
        """Return somebody as they are now; `system` is the workspace itself."""
        if word == "system":
            return self.service.system(self.workspace_id, "cli")
        return self.service.actor_of_user(self.workspace_id, f"{word}@ours.example", "slack")

    def user_id(self, word: str) -> str:
        """Return somebody's id."""
        found = self.actor(word).user_id
        assert found is not None
        return found

    def ask(self, request: Request, as_: str = "jane", **kwargs: Any) -> Any:
        """Perform a request and return its answer, whatever it is; the clock stands still."""
        return self.service.perform(self.actor(as_), request, **kwargs)

    def do(
        self, request: Request, as_: str = "jane", *, delivery: Delivery | None = None, dry_run: bool = False
    ) -> Outcome:
        """Perform a writing request a second after the last one, and return what it did."""
        self.clock.advance(timedelta(seconds=1))
        outcome = self.service.perform(self.actor(as_), request, delivery=delivery, dry_run=dry_run)
        assert isinstance(outcome, Outcome)
        return outcome

    def made(self, request: Request, as_: str = "jane") -> Any:
        """Perform a request and return the record it was about."""
        return self.do(request, as_).record

    def rows(self, kind: type[Any], *conditions: Any, order: Any = None) -> list[Any]:
        """Return the workspace's rows of a table, in the order of their ids unless said."""
        with self.store.reading(self.workspace_id) as session:
            return list(
                session.scalars(
                    select(kind)
                    .where((kind.id if kind is Workspace else kind.workspace_id) == self.workspace_id, *conditions)
                    .order_by(*kind.__table__.primary_key if order is None else (order,))
                )
            )

    def write(self, work: Callable[[Session], None]) -> None:
        """Change rows behind the door's back, as an import or an older version may have."""
        with self.store.writing(self.workspace_id) as session:
            work(session)

    def dump(self, *, without: frozenset[str] = frozenset()) -> dict[str, list[tuple[Any, ...]]]:
        """Return everything in the store by table, without version columns and without the tables named."""
        return dump(self.store.engine, without)


def dump(engine: Engine, without: frozenset[str] = frozenset()) -> dict[str, list[tuple[Any, ...]]]:
    """Return every table's rows as sorted text."""
    everything = {}
    with engine.execution_options(crmbot_workspace=EVERY_WORKSPACE, crmbot_write=False).connect() as connection:
        for name, table in Base.metadata.tables.items():
            if name not in without:
                columns = [column for column in table.columns if column.name != "version"]
                everything[name] = sorted(
                    tuple(repr(value) for value in row) for row in connection.execute(select(*columns))
                )
    return everything


def refusal(kind: type[CrmError], words: str) -> pytest.RaisesExc[CrmError]:
    """Expect a refusal of that kind whose sentence holds these words."""
    return pytest.raises(kind, match=re.escape(words))


def permissions_of(role: str) -> frozenset[str]:
    """Return what a role may do by default."""
    return DEFAULT_PERMISSIONS[Role(role)]


@pytest.fixture
def crm(sqlite_store: Store, clock: SettableClock) -> Crm:
    """A workspace with Jane and Sam (reps), Max (manager), Ada (admin) and Vic (viewer), on SQLite."""
    return Crm(sqlite_store, clock)


@pytest.fixture
def any_crm(store: Store, clock: SettableClock) -> Crm:
    """The same workspace, on SQLite and on PostgreSQL."""
    return Crm(store, clock)


@pytest.fixture
def open_crm() -> Iterator[Callable[[], Crm]]:
    """Call it for one fresh workspace after another, in memory, as property tests need."""
    opened: list[Store] = []

    def fresh() -> Crm:
        store = open_store("sqlite://")
        opened.append(store)
        Base.metadata.create_all(store.engine)
        return Crm(store, SettableClock())

    yield fresh
    for store in opened:
        store.close()
