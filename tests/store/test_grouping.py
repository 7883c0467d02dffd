"""Effects of threads that wait to write share a commit, and nothing else: no failure, no answer before it, no rows."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from time import monotonic, sleep
from typing import Any

import pytest
from chaos.processes import finish, opened, start
from clocks import SettableClock
from factories import Crm
from sqlalchemy import Connection, event, select
from sqlalchemy.exc import OperationalError

from crmbot.crm.policy import Policy
from crmbot.crm.requests import CreateDeal, Reassign, WinDeal
from crmbot.crm.work import Work
from crmbot.domain.ids import Kind, new_id
from crmbot.errors import BadInput, Busy, Conflict
from crmbot.models import Counter, Deal, DeliveryKey, JournalEntry
from crmbot.service import CrmService, Delivery
from crmbot.store import EVERY_WORKSPACE, Store
from crmbot.store.grouping import Turn

Ask = Callable[[], Any]


@dataclass
class Commits:
    """What SQLite was told to begin, commit or set a savepoint for, and who was answered when it committed."""

    store: Store
    running: Sequence[Future[Any]] = ()
    count: int = 0
    answered_before: int = 0
    savepoints: int = 0
    breaks_at: int | None = None

    def on_commit(self, _connection: Connection) -> None:
        """Note a commit, or break it."""
        self.count += 1
        self.answered_before += sum(one.done() for one in self.running)
        if self.count == self.breaks_at:
            raise OperationalError("COMMIT", None, sqlite3.OperationalError("the disk is gone"))

    def on_statement(self, statement: str) -> None:
        """Note what the driver ran."""
        self.savepoints += statement.startswith("SAVEPOINT")


@pytest.fixture
def crm(sqlite_store: Store, clock: SettableClock) -> Crm:
    """A workspace whose groups are full by their number alone, however slow the machine is."""
    return Crm(replace(sqlite_store, turn=Turn(seconds=60)), clock)


@pytest.fixture
def commits(crm: Crm) -> Iterator[Commits]:
    """Count the commits of the store from now on."""
    crm.store.close()
    seen = Commits(crm.store)

    def trace(connection: sqlite3.Connection, _record: object) -> None:
        connection.set_trace_callback(seen.on_statement)

    event.listen(crm.store.engine, "commit", seen.on_commit)
    event.listen(crm.store.engine, "connect", trace)
    yield seen
    event.remove(crm.store.engine, "commit", seen.on_commit)
    event.remove(crm.store.engine, "connect", trace)


@contextmanager
def queued(store: Store, asks: Sequence[Ask]) -> Iterator[list[Future[Any]]]:
    """Have threads wait to write behind another writer, in this order, and let them all go at the end."""
    with ThreadPoolExecutor(len(asks)) as pool, store.writing(EVERY_WORKSPACE):
        waiting = []
        for ask in asks:
            waiting.append(pool.submit(ask))
            until = monotonic() + 1.5
            while len(store.turn) < len(waiting):
                assert monotonic() < until
                sleep(0.0005)
        yield waiting


def together(commits: Commits, asks: Sequence[Ask]) -> list[Any]:
    """Run what waits, and return what each came to; what they waited for wrote nothing, so it counts for no commit."""
    with queued(commits.store, asks) as waiting:
        commits.running = waiting
        commits.count = commits.savepoints = 0
    return [one.exception() or one.result() for one in waiting]


def deal(crm: Crm, title: str, **kwargs: Any) -> Ask:
    """Return somebody asking for a deal."""
    actor = crm.actor()
    return lambda: crm.service.perform(actor, CreateDeal(title), **kwargs)


def titles(crm: Crm) -> list[str]:
    """Return the deals in the order of their numbers."""
    return [one.title for one in crm.rows(Deal, order=Deal.number)]


def test_those_who_wait_share_a_commit_and_are_answered_after_it(crm: Crm, commits: Commits) -> None:
    came = together(commits, [deal(crm, f"Deal {place}", delivery=Delivery(f"{place}")) for place in range(6)])
    assert [outcome.said for outcome in came] == [f"Opened D-{n + 1} Deal {n} in New Lead." for n in range(6)]
    assert (commits.count, commits.answered_before) == (1, 0)
    assert titles(crm) == [f"Deal {place}" for place in range(6)]
    entries = {entry.id for entry in crm.rows(JournalEntry, JournalEntry.request == "deal.new")}
    assert (
        entries
        == {outcome.entry_id for outcome in came}
        == {key.entry_id for key in crm.rows(DeliveryKey, order=DeliveryKey.key)}
    )


def test_a_single_caller_sets_no_savepoint(crm: Crm, commits: Commits) -> None:
    deal(crm, "Acme")()
    assert (commits.count, commits.savepoints) == (1, 0)
    together(commits, [deal(crm, "Globex"), deal(crm, "Hooli")])
    assert (commits.count, commits.savepoints) == (1, 1)


def effect_of(crm: Crm, do: Callable[[Work], object]) -> Ask:
    """Return an effect of a use case of its own."""
    actor = crm.actor()

    def effect(connection: Connection) -> object:
        return do(Work(connection, actor, crm.clock(), crm.policy, new_id(crm.clock())))

    return lambda: crm.store.apply(crm.workspace_id, effect)


def count_in_session(work: Work, workspace_id: str | None = None) -> None:
    """Write a row through the ORM's session."""
    work.session.add(Counter(workspace_id=workspace_id or work.workspace_id, name="test", value=1))
    work.session.flush()


