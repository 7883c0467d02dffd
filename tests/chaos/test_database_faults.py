"""A database that is contended, restarted, cut off or full: nothing is lost, doubled, or done behind a refusal."""

import resource
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from chaos.processes import finish, opened, start
from clocks import SettableClock
from concurrency import outcomes_of
from factories import Crm, refusal
from servers.postgres import PostgresServer, durable
from servers.proxy import Proxy
from servers.stores import migrate
from sqlalchemy import Connection, event, make_url

from crmbot.crm.policy import Policy
from crmbot.crm.requests import CreateDeal, SetDeal
from crmbot.errors import Busy, Conflict, CrmError
from crmbot.models import Deal, DeliveryKey, JournalEntry
from crmbot.service import CrmService, Delivery
from crmbot.store import Store, open_store

CUTS = ("before", "after")
NOT_WRITTEN = "The database cannot be written: its disk is full, broken or read-only. Nothing was done; tell an admin."


def expect_each_once(crm: Crm, markers: set[str], *, may_be: frozenset[str] = frozenset()) -> None:
    """Compare what was sent with what is there: deals, journal entries, delivery keys."""
    titles = Counter(deal.title for deal in crm.rows(Deal))
    assert max(titles.values()) == 1
    assert markers <= set(titles) <= markers | may_be
    entries = {entry.id for entry in crm.rows(JournalEntry, JournalEntry.request == "deal.new")}
    keys = [key.entry_id for key in crm.rows(DeliveryKey, order=DeliveryKey.key)]
    assert len(keys) == len(titles)
    assert set(keys) == entries


def test_threads_on_two_stores_change_one_deal_and_no_change_is_lost(
    any_crm: Crm, store_url: str, rounds: Callable[[int, int], int]
) -> None:
    crm, times = any_crm, rounds(5, 500)
    crm.do(CreateDeal("Acme"))
    actor = crm.actor()
    with opened(store_url) as other:
        services = (crm.service, CrmService(other, crm.clock, crm.policy))

        def change(index: int) -> int:
            refused = 0
            for round_ in range(times):
                wanted, done = SetDeal("D-1", title=f"Acme {index} {round_}"), False
                while not done:
                    try:
                        done = bool(services[index % 2].perform(actor, wanted))
                    except Conflict:
                        refused += 1
            return refused

        # Four who change one record without a pause may lose eight races in a row, and are told so.
        assert sum(outcomes_of(4, change)) <= 4 * times // 100
    entries = crm.rows(JournalEntry, JournalEntry.request == "deal.set")
    assert len({entry.summary for entry in entries}) == 4 * times
    assert crm.rows(Deal)[0].version == 1 + 4 * times


