"""PostgreSQL by way of a pooler that lends a session for each transaction: nothing set or planned stays in one."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from clocks import SettableClock
from concurrency import outcomes_of
from factories import Crm
from sqlalchemy import Connection, text

from crmbot.crm.answers import Answer
from crmbot.crm.requests import CreateDeal, ListDeals, Undo
from crmbot.models import Deal
from crmbot.service import CrmService, Delivery
from crmbot.store import Store, open_store
from crmbot.store.postgresql import server_of

SHOWN = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout", "TimeZone", "crmbot.workspace")


@pytest.fixture
def pooled(pooled_url: str) -> Iterator[Store]:
    with closing(open_store(pooled_url)) as store:
        yield store


def settings(connection: Connection) -> list[str | None]:
    named = ", ".join(f"current_setting('{name}', true)" for name in SHOWN)
    return list(connection.execute(text(f"SELECT {named}")).one())


def test_whether_a_session_is_ones_own_is_found_out(pooled: Store, postgres_store_url: str) -> None:
    with closing(open_store(postgres_store_url)) as direct:
        for store, is_lent in ((pooled, True), (direct, False)):
            with store.transaction("01J", write=False) as connection:
                assert server_of(connection).is_lent is is_lent
                assert settings(connection) == ["2s", "1min", "1min", "UTC", "01J"]


def test_nothing_is_left_behind_in_a_session_that_was_lent(pooled: Store) -> None:
    crm = Crm(pooled, SettableClock())
    for number in range(20):
        crm.do(CreateDeal(f"Acme {number}"))
    with pooled.engine.connect() as connection:
        # No transaction of ours: what the session is like by itself.
        driver = server_of(connection)
        driver.does("ROLLBACK")
        assert driver.ask("SHOW lock_timeout", None) == [("0",)]
        assert driver.ask("SELECT count(*) FROM pg_prepared_statements", None) == [(0,)]


def test_many_at_once_share_few_sessions_and_each_input_has_one_effect(pooled: Store, pooled_url: str) -> None:
    crm = Crm(pooled, SettableClock())
    actor = crm.actor()
    with closing(open_store(pooled_url)) as theirs:
        doors = (crm.service, CrmService(theirs, crm.clock, crm.policy))

        def say(index: int) -> list[Answer]:
            door, said = doors[index % 2], []
            for number in range(10):
                same = Delivery(f"{index} {number}", f"jane+{number}", refuse_repeat=True)
                said.append(door.perform(actor, CreateDeal(f"Acme {number}"), delivery=same))
                said.append(door.perform(actor, ListDeals()))
            return said

        outcomes_of(8, say)
    assert sorted(deal.title for deal in crm.rows(Deal)) == [f"Acme {number}" for number in range(10)]
    crm.do(Undo())
    assert len(crm.rows(Deal)) == 9
