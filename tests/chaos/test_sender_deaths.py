"""Senders that are killed or many: nothing is lost, nothing is sent twice without saying so."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import cycle, islice, product
from pathlib import Path

import pytest
from chaos.processes import Ledger, finish, opened, patiently, send_all, sender_of, start
from clocks import SettableClock
from jobs.rig import make_rig

STEPS = ("outbox.claimed", "outbox.before_call", "outbox.after_call", "outbox.marked")
DEATHS = [f"{step}:{time}" for time, step in product((1, 2, 3), STEPS)]
LONG = 600
"""Seconds; whoever isn't killed sends all that those before left, hundreds of messages in the long form."""


@pytest.mark.parametrize("history", [True, False])
def test_a_sender_killed_at_any_step_loses_nothing_and_repeats_nothing_unsaid(
    engine_url: str, clock: SettableClock, tmp_path: Path, rounds: Callable[[int, int], int], history: bool
) -> None:
    rig, ledger = make_rig(engine_url, clock), Ledger(tmp_path / "slack", history=history)
    queued: list[str] = []
    killed = 0
    for death in islice(cycle(DEATHS), rounds(12, 500)):
        queued += [rig.queue(f"m{len(queued) + n}", f"C{n}") for n in range(3)]
        killed += finish(start(send_all, engine_url, ledger, clock(), failpoint=death), LONG)
        clock.advance(timedelta(minutes=2))
    for _ in range(3):
        finish(start(send_all, engine_url, ledger, clock()), LONG)
        clock.advance(timedelta(minutes=2))
    parked = {row.id for row in rig.rows() if row.state == "parked" and row.kind == "slack.post"}
    waiting = [row for row in rig.rows() if row.state not in {"sent", "parked"}]
    rig.store.close()
    lines = ledger.lines()
    times = Counter(line[0] for line in lines)
    assert killed > len(queued) // 6
    assert waiting == []
    assert set(queued) - set(times) <= parked
    if history:
        assert parked == set()
        assert max(times.values()) == 1
        assert all(line[3] == "first" for line in lines)
    else:
        repeated = {outbox_id for outbox_id, number in times.items() if number > 1}
        assert max(times.values()) <= 2
        assert repeated <= {line[0] for line in lines if line[3] == "again"}


def test_many_senders_share_an_outbox_without_sending_anything_twice_or_out_of_order(
    engine_url: str, clock: SettableClock, tmp_path: Path, rounds: Callable[[int, int], int]
) -> None:
    rig, ledger = make_rig(engine_url, clock), Ledger(tmp_path / "slack")
    channels = 10
    queued = [rig.queue(f"{n}", f"C{n % channels}") for n in range(rounds(60, 10_000))]
    processes = [start(_send_patiently, engine_url, ledger, clock) for _ in range(rounds(4, 8))]
    assert [finish(process, LONG) for process in processes] == [False] * len(processes)
    rig.store.close()
    lines = ledger.lines()
    assert sorted(line[0] for line in lines) == sorted(queued)
    for channel in range(channels):
        sent = [int(line[2]) for line in lines if line[1] == f"C{channel}"]
        assert sent == sorted(sent)


def _send_patiently(url: str, ledger: Ledger, clock: SettableClock) -> None:
    """Send until nothing is left; a message that another one holds may be all that there is for a moment."""
    with opened(url) as store:
        sender = sender_of(store, ledger, clock)
        while sender.health()["unsent"]:
            patiently(sender.run_once)
