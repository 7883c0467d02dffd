"""How fast an archive comes in and goes out, against the floor: the same rows by the driver's own executemany.

Run `python bench/archive.py [LEADS]` (100,000 unless said); PostgreSQL is measured when its server programs are here.
Memory is that of a process of its own at its highest, over what it had before it began.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select, text

from crmbot.crm.actors import Actor, system_actor
from crmbot.crm.archive import export_archive, import_archive
from crmbot.crm.archive.lines import as_line
from crmbot.crm.policy import Policy
from crmbot.crm.sample import Size, make_sample
from crmbot.crm.setup import create_workspace
from crmbot.migrations import upgrade
from crmbot.models import Lead, LeadStatusEntry, NameWord, User
from crmbot.service import CrmService
from crmbot.store import EVERY_WORKSPACE, Store, open_store

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from servers.postgres import PostgresServer
from servers.programs import POSTGRES

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def write_leads(path: Path, leads: int) -> int:
    """Write an archive with that many leads and nothing else but users; return its number of lines."""
    size = Size(companies=4, contacts=4, leads=leads, deals=3, activities=0)
    kinds = {"workspace", "stage", "user", "lead"}
    lines = 0
    with path.open("wb") as file:
        for line in make_sample(now=NOW, size=size):
            if line["type"] in kinds:
                plain = {**line, "contact": None, "deal": None} if line["type"] == "lead" else line
                file.write(as_line(plain))
                lines += 1
    return lines


def fresh(url: str) -> tuple[Store, Actor]:
    """Return a fresh store of one workspace, and who imports."""
    store = open_store(url)
    upgrade(store)
    with store.writing(EVERY_WORKSPACE) as session:
        workspace = create_workspace(session, name="Bench", now=NOW)
        return store, system_actor(workspace, "cli", Policy())


def rows_of(store: Store, workspace_id: str) -> dict[type[Any], list[dict[str, Any]]]:
    """Return what an import wrote."""
    with store.reading(workspace_id) as session:
        found: dict[type[Any], list[dict[str, Any]]] = {}
        for table in (User, Lead, LeadStatusEntry, NameWord):
            rows = session.execute(select(*table.__table__.columns).where(table.workspace_id == workspace_id))
            found[table] = [dict(row) for row in rows.mappings()]
        return found


def floor(url: str, rows: dict[type[Any], list[dict[str, Any]]]) -> float:
    """Return the seconds that the driver's own executemany takes for the same rows, in one transaction."""
    store, actor = fresh(url)
    with store.writing(actor.workspace_id) as session:
        session.execute(insert(User), [{**row, "workspace_id": actor.workspace_id} for row in rows[User]])
    with store.engine.connect() as connection:
        # the driver would commit each row by itself outside a transaction
        connection.execute(text("SELECT 1"))
        seconds = 0.0
        if not store.is_sqlite:
            connection.execute(text("SELECT set_config('crmbot.workspace', '*', true)"))
        for table in (Lead, LeadStatusEntry, NameWord):
            own = [{**row, "workspace_id": actor.workspace_id} for row in rows[table]]
            statement, prepared = _statement(connection, table, own)
            driver: Any = connection.connection.driver_connection
            cursor = driver.cursor()
            started = time.perf_counter()
            cursor.executemany(statement, prepared)
            seconds += time.perf_counter() - started
            cursor.close()
        started = time.perf_counter()
        connection.commit()
        seconds += time.perf_counter() - started
    store.close()
    return seconds


def _statement(
    connection: Connection, table: type[Any], rows: list[dict[str, Any]]
) -> tuple[str, list[tuple[Any, ...]]]:
    names = list(rows[0])
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    columns = ", ".join(f'"{name}"' for name in names)
    prepared = [tuple(_kept(row[name]) if mark == "?" else row[name] for name in names) for row in rows]
    return f'INSERT INTO "{table.__tablename__}" ({columns}) VALUES ({", ".join([mark] * len(names))})', prepared


def _kept(value: Any) -> Any:
    """Return a value as SQLite keeps it."""
    return value.isoformat(" ", "microseconds")[:26] if isinstance(value, datetime) else value


def measure(label: str, urls: Iterator[str], archive: Path, leads: int) -> None:
    """Print one database's figures."""
    store, actor = fresh(next(urls))
    started, used = time.perf_counter(), time.process_time()
    import_archive(store, actor, archive, now=NOW)
    seconds, used = time.perf_counter() - started, time.process_time() - used
    rows = rows_of(store, actor.workspace_id)
    count = sum(len(found) for found in rows.values())
    started = time.perf_counter()
    export_archive(store, actor, archive.with_suffix(".out"))
    exported = time.perf_counter() - started
    store.close()
    lowest = floor(next(urls), rows)
    print(f"{label}: import {leads / seconds:,.0f} leads/s, {count / seconds:,.0f} rows/s, own CPU {used:.1f} s")
    print(f"  floor {count / lowest:,.0f} rows/s: the import takes {seconds / lowest:.2f} times as long")
    print(f"  export {leads / exported:,.0f} leads/s")


def grown(what: str, url: str, workspace_id: str, file: Path) -> float:
    """Return by how many MB a process of its own grows at most while it imports or exports."""
    words = [sys.executable, __file__, "--grown", what, url, workspace_id, str(file)]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    return float(json.loads(done.stdout))


def tell_growth(what: str, url: str, workspace_id: str, file: Path) -> None:
    """Import or export, and print by how many MB this process grew at most."""
    store = open_store(url)
    actor = CrmService(store, lambda: NOW, Policy()).system(workspace_id, "cli")
    before = _highest()
    if what == "import":
        import_archive(store, actor, file, now=NOW)
    else:
        export_archive(store, actor, file)
    print(json.dumps((_highest() - before) / 1024))
    store.close()


def _highest() -> int:
    """Return the most memory that this process had, in kB; what its parent had before it counts not, as in rusage."""
    [line] = (line for line in Path("/proc/self/status").read_text("ascii").splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1])


def measure_memory(label: str, urls: Iterator[str], folder: Path, sizes: tuple[int, ...]) -> None:
    """Print by how much importing and exporting grow a process at several sizes."""
    for leads in sizes:
        archive, url = folder / f"{leads}.jsonl", next(urls)
        write_leads(archive, leads)
        store, actor = fresh(url)
        store.close()
        taken = grown("import", url, actor.workspace_id, archive)
        given = grown("export", url, actor.workspace_id, archive.with_suffix(".out"))
        size = archive.stat().st_size / 1024 / 1024
        print(f"{label}: {leads:,} leads ({size:.1f} MB): import grows by {taken:.1f} MB, export by {given:.1f} MB")


def main() -> None:
    """Measure SQLite, and PostgreSQL when it is here."""
    if sys.argv[1:2] == ["--grown"]:
        what, url, workspace_id, file = sys.argv[2:]
        tell_growth(what, url, workspace_id, Path(file))
        return
    leads = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "leads.jsonl"
        write_leads(archive, leads)
        measure("SQLite", (f"sqlite:///{folder}/{place}.db" for place in "ab"), archive, leads)
        sizes = (leads // 10, leads)
        measure_memory("SQLite", (f"sqlite:///{folder}/{place}.db" for place in "cd"), Path(folder), sizes)
        program = POSTGRES.find()
        if program is not None:
            server = PostgresServer(program.parent)
            measure("PostgreSQL", (server.url(server.create()) for _ in "ab"), archive, leads)
            measure_memory("PostgreSQL", (server.url(server.create()) for _ in "ab"), Path(folder), sizes)
            server.close()


if __name__ == "__main__":
    main()
