"""Tests of the connection to PostgreSQL: what waits is sent in order and fails before the commit; plans stay."""

from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from typing import Any

import pytest
from sqlalchemy import Connection, column, event, insert, select, table, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.sql import func

from crmbot.store import Store, open_store
from crmbot.store.postgresql import server_of
from crmbot.store.prepared import Prepared

pytestmark = pytest.mark.postgres

NAMES = table("pet", column("name"))
ADD = Prepared(insert(NAMES).values(name=text(":name")))
COUNT = Prepared(select(func.count()).select_from(NAMES))


@pytest.fixture
def pets(postgres_url: str) -> Iterator[Store]:
    """A store with a table of names, none of which may come twice."""
    with closing(open_store(postgres_url, pool_size=1)) as store:
        with store.engine.begin() as connection:
            connection.execute(text("CREATE TABLE pet (name VARCHAR PRIMARY KEY)"))
        yield store


def add(connection: Connection, *names: str) -> None:
    ADD.run(connection, [{"name": name} for name in names])


def count(connection: Connection) -> int:
    [(found,)] = COUNT.rows(connection, {})
    return int(found)


def test_what_an_effect_writes_is_there_for_whatever_it_asks_next(pets: Store) -> None:
    def effect(connection: Connection) -> list[Any]:
        add(connection, "Rex")
        add(connection, "Bello", "Mimi")
        seen = [count(connection)]
        add(connection, "Tom")
        return [*seen, connection.scalar(text("SELECT count(*) FROM pet"))]

    assert pets.apply("01J", effect) == [3, 4]
    with pets.transaction("01J", write=False) as connection:
        assert count(connection) == 4


@pytest.mark.parametrize("names", [("Rex", "Rex"), ("Rex", "Rex", "Tom"), ("Tom", *map(str, range(300)), "Tom")])
@pytest.mark.parametrize("asks", [True, False])
def test_what_waited_fails_as_itself_before_the_commit_and_leaves_nothing(
    pets: Store, names: tuple[str, ...], asks: bool
) -> None:
    commits: list[object] = []
    event.listen(pets.engine, "commit", commits.append)

    def effect(connection: Connection) -> None:
        for name in names:
            add(connection, name)
        if asks:
            count(connection)

    with pytest.raises(IntegrityError, match="pet_pkey"):
        pets.apply("01J", effect)
    assert not commits
    pets.apply("01J", lambda connection: add(connection, "Rex"))
    with pets.transaction("01J", write=False) as connection:
        assert count(connection) == 1


def test_what_waited_when_an_effect_was_refused_is_never_sent(pets: Store) -> None:
    def effect(connection: Connection) -> None:
        add(connection, "Rex")
        raise LookupError

    for _ in range(2):
        with pytest.raises(LookupError):
            pets.apply("01J", effect)
    assert pets.apply("01J", count) == 0


def test_outside_effects_nothing_waits(pets: Store) -> None:
    with pets.transaction("01J", write=True) as connection:
        add(connection, "Rex")
        with pytest.raises(IntegrityError):
            add(connection, "Rex")
        connection.rollback()


@pytest.mark.parametrize("before", range(8))
def test_what_was_not_planned_as_something_before_it_failed_is_planned_another_time(pets: Store, before: int) -> None:
    with pets.engine.begin() as connection:
        connection.execute(text("CREATE TABLE toy (name VARCHAR)"))
    keep = Prepared(insert(table("toy", column("name"))).values(name=text(":name")))

    def effect(name: str) -> Callable[[Connection], None]:
        def write(connection: Connection) -> None:
            add(connection, name)
            keep.run(connection, [{"name": name}])

        return write

    add_rex, names = effect("Rex"), [str(number) for number in range(before)]
    for name in [*names, "Rex"]:
        pets.apply("01J", effect(name))
    for _ in range(3):
        with pytest.raises(IntegrityError):
            pets.apply("01J", add_rex)
    pets.apply("01J", effect("Bello"))
    assert pets.apply("01J", count) == before + 2


def test_a_table_that_a_migration_changed_is_planned_anew(pets: Store, postgres_url: str) -> None:
    names = Prepared(select(column("name")).select_from(NAMES))
    for _ in range(8):
        with pets.transaction("01J", write=False) as connection:
            assert names.rows(connection, {}) == []
    with closing(open_store(postgres_url)) as migrating, migrating.engine.begin() as connection:
        connection.execute(text("ALTER TABLE pet ALTER name TYPE TEXT"))
    with pytest.raises(DBAPIError, match="plan"), pets.transaction("01J", write=False) as connection:
        names.rows(connection, {})
    with pets.transaction("01J", write=False) as connection:
        assert names.rows(connection, {}) == []


def test_an_effect_is_not_done_when_it_went_on_after_a_failure(pets: Store) -> None:
    def effect(connection: Connection) -> str:
        add(connection, "Rex", "Rex")
        with suppress(IntegrityError):
            count(connection)
        return "done"

    with pytest.raises(DBAPIError, match="failed"):
        pets.apply("01J", effect)
    assert pets.apply("01J", count) == 0


def test_a_transaction_rolled_back_lets_the_connection_keep_its_plans(pets: Store) -> None:
    planned = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%pet%'")
    for _ in range(8):
        with pets.transaction("01J", write=False) as connection:
            count(connection)
    with pets.transaction("01J", write=False) as connection:
        assert connection.scalar(planned) == 1
        assert (server_of(connection).prepared_max or 0) > 100