def refused(crm: Crm) -> Ask:
    """Ask for what is refused."""
    actor = crm.actor()
    return lambda: crm.service.perform(actor, CreateDeal("Never", stage="nowhere"), delivery=Delivery("refused"))


def tried(crm: Crm) -> Ask:
    """Ask for a dry run."""
    return deal(crm, "Never", dry_run=True)


def late(crm: Crm) -> Ask:
    """Ask for what nobody waits for any more."""
    return deal(crm, "Never", delivery=Delivery("late", deadline=monotonic() - 1))


def repeated(crm: Crm) -> Ask:
    """Ask again for what the first of the group did."""
    return deal(crm, "First", delivery=Delivery("first"))


def broken(crm: Crm) -> Ask:
    """Ask for an effect that breaks after it wrote."""

    def do(work: Work) -> None:
        work.next_number(Kind.DEAL)
        raise ZeroDivisionError

    return effect_of(crm, do)


def broken_in_its_session(crm: Crm) -> Ask:
    """Ask for an effect whose session can't write, which makes the library roll back by itself."""

    def do(work: Work) -> None:
        count_in_session(work)
        count_in_session(work, "nowhere")

    return effect_of(crm, do)


def refused_after_its_session(crm: Crm) -> Ask:
    """Ask for an effect that is refused when its session has written."""

    def do(work: Work) -> None:
        count_in_session(work)
        raise BadInput("No.", field="name")

    return effect_of(crm, do)


@pytest.mark.parametrize(
    ("failing", "words"),
    [
        (refused, "There is no stage"),
        (tried, "Opened D-3 Never"),
        (late, "That took too long"),
        (repeated, "Already done: Opened D-2 First"),
        (broken, "ZeroDivisionError"),
        (broken_in_its_session, "FOREIGN KEY"),
        (refused_after_its_session, "No."),
    ],
)
def test_what_fails_leaves_nothing_and_hurts_no_neighbour(
    crm: Crm, commits: Commits, failing: Callable[[Crm], Ask], words: str
) -> None:
    deal(crm, "Before")()
    asks = [deal(crm, "First", delivery=Delivery("first")), failing(crm), failing(crm), deal(crm, "Second")]
    came = together(commits, asks)
    assert (commits.count, commits.answered_before) == (1, 0)
    assert all(words in (repr(one) if isinstance(one, Exception) else one.said) for one in came[1:3]), came
    assert titles(crm) == ["Before", "First", "Second"]
    assert len(crm.rows(JournalEntry, JournalEntry.request == "deal.new")) == 3
    assert [key.key for key in crm.rows(DeliveryKey, order=DeliveryKey.key)] == ["first"]
    assert crm.rows(Counter, Counter.name == "test", order=Counter.name) == []


def test_a_first_effect_that_fails_leaves_the_turn_to_the_next(crm: Crm, commits: Commits) -> None:
    came = together(commits, [refused(crm), deal(crm, "First"), deal(crm, "Second")])
    assert isinstance(came[0], BadInput)
    assert titles(crm) == ["First", "Second"]
    assert commits.count == 1


def test_an_effect_may_ask_for_the_session_and_its_rows_stay(crm: Crm, commits: Commits) -> None:
    together(commits, [deal(crm, "First"), effect_of(crm, count_in_session), deal(crm, "Second")])
    assert commits.count == 1
    assert [counter.value for counter in crm.rows(Counter, Counter.name == "test", order=Counter.name)] == [1]
    assert titles(crm) == ["First", "Second"]


def test_an_effect_sees_what_its_neighbour_did_and_is_told_who_won(crm: Crm, commits: Commits) -> None:
    deal(crm, "Acme")()
    crm.clock.advance(timedelta(seconds=1))
    actor = crm.actor()
    came = together(commits, [lambda: crm.service.perform(actor, WinDeal("D-1"))] * 3)
    assert [isinstance(one, Conflict) for one in came] == [False, True, True]
    assert "won already by you" in str(came[1])


def test_a_commit_that_fails_is_busy_for_everyone_and_nothing_is_done(crm: Crm, commits: Commits) -> None:
    before = crm.dump()
    asks = [deal(crm, f"Deal {place}") for place in range(3)] + [refused(crm)]
    with queued(crm.store, asks) as waiting:
        commits.breaks_at = commits.count + 1
    came = [one.exception() for one in waiting]
    assert [str(one) for one in came] == [
        "The database did not answer in time. Nothing was done; please try again."
    ] * 4
    assert len(set(map(id, came))) == 4
    assert crm.dump() == before
    assert deal(crm, "Acme")().said == "Opened D-1 Acme in New Lead."


