"""A workspace that takes mail in: Jane and Sam sell, Anna of Acme has one open deal."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from clocks import SettableClock
from factories import Crm
from mails import AUTHSERV, POLICY, Raw
from sqlalchemy.orm import Session

from crmbot.crm.policy import Policy
from crmbot.crm.requests import CreateContact, CreateDeal
from crmbot.mail.judging import Door
from crmbot.mail.pipeline import Taken, take_in
from crmbot.models import Activity, Email, Outbox, User
from crmbot.store import Store


@dataclass
class Post:
    """The workspace behind a mail door; `take` gives it a mail."""

    crm: Crm
    door: Door = field(init=False)

    def __post_init__(self) -> None:
        self.door = Door(self.crm.workspace_id, AUTHSERV)

    def take(self, raw: Raw | bytes, **kwargs: Any) -> Taken:
        """Take one mail in."""
        return take_in(self.crm.service, self.door, bytes(raw), **kwargs)

    def activities(self) -> list[Activity]:
        """Return all logged mails' activities, in their order."""
        return self.crm.rows(Activity, Activity.kind == "email", order=Activity.number)

    def emails(self) -> list[Email]:
        """Return all mails, in the order of their coming."""
        return self.crm.rows(Email)

    def receipts(self) -> list[dict[str, Any]]:
        """Return the receipts' payloads."""
        return [row.payload for row in self.crm.rows(Outbox, Outbox.kind == "notice.receipt")]

    def wish_receipts(self, wish: str, who: str = "jane") -> None:
        """Let somebody choose which receipts to get."""
        user_id = self.crm.user_id(who)

        def choose(session: Session) -> None:
            session.get_one(User, (self.crm.workspace_id, user_id)).receipts = wish

        self.crm.write(choose)

    def links(self, taken: Taken) -> list[str]:
        """Return the numbers of the records that a mail was logged with."""
        return [one.reference for one in taken.answer.email.about] if taken.answer else []


def furnished(store: Store, clock: SettableClock, policy: Policy = POLICY, name: str = "Ours") -> Post:
    """Return a workspace with Acme (O-1), Anna (C-1) and her deal “Acme renewal” (D-1)."""
    crm = Crm(store, clock, policy, name)
    crm.do(CreateContact("Anna Lind", emails=("anna@acme.example", "anna.lind@home.example"), company="Acme"))
    crm.do(CreateDeal("Acme renewal", contact="C-1"))
    return Post(crm)


@pytest.fixture
def post(sqlite_store: Store, clock: SettableClock) -> Post:
    """The workspace, on SQLite."""
    return furnished(sqlite_store, clock)


@pytest.fixture
def any_post(store: Store, clock: SettableClock) -> Post:
    """The workspace, on SQLite and on PostgreSQL."""
    return furnished(store, clock)


@pytest.fixture
def post_with(sqlite_store: Store, clock: SettableClock) -> Callable[..., Post]:
    """Call it with choices of the operator for the workspace under them."""
    return lambda **choices: furnished(sqlite_store, clock, replace(POLICY, **choices))