@pytest.mark.parametrize("state", ["40001", "40P01"])
@pytest.mark.postgres
def test_a_lost_race_is_run_again_and_only_its_last_run_counts(
    postgres_store_url: str, clock: SettableClock, state: str
) -> None:
    with closing(open_store(postgres_store_url)) as store:
        crm, left = Crm(store, clock), [3]

        def lose(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
            if statement.startswith("INSERT INTO journal_entry") and left[0]:
                left[0] -= 1
                connection.exec_driver_sql(f"DO $$ BEGIN RAISE SQLSTATE '{state}'; END $$")

        event.listen(store.engine, "before_cursor_execute", lose)
        crm.do(CreateDeal("Acme"), delivery=Delivery("one"))
        expect_each_once(crm, {"Acme"})
        assert left == [0]


@dataclass
class Load:
    """Threads that deliver commands to a database in trouble; what surely had no effect is given up now and then."""

    crm: Crm
    done: set[str] = field(default_factory=set)
    given_up: set[str] = field(default_factory=set)
    refusals: list[str] = field(default_factory=list)

    def deliver(self, marker: str, *, gives_up: bool) -> None:
        """Deliver one command until it is answered."""
        actor, uncertain = self.crm.service.system(self.crm.workspace_id), False
        while True:
            try:
                self.crm.service.perform(actor, CreateDeal(marker), delivery=Delivery(marker))
            except Busy as busy:
                self.refusals.append(str(busy))
                uncertain |= busy.uncertain
                if gives_up and not uncertain:
                    self.given_up.add(marker)
                    return
                time.sleep(0.02)
            else:
                self.done.add(marker)
                return


@pytest.mark.filterwarnings(
    # SQLAlchemy drops a connection that breaks while it is set up, and leaves closing it to the garbage collector.
    "ignore::pytest.PytestUnraisableExceptionWarning"
)
@pytest.mark.postgres
def test_a_postgresql_restarted_under_load_loses_doubles_and_invents_nothing(
    postgres_server: PostgresServer,
    postgres_template: Callable[..., str],
    clock: SettableClock,
    rounds: Callable[[int, int], int],
) -> None:
    with closing(open_store(durable(postgres_template(migrate)))) as store:
        load, ended = Load(Crm(store, clock)), threading.Event()

        def work(thread: int) -> None:
            number = 0
            while not ended.is_set():
                with suppress(Busy):
                    load.deliver(f"marker-{thread}-{number}", gives_up=number % 2 == 0)
                    number += 1

        threads = [threading.Thread(target=work, args=(thread,)) for thread in range(4)]
        for thread in threads:
            thread.start()
        for turn in range(rounds(3, 100)):
            time.sleep(0.2 + turn % 3 / 10)
            postgres_server.stop(("immediate", "fast")[turn % 2])
            postgres_server.start()
        time.sleep(0.3)
        ended.set()
        for thread in threads:
            thread.join()
        assert load.refusals
        expect_each_once(load.crm, load.done)


@pytest.fixture
def proxy(postgres_server: PostgresServer) -> Iterator[Proxy]:
    made = Proxy(postgres_server)
    yield made
    made.close()


@pytest.mark.postgres
def test_a_connection_cut_at_the_commit_is_one_effect_or_none(
    postgres_server: PostgresServer,
    postgres_store_url: str,
    proxy: Proxy,
    clock: SettableClock,
    rounds: Callable[[int, int], int],
) -> None:
    address = postgres_store_url.replace(str(postgres_server.directory), str(proxy.directory))
    number = rounds(10, 1_000)
    with closing(open_store(address, pool_size=2)) as store:
        load = Load(Crm(store, clock))
        for turn in range(number):
            proxy.cut = CUTS[turn % 2]
            load.deliver(f"marker-{turn}", gives_up=False)
        expect_each_once(load.crm, {f"marker-{turn}" for turn in range(number)})
        assert proxy.cuts == number


@pytest.mark.postgres
@pytest.mark.parametrize("cut", CUTS)
def test_what_nobody_can_look_up_is_told_as_uncertain_and_settled_by_the_same_input(
    postgres_server: PostgresServer, postgres_store_url: str, proxy: Proxy, clock: SettableClock, cut: str
) -> None:
    address = postgres_store_url.replace(str(postgres_server.directory), str(proxy.directory))
    with closing(open_store(address, pool_size=1)) as store:
        crm = Crm(store, clock)
        actor = crm.actor()
        proxy.cut, proxy.breaks = cut, True
        with pytest.raises(Busy, match="may be done or not") as refused:
            crm.service.perform(actor, CreateDeal("Acme"), delivery=Delivery("one"))
        assert refused.value.uncertain
        proxy.mend()
        assert len(crm.rows(Deal)) == (cut == "after")
        assert crm.do(CreateDeal("Acme"), delivery=Delivery("one")).repeated is (cut == "after")
        expect_each_once(crm, {"Acme"})


def fill(url: str, workspace_id: str, now: datetime, told: Path) -> None:
    """Give commands on a disk that has room for a page more each time until one succeeds, and then for none again."""
    log, (soft, hard) = Path(f"{make_url(url).database}-wal"), resource.getrlimit(resource.RLIMIT_FSIZE)
    with opened(url) as store, told.open("a", buffering=1) as ears:
        service = CrmService(store, SettableClock(now), Policy())
        actor = service.system(workspace_id)
        service.perform(actor, CreateDeal("first"), delivery=Delivery("first"))
        used, pages = log.stat().st_size, 0
        for place in range(70):
            resource.setrlimit(resource.RLIMIT_FSIZE, (used + pages * 4_096, hard))
            try:
                service.perform(actor, CreateDeal(f"marker-{place}"), delivery=Delivery(f"{place}"))
                said = "done"
            except CrmError as refused:
                said = f"{type(refused).__name__}: {refused}"
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            used, pages = (log.stat().st_size, 0) if said == "done" else (used, pages + 1)
            ears.write(f"marker-{place} {said}\n")
        service.perform(actor, CreateDeal("healed"), delivery=Delivery("healed"))


def test_a_full_disk_refuses_cleanly_at_every_write_and_heals(crm: Crm, sqlite_url: str, tmp_path: Path) -> None:
    assert not finish(start(fill, sqlite_url, crm.workspace_id, crm.clock(), tmp_path / "told"))
    told = dict(line.split(" ", 1) for line in (tmp_path / "told").read_text().splitlines())
    done = {marker for marker, said in told.items() if said == "done"}
    assert 2 <= len(done) <= len(told) // 2
    assert {said for said in told.values() if said != "done"} == {f"Busy: {NOT_WRITTEN}"}
    expect_each_once(crm, done | {"first", "healed"})
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def fill_at_once(url: str, workspace_id: str, now: datetime, told: Path) -> None:
    """Give commands from eight threads, whose effects share commits, on a disk that is full now and then."""
    log, (soft, hard) = Path(f"{make_url(url).database}-wal"), resource.getrlimit(resource.RLIMIT_FSIZE)
    with closing(open_store(url)) as store, told.open("ab", buffering=0) as ears:
        service = CrmService(store, SettableClock(now), Policy())
        actor = service.system(workspace_id)

        def give(place: int) -> None:
            try:
                service.perform(actor, CreateDeal(f"marker-{place}"), delivery=Delivery(f"{place}"))
                said = "done"
            except CrmError as refused:
                said = f"{type(refused).__name__}: {refused}"
            ears.write(f"marker-{place} {said}\n".encode())

        with ThreadPoolExecutor(8) as pool:
            for turn in range(12):
                room = (hard, log.stat().st_size + turn * 8 * 4_096)[turn % 2]
                resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
                list(pool.map(give, range(turn * 16, turn * 16 + 16)))
                resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_refuses_everyone_who_shares_the_commit_and_nobody_else(
    crm: Crm, sqlite_url: str, tmp_path: Path
) -> None:
    assert not finish(start(fill_at_once, sqlite_url, crm.workspace_id, crm.clock(), tmp_path / "told"))
    told = dict(line.split(" ", 1) for line in (tmp_path / "told").read_text().splitlines())
    done = {marker for marker, said in told.items() if said == "done"}
    assert len(told) == 192
    assert 96 <= len(done) < 192
    assert {said for said in told.values() if said != "done"} == {f"Busy: {NOT_WRITTEN}"}
    expect_each_once(crm, done)


def test_a_read_only_file_refuses_cleanly_and_heals(sqlite_store: Store, clock: SettableClock) -> None:
    crm = Crm(sqlite_store, clock)
    before = crm.dump()

    def lock(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute("PRAGMA query_only=ON").close()

    sqlite_store.close()
    event.listen(sqlite_store.engine, "connect", lock)
    with refusal(Busy, NOT_WRITTEN):
        crm.do(CreateDeal("Acme"), delivery=Delivery("one"))
    event.remove(sqlite_store.engine, "connect", lock)
    sqlite_store.close()
    assert crm.dump() == before
    crm.do(CreateDeal("Acme"), delivery=Delivery("one"))
    expect_each_once(crm, {"Acme"})


FULL = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON deal EXECUTE FUNCTION full_disk()
"""


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("breaks", "mends"),
    [
        (FULL, "DROP FUNCTION full_disk CASCADE"),
        ("ALTER ROLE crmbot SET default_transaction_read_only = on", "ALTER ROLE crmbot RESET ALL"),
    ],
)
def test_a_postgresql_that_takes_no_writes_refuses_cleanly_and_heals(
    postgres_store_url: str, clock: SettableClock, breaks: str, mends: str
) -> None:
    with closing(open_store(postgres_store_url)) as store:
        crm = Crm(store, clock)
        before = crm.dump()
        order(store, breaks)
        with refusal(Busy, NOT_WRITTEN):
            crm.do(CreateDeal("Acme"), delivery=Delivery("one"))
        assert crm.dump() == before
        order(store, mends)
        assert not crm.do(CreateDeal("Acme"), delivery=Delivery("one")).repeated
        expect_each_once(crm, {"Acme"})


def order(store: Store, statements: str) -> None:
    """Say something to a database, and let go of connections that began before."""
    with psycopg.connect(str(store.engine.url.set(drivername="postgresql")), autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        connection.execute(statements.encode())
    store.engine.dispose()
