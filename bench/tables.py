"""How fast tables come in: rows a second of each kind on SQLite, and the memory that an import takes at two sizes.

Run `python bench/tables.py [ROWS]` (50,000 unless said). Each row names a person and a company of its own or one that
a row before named. The memory is Python's own at its highest, traced apart from the timing, as tracing takes time.
"""

import csv
import random
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from crmbot.crm.actors import system_actor
from crmbot.crm.policy import Policy
from crmbot.crm.setup import create_workspace
from crmbot.crm.spreadsheets import import_csv
from crmbot.migrations import upgrade
from crmbot.store import EVERY_WORKSPACE, open_store

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)

_FIRST = ("Ann", "Bob", "Cem", "Dag", "Eva", "Finn", "Gil", "Hal", "Ida", "Jon")
_LAST = ("Roth", "Meier", "Klein", "Groß", "Weber", "Shaw", "Poe", "Lund", "Diaz", "Ito")
_COMPANIES = 5_000
"""As many companies share the people."""
Row = tuple[str, ...]


def _leads(place: int, chance: random.Random) -> Row:
    at, status = place % _COMPANIES, chance.choice(("new", "in progress", "qualified"))
    return (
        chance.choice(_FIRST),
        f"{chance.choice(_LAST)} {place}",
        f"p{place}@firm{at}.example",
        f"Firm {at}",
        status,
    )


def _contacts(place: int, chance: random.Random) -> Row:
    at = place % _COMPANIES
    return (chance.choice(_FIRST), f"{chance.choice(_LAST)} {place}", f"p{place}@firm{at}.example", f"Firm {at}")


def _companies(place: int, chance: random.Random) -> Row:
    return (f"Firm {place} GmbH", f"firm{place}.example", "Steel", str(chance.randrange(1, 900)))


def _deals(place: int, chance: random.Random) -> Row:
    stage = chance.choice(("Qualified", "Negotiation", "Closed Won", "Lost"))
    at = place % _COMPANIES
    return (f"Order {place}", f"{place % 900 + 1}.500,00", "EUR", stage, f"Firm {at}", f"e{at}@firm{at}.example")


_KINDS: dict[str, tuple[str, Callable[[int, random.Random], Row]]] = {
    "leads": ("First Name;Last Name;Email;Company;Lead Status", _leads),
    "contacts": ("First Name;Last Name;Email;Company", _contacts),
    "companies": ("Company name;Domain;Industry;Size", _companies),
    "deals": ("Deal Name;Amount;Currency;Deal Stage;Company;Contact", _deals),
}


def write_table(file: Path, kind: str, rows: int) -> None:
    """Write a table as a German Excel would."""
    header, make = _KINDS[kind]
    chance = random.Random(1)  # noqa: S311 - the same table every time
    with file.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle, delimiter=";")
        writer.writerow(header.split(";"))
        writer.writerows(make(place, chance) for place in range(rows))


def take(url: str, file: Path, kind: str, rows: int) -> tuple[float, float]:
    """Import a table into a fresh store; return the seconds that passed, and those of this process."""
    store = open_store(url)
    upgrade(store)
    with store.writing(EVERY_WORKSPACE) as session:
        actor = system_actor(create_workspace(session, name="Bench", now=NOW), "cli", Policy())
    started, used = time.perf_counter(), time.process_time()
    made = import_csv(store, actor, Policy(), file, now=NOW, kind=kind).made
    seconds, used = time.perf_counter() - started, time.process_time() - used
    store.close()
    if made != rows:
        raise SystemExit(f"{made:,} of {rows:,} {kind} were taken")
    return seconds, used


def main() -> None:
    """Measure each kind, and the memory of leads at a tenth and at the whole size."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    with tempfile.TemporaryDirectory() as folder:
        stores: Iterator[str] = (f"sqlite:///{folder}/{place}.db" for place in range(9))
        file = Path(folder) / "table.csv"
        for kind in _KINDS:
            write_table(file, kind, rows)
            seconds, used = take(next(stores), file, kind, rows)
            print(f"{kind}: {rows / seconds:,.0f} rows/s, {rows / used:,.0f} a second of processor time")
        for count in (rows // 10, rows):
            write_table(file, "leads", count)
            tracemalloc.start()
            take(next(stores), file, "leads", count)
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            print(f"{count:,} leads ({file.stat().st_size / 1e6:.1f} MB): {most / 1e6:.1f} MB at the highest")


if __name__ == "__main__":
    main()
