"""Migrations: from empty to this version's tables, again without harm, never on a newer store, whole or not at all."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from concurrency import outcomes_of
from factories import refusal
from sqlalchemy import Index, MetaData, inspect

from crmbot.errors import Conflict
from crmbot.migrations import differences, pending, upgrade
from crmbot.models import Base
from crmbot.store import Store, open_store


@pytest.fixture
def empty(engine_url: str) -> Iterator[Store]:
    """A store without tables, on SQLite and on PostgreSQL."""
    store = open_store(engine_url)
    yield store
    store.close()


def test_upgrading_an_empty_store_makes_the_models_tables(empty: Store) -> None:
    assert pending(empty)[0] == "0001"
    upgrade(empty)
    assert pending(empty) == ()
    assert differences(empty) == []
    assert set(inspect(empty.engine).get_table_names()) == {*Base.metadata.tables, "alembic_version"}


def test_migrations_make_the_models_indexes_with_their_conditions(empty: Store) -> None:
    upgrade(empty)
    made = {index.name: _condition(index, empty.engine.dialect.name) for index in _indexes_of(empty)}
    # PostgreSQL is told its conditions, which are the same, when tables are made.
    meant = {
        index.name: _condition(index, "sqlite") for table in Base.metadata.tables.values() for index in table.indexes
    }
    assert made == meant
    assert any(meant.values())


def _indexes_of(store: Store) -> list[Index]:
    """Return the store's indexes but for those that only guard a unique key."""
    found = MetaData()
    found.reflect(store.engine)
    return [index for table in found.tables.values() for index in table.indexes if str(index.name).startswith("ix_")]


def _condition(index: Index, dialect: str) -> str:
    """Return the condition on an index's rows, in the words of both databases."""
    where = index.dialect_options[dialect].get("where")
    return re.sub(r"::[a-z ]+|[() ]", "", str(where)) if where is not None else ""


def test_upgrading_again_changes_nothing(store: Store) -> None:
    upgrade(store)
    assert (pending(store), differences(store)) == ((), [])


def test_two_upgrades_at_once_both_end_well(empty: Store) -> None:
    assert outcomes_of(2, lambda _: upgrade(empty)) == [None, None]
    assert (pending(empty), differences(empty)) == ((), [])


def test_foreign_keys_are_on_again_after_an_upgrade(sqlite_store: Store) -> None:
    upgrade(sqlite_store)
    with sqlite_store.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_table_that_differs_is_told(sqlite_store: Store) -> None:
    with sqlite_store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE deal DROP COLUMN closed_at")
    assert any("closed_at" in difference for difference in differences(sqlite_store))


def test_a_store_newer_than_the_program_is_refused(store: Store) -> None:
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    for work in (pending, upgrade):
        with refusal(Conflict, "The store is newer than this program (9999). Install the newer crmbot."):
            work(store)


_KILLED = """
import os, signal, sys
from sqlalchemy import event
from crmbot.migrations import upgrade
from crmbot.store import open_store
store = open_store(sys.argv[1])
left = [int(sys.argv[2])]
@event.listens_for(store.engine, "after_cursor_execute")
def die(*_):
    left[0] -= 1
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
upgrade(store)
"""


def test_an_upgrade_killed_at_any_statement_can_be_run_again(tmp_path: Path, rounds: Callable[[int, int], int]) -> None:
    step = rounds(100, 1)
    for statement in range(3, 420, step):
        url = f"sqlite:///{tmp_path}/{statement}.db"
        killed = subprocess.run(
            [sys.executable, "-c", _KILLED, url, str(statement)], env=dict(os.environ), check=False, timeout=60
        )
        assert killed.returncode in (-signal.SIGKILL, 0)
        store = open_store(url)
        assert (len(pending(store)) == 0) == (killed.returncode == 0), statement
        upgrade(store)
        assert differences(store) == []
        store.close()