def test_an_effect_that_loses_the_transaction_takes_nobody_for_done(crm: Crm, commits: Commits) -> None:
    before = crm.dump()

    def lose(work: Work) -> None:
        driver = work.connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.execute("ROLLBACK").close()

    came = together(commits, [deal(crm, "First"), effect_of(crm, lose), deal(crm, "Second")])
    assert [type(one) for one in came[:2]] == [Busy, Busy]
    assert titles(crm) == ["Second"]
    assert before["journal_entry"] == [row for row in crm.dump()["journal_entry"] if "Second" not in str(row)]


def test_workspaces_share_a_commit_and_each_effect_is_bound_to_its_own(crm: Crm, commits: Commits) -> None:
    theirs = Crm(crm.store, crm.clock, name="Theirs")
    everywhere = select(Deal.id)

    def look(work: Work) -> object:
        return work.connection.execute(everywhere).all()

    anybody = lambda: crm.store.apply(EVERY_WORKSPACE, lambda connection: connection.execute(everywhere).all())  # noqa: E731
    came = together(commits, [anybody, deal(crm, "Ours"), deal(theirs, "Theirs"), effect_of(theirs, look), anybody])
    assert commits.count == 1
    assert isinstance(came[3], RuntimeError)
    assert "does not say which workspace" in str(came[3])
    assert (len(came[0]), len(came[4])) == (0, 2)
    assert (titles(crm), titles(theirs)) == (["Ours"], ["Theirs"])


def test_what_may_take_long_shares_with_nobody_and_is_not_overtaken(crm: Crm, commits: Commits) -> None:
    chief = crm.actor("max")
    hand_over = Reassign("sam@ours.example", "jane@ours.example")
    asks = [
        deal(crm, "First"),
        deal(crm, "Second"),
        lambda: crm.service.perform(chief, hand_over),
        deal(crm, "Third"),
        deal(crm, "Fourth"),
    ]
    came = together(commits, asks)
    assert commits.count == 3
    order = [came[place].entry_id for place in (0, 1, 3, 4)]
    assert [entry.id for entry in crm.rows(JournalEntry) if entry.request == "deal.new"] == sorted(order)


def test_a_group_has_a_bound(crm: Crm, commits: Commits) -> None:
    together(commits, [deal(crm, f"Deal {place}") for place in range(40)])
    assert commits.count == 3
    assert len(titles(crm)) == 40


def test_a_group_takes_nobody_in_when_its_time_is_over(crm: Crm, commits: Commits) -> None:
    crm.store.turn.seconds = 0
    together(commits, [deal(crm, f"Deal {place}") for place in range(5)])
    assert commits.count == 5


def test_who_has_waited_too_long_is_told_and_its_effect_is_never_run(crm: Crm) -> None:
    began = monotonic()
    with ThreadPoolExecutor(3) as pool:
        with crm.store.writing(EVERY_WORKSPACE):
            waiting = [pool.submit(deal(crm, f"Deal {place}")) for place in range(3)]
            said = {str(one.exception()) for one in waiting}
        assert said == {"The database did not answer in time. Nothing was done; please try again."}
    assert monotonic() - began < 4
    assert titles(crm) == []
    assert deal(crm, "Acme")().said == "Opened D-1 Acme in New Lead."


def press_on(url: str, workspace_id: str, clock: SettableClock) -> None:
    """Open deals from eight threads until killed."""
    with opened(url) as store:
        service = CrmService(store, clock, Policy())
        actor = service.system(workspace_id)

        def press(_: int) -> None:
            while True:
                service.perform(actor, CreateDeal("Many"))

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(press, range(8)))


_INTERRUPTED = """
import os, signal, threading
from crmbot.store.grouping import Place, Turn
# Who starts processes in the background may have them ignore interruptions.
signal.signal(signal.SIGINT, signal.default_int_handler)
turn = Turn()
assert turn.take(Place(), 1)
threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    turn.take(Place(), 30)
except KeyboardInterrupt:
    turn.give()
    print(len(turn), turn.take(Place(), 1))
"""


def test_who_is_interrupted_in_line_keeps_nobody_waiting() -> None:
    ran = subprocess.run([sys.executable, "-c", _INTERRUPTED], capture_output=True, text=True, check=True, timeout=30)
    assert ran.stdout == "0 True\n"


def test_other_processes_get_to_write_while_many_threads_do(crm: Crm, sqlite_url: str) -> None:
    process = start(press_on, sqlite_url, crm.workspace_id, crm.clock)
    while "Many" not in titles(crm):
        sleep(0.01)
    for _ in range(5):
        deal(crm, "Other")()
    process.kill()
    assert finish(process)
    assert titles(crm).count("Other") == 5
