"""Fills a store with generated workspaces, past the checks of an import, and copies it to PostgreSQL."""

import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from sqlalchemy import Boolean

from crmbot.crm.archive.bulk import Bulk
from crmbot.crm.archive.forms import FORMS
from crmbot.crm.archive.frame import Frame
from crmbot.crm.archive.ids import Ids
from crmbot.crm.archive.known import read_known
from crmbot.crm.archive.rows import ROWS
from crmbot.crm.archive.settings import SettingsWriter
from crmbot.crm.sample import SIZES, Size, make_sample
from crmbot.crm.setup import create_workspace
from crmbot.migrations import upgrade
from crmbot.models import Base
from crmbot.store import EVERY_WORKSPACE, Store, open_store

NOW = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
SMALL_WORKSPACES = 20
_FAST = ("foreign_keys=OFF", "synchronous=OFF", "cache_size=-400000", "temp_store=MEMORY")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A store with one large workspace and twenty small ones, each a hundredth of all rows."""

    store: Store
    large: str
    small: tuple[str, ...]


def size_for(leads: int, share: float) -> Size:
    """Return a share of the sample's largest size, scaled to that many leads in all."""
    full, by = SIZES["large"], leads * share / SIZES["large"].leads
    counts = {
        name: max(10, round(getattr(full, name) * by)) for name in ("companies", "contacts", "deals", "activities")
    }
    return replace(full, leads=round(leads * share), reps=max(3, round(full.reps * min(1, by * 2))), **counts)


def load_sqlite(path: Path, leads: int) -> Loaded:
    """Fill a new SQLite store; one that is there is used, brought up to date."""
    fresh = not path.exists()
    store = open_store(f"sqlite:///{path}")
    upgrade(store)
    if fresh:
        raw = sqlite3.connect(path)
        indexes = _drop_indexes(raw)
        sizes = [size_for(leads, 0.8), *[size_for(leads, 0.01)] * SMALL_WORKSPACES]
        for seed, size in enumerate(sizes, 1):
            _fill(store, seed, size)
        _restore_indexes(raw, indexes)
        raw.close()
    store.close()
    return opened(f"sqlite:///{path}")


def opened(url: str) -> Loaded:
    """Open a store that was filled."""
    store = open_store(url)
    with store.reading(EVERY_WORKSPACE) as session:
        found = [row[0] for row in session.connection().exec_driver_sql("SELECT id FROM workspace ORDER BY name")]
    return Loaded(store, found[0], tuple(found[1:]))


def _fill(store: Store, seed: int, size: Size) -> None:
    with store.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        for pragma in _FAST:
            driver.execute(f"PRAGMA {pragma}").close()
    with store.writing(EVERY_WORKSPACE, patient=True) as session:
        workspace = create_workspace(session, name=f"Bench {seed:02d}", timezone="Europe/Berlin", now=NOW)
        session.flush()
        known = read_known(session, workspace.id)
        numbers = {kind: 0 for kind, form in FORMS.items() if "number" in form.fields}
        frame = Frame(workspace.id, NOW, "USD", ZoneInfo("Europe/Berlin"), Ids(NOW), numbers)
        settings, batch = SettingsWriter(session, known, frame), Bulk(session)
        for line in make_sample(seed=seed, size=size, now=NOW, name=f"Bench {seed:02d}"):
            kind = line["type"]
            values = FORMS[kind].read(line)
            if kind in ROWS:
                batch.add(ROWS[kind](frame, values))
            else:
                settings.write(kind, values)
        batch.write()


def _drop_indexes(raw: sqlite3.Connection) -> list[str]:
    found = raw.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE 'CREATE INDEX%'"
    ).fetchall()
    for name, _ in found:
        raw.execute(f'DROP INDEX "{name}"')
    raw.commit()
    return [sql for _, sql in found]


def _restore_indexes(raw: sqlite3.Connection, indexes: list[str]) -> None:
    for pragma in (*_FAST, "threads=2"):
        raw.execute(f"PRAGMA {pragma}")
    for sql in indexes:
        raw.execute(sql)
    raw.commit()


def copy_to_postgres(path: Path, superuser: str, url: str) -> Loaded:
    """Copy a SQLite store's rows into a fresh PostgreSQL database, as its superuser, and count them for its planner."""
    store = open_store(url)
    upgrade(store)
    store.close()
    source = sqlite3.connect(path)
    with psycopg.connect(superuser) as target:
        target.execute("SET session_replication_role = replica")
        found = target.execute("SELECT indexname, indexdef FROM pg_indexes WHERE indexname LIKE 'ix%'").fetchall()
        for name, _ in found:
            target.execute(f'DROP INDEX "{name}"')
        for table in Base.metadata.sorted_tables:
            _copy_table(source, target, table)
        for _, sql in found:
            target.execute(sql)
    with psycopg.connect(superuser, autocommit=True) as target:
        target.execute("VACUUM ANALYZE")
    source.close()
    return opened(url)


def _copy_table(source: sqlite3.Connection, target: psycopg.Connection[Any], table: Any) -> None:
    names = [column.name for column in table.columns]
    flags = [place for place, column in enumerate(table.columns) if isinstance(column.type, Boolean)]
    columns = ", ".join(f'"{name}"' for name in names)
    with target.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy:
        for row in _rows(source, f'SELECT {columns} FROM "{table.name}"', flags):
            copy.write_row(row)


def _rows(source: sqlite3.Connection, query: str, flags: list[int]) -> Iterator[tuple[Any, ...]]:
    for row in source.execute(query):
        if not flags:
            yield row
            continue
        values = list(row)
        for place in flags:
            values[place] = None if values[place] is None else bool(values[place])
        yield tuple(values)


def timed(label: str, started: float) -> None:
    """Print how long something took."""
    print(f"{label}: {time.perf_counter() - started:,.0f} s", flush=True)
