"""How many mails a second go from raw bytes to a committed activity, one commit each, on SQLite and one core.

Run `python bench/mail.py`. The first mails are a rep's forwards, blind copies and answers, 6 kB each, about 200
contacts with deals; the second ones are what a mailbox gets, newsletters, absence notices and strangers among them.
The floor is reading the same mails and one empty commit each: what no design could leave out.
"""

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import event, text

from bench.postbag import LOGGED, MIXED, make_mails, prepare
from crmbot.mail.judging import Door
from crmbot.mail.pipeline import load_people, take_in
from crmbot.mail.reading import read_mail
from crmbot.migrations import upgrade
from crmbot.service import CrmService
from crmbot.store import EVERY_WORKSPACE, Store, open_store

STEP = 50
"""Mails in one measured stretch; the best stretch counts, as others use the machine too."""


@dataclass(frozen=True)
class Speed:
    """The best of many stretches: mails a second by the clock, and milliseconds of processor time a mail."""

    mails: float
    milliseconds: float


def measure(work: Callable[[bytes], object], mails: list[bytes]) -> Speed:
    """Time the work in short stretches and return the best."""
    stretches = []
    for start in range(0, len(mails), STEP):
        part = mails[start : start + STEP]
        began, used = time.perf_counter(), time.process_time()
        for raw in part:
            work(raw)
        stretches.append((time.perf_counter() - began, (time.process_time() - used) / len(part)))
    return Speed(STEP / min(clock for clock, _ in stretches), min(used for _, used in stretches) * 1000)


def floor(store: Store) -> Callable[[bytes], None]:
    """Return the least that any design must do: read the mail and commit once."""

    def work(raw: bytes) -> None:
        read_mail(raw)
        with store.writing(EVERY_WORKSPACE) as session:
            session.execute(text("UPDATE counter SET value = value WHERE name = 'no such counter'"))

    return work


def intake(service: CrmService, workspace_id: str, states: Counter[str]) -> Callable[[bytes], None]:
    """Return the whole way, counting what became of the mails."""
    door = Door(workspace_id, "mx.ours.example")
    people = load_people(service, workspace_id)

    def work(raw: bytes) -> None:
        taken = take_in(service, door, raw, people=people)
        states[f"{taken.state}: {taken.reason}"] += 1

    return work


def count_statements(store: Store, work: Callable[[bytes], None], mails: list[bytes]) -> float:
    """Return how many statements a mail takes."""
    seen = 0

    def count(*_: object) -> None:
        nonlocal seen
        seen += 1

    event.listen(store.engine, "before_cursor_execute", count)
    for raw in mails:
        work(raw)
    event.remove(store.engine, "before_cursor_execute", count)
    return seen / len(mails)


def main() -> None:
    """Print the speeds and their ratio."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--mails", type=int, default=1_000)
    count = max(STEP, arguments.parse_args().mails // STEP * STEP)
    for kinds in (LOGGED, MIXED):
        compare(list(make_mails(count + 200, kinds)), count)


def compare(mails: list[bytes], count: int) -> None:
    """Print the speed of the mails, and that of the floor."""
    states: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder)}/bench.db")
        upgrade(store)
        service, workspace_id = prepare(store)
        whole = intake(service, workspace_id, states)
        statements = count_statements(store, whole, mails[:200])
        taken, least = measure(whole, mails[200:]), measure(floor(store), mails[200:])
        store.close()
    print(f"{count} mails of {sum(map(len, mails)) / len(mails) / 1000:.1f} kB: {dict(states)}")
    print(
        f"taken in, one commit each   {taken.mails:6.0f} mails/s, {taken.milliseconds:5.2f} ms of processor time a mail"
    )
    print(f"read + empty commit         {least.mails:6.0f} mails/s, {least.milliseconds:5.2f} ms (floor)")
    ratio = (
        f"{least.mails / taken.mails:.1f} by the clock, {taken.milliseconds / least.milliseconds:.1f} by processor time"
    )
    print(f"the floor is faster by a factor of {ratio}; {statements:.1f} statements a mail")


if __name__ == "__main__":
    main()
