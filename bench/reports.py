"""How long reports take against the same figures by hand-written SQL, on both databases, in one run.

Run: python bench/reports.py [--leads 20000] [--keep DIR] [--runs 5]. Leads, three times as many activities and a fifth
as many deals lie in one large workspace (80 %) and twenty small ones (1 % each). Prints, for each report over 30 days,
the hand-written SQL's least processor time, the database's included, the report's and its JSON's as multiples of it, a
small workspace's, and the memory at the peak of computing the report. `--keep` holds the generated store for the next
run.
"""

import argparse
import gc
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from servers.postgres import PostgresServer
from servers.programs import POSTGRES
from sqlalchemy import text
from sqlalchemy.orm import Session

from bench.large.asking import Question
from bench.large.by_hand import BY_HAND
from bench.large.loading import NOW, Loaded, copy_to_postgres, load_sqlite, timed
from crmbot.domain.windows import last_days
from crmbot.packing import packed
from crmbot.reports import Scope, compute
from crmbot.reports.rendering.envelope import as_envelope

_ZONE = ZoneInfo("Europe/Berlin")
_WINDOW = last_days(30, NOW.astimezone(_ZONE).date(), _ZONE)
_AIMS = "aims: report 1.3, JSON 1.6, small workspace 10 ms"


def main() -> None:
    """Measure SQLite, and PostgreSQL when it is here."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = (asked.keep or Path(folder)) / f"reports-{asked.leads}.db"
        started = time.perf_counter()
        loaded = load_sqlite(path, asked.leads)
        timed(f"generated {asked.leads:,} leads into SQLite", started)
        show("SQLite", loaded, asked.runs)
        loaded.store.close()
        program = POSTGRES.find()
        if program is None:
            return
        server = PostgresServer(program.parent)
        try:
            name = server.create()
            started = time.perf_counter()
            superuser = f"host={server.directory} user=postgres dbname={name}"
            loaded = copy_to_postgres(path, superuser, server.url(name))
            timed("copied into PostgreSQL", started)
            show("PostgreSQL", loaded, asked.runs)
            loaded.store.close()
        finally:
            server.close()


def show(label: str, loaded: Loaded, runs: int) -> None:
    """Print one database's figures."""
    print(f"{label} ({_AIMS})")
    print(f"  {'report':22}{'by hand':>10}{'report':>9}{'JSON':>8}{'small':>10}{'peak':>10}")
    for name in BY_HAND:
        print(f"  {name:22}{measure(loaded, name, runs)}", flush=True)


def measure(loaded: Loaded, name: str, runs: int) -> str:
    """Return one report's figures."""
    sqlite, large, small = loaded.store.is_sqlite, loaded.large, loaded.small[len(loaded.small) // 2]
    with loaded.store.reading(large) as session:
        compare(session, name, large, sqlite=sqlite)
        hand, report, rendered = best(
            runs,
            processor_of(session, sqlite=sqlite),
            lambda: by_hand(session, name, large, sqlite=sqlite),
            lambda: computed(session, name, large),
            lambda: as_json(session, name, large),
        )
        peak = peak_of(lambda: computed(session, name, large))
    with loaded.store.reading(small) as session:
        [little] = best(runs + 3, processor_of(session, sqlite=sqlite), lambda: computed(session, name, small))
    ratios = f"{hand * 1000:7.1f} ms{report / hand:8.2f}x{rendered / hand:7.2f}x"
    return f"{ratios}{little * 1000:7.1f} ms{peak / 1024:7.0f} kB"


def by_hand(session: Session, name: str, workspace_id: str, *, sqlite: bool) -> dict[str, Any]:
    """Run a report written by hand, on the session's own connection."""
    driver: Any = session.connection().connection.driver_connection
    cursor = driver.cursor()
    try:
        return BY_HAND[name](Question(cursor, sqlite=sqlite, workspace_id=workspace_id, now=NOW))
    finally:
        cursor.close()


def computed(session: Session, name: str, workspace_id: str) -> Any:
    """Compute a report."""
    scope = Scope(workspace_id, _ZONE, "USD", viewer_id=None, sees_all=True, owner_id=None, now=NOW)
    return compute(session, name, scope, _WINDOW)


def as_json(session: Session, name: str, workspace_id: str) -> str:
    """Compute a report and write it as the API does."""
    return packed(as_envelope(computed(session, name, workspace_id)))


def compare(session: Session, name: str, workspace_id: str, *, sqlite: bool) -> None:
    """Make sure that both tell the same."""
    envelope = as_envelope(computed(session, name, workspace_id))
    data = envelope["data"]
    told = by_hand(session, name, workspace_id, sqlite=sqlite)
    if told.pop("unconverted", []) != envelope["meta"]["unconverted"]:
        raise SystemExit(f"{name}: {envelope['meta']['unconverted']}")
    if told != data:
        different = [key for key in data if data[key] != told.get(key)]
        raise SystemExit(f"{name}: {different}: {[(data[key], told.get(key)) for key in different]}"[:2000])


def best(runs: int, busy: Callable[[], float], *works: Callable[[], Any]) -> list[float]:
    """Return each work's least processor time; they take turns, so that a busy moment hits all of them."""
    taken = [float("inf")] * len(works)
    for _ in range(runs):
        for place, work in enumerate(works):
            gc.collect()
            started = busy()
            work()
            taken[place] = min(taken[place], busy() - started)
    return taken


def processor_of(session: Session, *, sqlite: bool) -> Callable[[], float]:
    """Return a clock of the processor seconds that this process and, beside it, the session's server process used."""
    if sqlite:
        return time.process_time
    session.execute(text("SET LOCAL max_parallel_workers_per_gather = 0"))
    used = Path(f"/proc/{session.scalar(text('SELECT pg_backend_pid()'))}/schedstat")
    return lambda: time.process_time() + int(used.read_text("ascii").split()[0]) / 1e9


def peak_of(work: Callable[[], Any]) -> int:
    """Return the most memory that Python held while working, in bytes."""
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


if __name__ == "__main__":
    main()
