"""Several workers on one store, killed or not: each digest's slot makes one message."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice, product
from pathlib import Path

from chaos.processes import Ledger, finish, start, tick_all
from clocks import SettableClock
from jobs.rig import Rig, make_rig, subscription

from crmbot.models import DigestSlot

DUE = datetime(2031, 3, 10, 7, tzinfo=UTC)
WEEK = timedelta(days=7)
STEPS = ("digest.composed", "digest.decided", "digest.committed", "outbox.after_call")


def subscribed(url: str, clock: SettableClock, number: int) -> Rig:
    names = [f"w{n}" for n in range(4)]
    rig = make_rig(url, clock, names)
    for n in range(number):
        subscription(rig, f"d{n}", workspace_id=names[n % 4], channel=f"C{n}")
    return rig


def expect_each_once(rig: Rig, ledger: Ledger, number: int, weeks: int) -> None:
    slots = Counter((slot.subscription_id, slot.slot) for slot in rig.rows(DigestSlot))
    rig.store.close()
    assert len(slots) == number * weeks
    assert max(slots.values()) == 1
    posts = Counter((line[1], " ".join(line[2:4])) for line in ledger.lines())
    assert len(posts) == number * weeks
    assert max(posts.values()) == 1


def test_many_workers_on_one_store_make_each_digest_once(
    engine_url: str, clock: SettableClock, tmp_path: Path, rounds: Callable[[int, int], int]
) -> None:
    number, weeks = rounds(8, 100), rounds(3, 100)
    rig, ledger = subscribed(engine_url, clock, number), Ledger(tmp_path / "slack")
    moments = [DUE + week * WEEK + timedelta(seconds=30 * tick) for week in range(weeks) for tick in range(3)]
    processes = [start(tick_all, engine_url, ledger, moments) for _ in range(rounds(4, 8))]
    assert [finish(process, 900) for process in processes] == [False] * len(processes)
    expect_each_once(rig, ledger, number, weeks)


def test_a_worker_killed_while_it_serves_many_channels_leaves_the_rest_to_the_next(
    engine_url: str, clock: SettableClock, tmp_path: Path, rounds: Callable[[int, int], int]
) -> None:
    number = rounds(12, 1000)
    rig, ledger = subscribed(engine_url, clock, number), Ledger(tmp_path / "slack")
    deaths = [f"{step}:{time}" for time, step in product((1, 3), STEPS)]
    killed, moment = 0, DUE
    for death in islice(cycle(deaths), rounds(8, 100)):
        killed += finish(start(tick_all, engine_url, ledger, [moment], failpoint=death))
        moment += timedelta(minutes=2)
    finish(start(tick_all, engine_url, ledger, [moment, moment + timedelta(minutes=2)]), 300)
    assert killed > 3
    expect_each_once(rig, ledger, number, weeks=1)
