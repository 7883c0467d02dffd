"""The database's own promises: nothing lost, nothing seen across workspaces, nothing half done."""

import multiprocessing
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest
from clocks import SettableClock
from concurrency import outcomes_of
from factories import Crm, refusal
from servers.postgres import PostgresServer, durable
from servers.stores import migrate
from sqlalchemy import Select, TableClause, bindparam, column, delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import Session

from crmbot.crm.requests import CreateDeal
from crmbot.domain.ids import Kind, new_id
from crmbot.errors import Busy
from crmbot.models import Base, Contact, Counter, Deal, Stage, User, Workspace
from crmbot.store import EVERY_WORKSPACE, Store, open_store
from crmbot.store.prepared import Prepared

NOW = datetime(2031, 3, 5, tzinfo=UTC)


def _count(url: str, workspace_id: str, each: int, start: Any) -> None:
    """Add one to a counter over and over, reading before writing, as a use case does."""
    store = open_store(url)
    start.wait()
    for _ in range(each):
        with store.writing(workspace_id) as session:
            found = select(Counter).where(Counter.workspace_id == workspace_id, Counter.name == "test")
            counter = session.scalars(found.with_for_update()).one()
            counter.value += 1
    store.close()


def test_four_processes_count_together_and_none_is_lost(
    store: Store, store_url: str, clock: SettableClock, rounds: Callable[[int, int], int]
) -> None:
    each = rounds(250, 1_000)
    crm = Crm(store, clock)
    crm.write(lambda session: session.add(Counter(workspace_id=crm.workspace_id, name="test", value=0)))
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(4)
    processes = [context.Process(target=_count, args=(store_url, crm.workspace_id, each, start)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 4
    assert crm_counter(crm) == 4 * each


def crm_counter(crm: Crm) -> int:
    """Return what the counter stands at."""
    with crm.store.reading(crm.workspace_id) as session:
        value = session.scalar(
            select(Counter.value).where(Counter.workspace_id == crm.workspace_id, Counter.name == "test")
        )
    assert value is not None
    return value


def test_numbers_given_to_many_at_once_are_all_different(any_crm: Crm) -> None:
    actor = any_crm.actor()
    outcomes_of(20, lambda index: any_crm.service.perform(actor, CreateDeal(f"Deal {index}")))
    assert sorted(deal.number for deal in any_crm.rows(Deal)) == list(range(1, 21))


@pytest.mark.parametrize(
    "statement",
    [
        select(Deal),
        select(Deal.id).where(Deal.number == 1),
        select(Deal.id).join(Stage, (Stage.workspace_id == Deal.workspace_id) & (Stage.id == Deal.stage_id)),
        update(Deal).values(title="x"),
        delete(Deal),
        text("SELECT count(*) FROM deal"),
        text("SELECT count(*) FROM workspace, deal"),
        text('SELECT count(*) FROM "deal"'),
        text("DELETE FROM deal WHERE id = 'x'"),
    ],
    ids=str,
)
def test_a_statement_without_its_workspace_is_refused(any_crm: Crm, statement: Any) -> None:
    any_crm.do(CreateDeal("Acme"))
    with (
        pytest.raises(RuntimeError, match="does not say which workspace"),
        any_crm.store.writing(any_crm.workspace_id) as session,
    ):
        session.execute(statement)
    assert any_crm.rows(Deal)[0].title == "Acme"


@pytest.mark.postgres
def test_postgresql_hides_other_workspaces_even_from_sql_that_forgets(
    postgres_store_url: str, clock: SettableClock
) -> None:
    with closing(open_store(postgres_store_url)) as store:
        ours, theirs = Crm(store, clock), Crm(store, clock, name="Theirs")
        for crm in (ours, theirs):
            crm.do(CreateDeal(f"Deal of {crm.name}"))
        for table in sorted(set(Base.metadata.tables) - {"workspace"}):
            forgetful = f"SELECT workspace_id FROM {table} WHERE workspace_id = %s OR true"
            with store.reading(ours.workspace_id) as session:
                seen = session.connection().exec_driver_sql(forgetful, ("anything",)).scalars()
                assert set(seen) <= {ours.workspace_id}, table
        with store.writing(ours.workspace_id) as session:
            touched = session.connection().exec_driver_sql(
                "UPDATE deal SET title = 'x' WHERE workspace_id = %s OR true", ("anything",)
            )
            assert touched.rowcount == 1
        assert theirs.rows(Deal)[0].title == "Deal of Theirs"
        with pytest.raises(DBAPIError, match="row-level security"), store.writing(ours.workspace_id) as session:
            session.add(Counter(workspace_id=theirs.workspace_id, name="stolen", value=1))
        with pytest.raises(DBAPIError), store.engine.begin() as connection:
            connection.execute(insert(Counter).values(workspace_id=ours.workspace_id, name="nobody", value=1))


@pytest.mark.postgres
def test_every_table_of_a_workspace_has_row_level_security(postgres_store_url: str) -> None:
    with closing(open_store(postgres_store_url)) as store, store.engine.connect() as connection:
        guarded = connection.exec_driver_sql(
            "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"
        ).scalars()
        assert set(guarded) == set(Base.metadata.tables) - {"workspace"}


def test_foreign_keys_cant_leave_the_workspace(any_crm: Crm) -> None:
    other = Crm(any_crm.store, any_crm.clock, name="Theirs")
    stage = other.rows(Stage)[0]
    any_crm.do(CreateDeal("Acme"))

    def leave(session: Session) -> None:
        deal = session.scalars(select(Deal).where(Deal.workspace_id == any_crm.workspace_id)).one()
        deal.stage_id = stage.id

    with pytest.raises(IntegrityError):
        any_crm.write(leave)


def test_every_foreign_key_but_to_the_workspace_carries_it() -> None:
    for table in Base.metadata.tables.values():
        for key in table.foreign_key_constraints:
            if key.referred_table.name != "workspace":
                assert key.column_keys[0] == "workspace_id", key
        if table.name != "workspace":
            assert next(iter(table.primary_key.columns)).name == "workspace_id"


def test_naive_datetimes_are_refused_and_aware_ones_come_back_in_utc(any_crm: Crm) -> None:
    def contact(created_at: datetime) -> Contact:
        return Contact(
            workspace_id=any_crm.workspace_id,
            id=new_id(NOW),
            number=1,
            name="Jo",
            name_key="jo",
            created_at=created_at,
        )

    with pytest.raises(StatementError, match="naive datetime"):
        any_crm.write(lambda session: session.add(contact(NOW.replace(tzinfo=None))))
    any_crm.write(lambda session: session.add(contact(datetime.fromisoformat("2031-03-05T09:30:00.123456+05:30"))))
    assert any_crm.rows(Contact)[0].created_at.isoformat() == "2031-03-05T04:00:00.123456+00:00"


def test_a_locked_sqlite_is_busy_and_nothing_is_done(crm: Crm) -> None:
    before = crm.dump()
    file = crm.store.engine.url.database
    assert file is not None
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with refusal(Busy, "The database did not answer in time. Nothing was done; please try again."):
            crm.do(CreateDeal("Acme"))
        assert crm.dump() == before
        other.execute("ROLLBACK")
    assert crm.do(CreateDeal("Acme")).record


@pytest.mark.postgres
def test_a_locked_postgresql_is_busy_and_nothing_is_done(postgres_store_url: str, clock: SettableClock) -> None:
    with closing(open_store(postgres_store_url)) as store:
        crm = Crm(store, clock)
        crm.do(CreateDeal("Acme"))
        before = crm.dump()
        with store.writing(crm.workspace_id) as session:
            session.execute(
                select(Counter)
                .where(Counter.workspace_id == crm.workspace_id, Counter.name == Kind.DEAL.value)
                .with_for_update()
            )
            with refusal(Busy, "The database did not answer in time. Nothing was done; please try again."):
                crm.do(CreateDeal("Globex"))
        assert crm.dump() == before


def test_more_callers_than_connections_are_told_that_it_is_busy(store_url: str, clock: SettableClock) -> None:
    with closing(open_store(store_url, pool_size=1)) as store:
        crm = Crm(store, clock)
        with store.reading(crm.workspace_id) as session:
            session.execute(select(User).where(User.workspace_id == crm.workspace_id))
            with refusal(Busy, "Nothing was done; please try again."):
                crm.rows(User)


@pytest.mark.postgres
def test_a_stopped_postgresql_is_busy_and_comes_back(
    postgres_server: PostgresServer, clock: SettableClock, postgres_template: Callable[..., str]
) -> None:
    with closing(open_store(durable(postgres_template(migrate)))) as store:
        crm = Crm(store, clock)
        actor = crm.actor()
        postgres_server.stop()
        try:
            with refusal(Busy, "please try again"):
                crm.service.perform(actor, CreateDeal("Acme"))
        finally:
            postgres_server.start()
        assert crm.do(CreateDeal("Acme")).record


def test_a_reading_session_sees_one_moment(any_crm: Crm) -> None:
    count = select(Deal.id).where(Deal.workspace_id == any_crm.workspace_id)
    with any_crm.store.reading(any_crm.workspace_id) as session:
        assert session.execute(count).all() == []
        any_crm.do(CreateDeal("Acme"))
        assert session.execute(count).all() == []


def test_all_workspaces_are_seen_only_when_asked_for(any_crm: Crm) -> None:
    Crm(any_crm.store, any_crm.clock, name="Theirs")
    with any_crm.store.reading(EVERY_WORKSPACE) as session:
        assert len(session.scalars(select(Workspace)).all()) == 2
        assert len({user.workspace_id for user in session.scalars(select(User))}) == 2


def test_sqlite_is_set_up_for_safety(sqlite_store: Store) -> None:
    with sqlite_store.engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 2000}


WRONG: Select[Any] = select(column("a")).select_from(TableClause("nowhere")).where(column("a") == bindparam("a"))
"""A statement that every database refuses."""


@pytest.mark.parametrize(
    "run",
    [
        lambda connection, values: connection.execute(WRONG, values),
        lambda connection, values: Prepared(WRONG).rows(connection, values),
    ],
)
def test_an_error_of_the_database_holds_nothing_of_what_it_was_given(any_crm: Crm, run: Callable[..., Any]) -> None:
    with any_crm.store.transaction(any_crm.workspace_id, write=False) as connection:
        with pytest.raises(DBAPIError) as failed:
            run(connection, {"a": "a secret word"})
        assert "nowhere" in str(failed.value)
        assert "a secret word" not in str(failed.value)
