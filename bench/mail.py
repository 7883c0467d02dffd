"""How many mails a second go from raw bytes to a committed activity, on SQLite and one core.

Run `python bench/mail.py`. The first mails are a rep's forwards, blind copies and answers, 6 kB each, about 200
contacts with deals; the second ones are what a mailbox gets, newsletters, absence notices and strangers among them.
They are taken in with one commit each, as one comes after the other, and sharing commits, as the worker does with mail
that waits. The floor is reading the same mails and one empty commit each: what no design with one each could leave out.
"""

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import event, text

from bench.postbag import LOGGED, MIXED, make_mails, prepare
from crmbot.crm.emails.senders import People
from crmbot.mail.batches import take_together
from crmbot.mail.judging import Door
from crmbot.mail.pipeline import Taken, intent_of, load_people, take_in
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


def measure(work: Callable[[list[bytes]], object], mails: list[bytes]) -> Speed:
    """Time the work in short stretches and return the best."""
    stretches = []
    for start in range(0, len(mails), STEP):
        part = mails[start : start + STEP]
        began, used = time.perf_counter(), time.process_time()
        work(part)
        stretches.append((time.perf_counter() - began, (time.process_time() - used) / len(part)))
    return Speed(STEP / min(clock for clock, _ in stretches), min(used for _, used in stretches) * 1000)


def floor(store: Store) -> Callable[[list[bytes]], None]:
    """Return the least that any design must do: read each mail and commit once."""

    def work(mails: list[bytes]) -> None:
        for raw in mails:
            read_mail(raw)
            with store.writing(EVERY_WORKSPACE) as session:
                session.execute(text("UPDATE counter SET value = value WHERE name = 'no such counter'"))

    return work


@dataclass(frozen=True)
class Intake:
    """The whole way, with what became of the mails counted."""

    service: CrmService
    door: Door
    people: People
    states: Counter[str] = field(default_factory=Counter)

    def one_by_one(self, mails: list[bytes]) -> None:
        """Take mails in, each with a commit of its own."""
        for raw in mails:
            self._count(take_in(self.service, self.door, raw, people=self.people))

    def together(self, mails: list[bytes]) -> None:
        """Take mails in that share commits."""
        now = self.service.clock()
        intents = [intent_of(self.service, self.door, raw, now, people=self.people) for raw in mails]
        while intents:
            came = take_together(self.service, self.door.workspace_id, intents)
            del intents[: len(came)]
            for one in came:
                self._count(one)

    def _count(self, came: Taken | Exception) -> None:
        if isinstance(came, Exception):
            raise came
        self.states[f"{came.state}: {came.reason}"] += 1


def count_statements(store: Store, work: Callable[[list[bytes]], None], mails: list[bytes]) -> float:
    """Return how many statements a mail takes."""
    seen = 0

    def count(*_: object) -> None:
        nonlocal seen
        seen += 1

    event.listen(store.engine, "before_cursor_execute", count)
    work(mails)
    event.remove(store.engine, "before_cursor_execute", count)
    return seen / len(mails)


def main() -> None:
    """Print the speeds and their ratios."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--mails", type=int, default=1_000)
    count = max(2 * STEP, arguments.parse_args().mails // STEP * STEP)
    for kinds in (LOGGED, MIXED):
        compare(list(make_mails(count + 200, kinds)), count)


def compare(mails: list[bytes], count: int) -> None:
    """Print the speeds of the mails, and that of the floor."""
    half = 200 + count // 2 // STEP * STEP
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder)}/bench.db")
        upgrade(store)
        service, workspace_id = prepare(store)
        whole = Intake(service, Door(workspace_id, "mx.ours.example"), load_people(service, workspace_id))
        statements = count_statements(store, whole.one_by_one, mails[:200])
        alone, least = measure(whole.one_by_one, mails[200:half]), measure(floor(store), mails[200:half])
        shared = measure(whole.together, mails[half:])
        store.close()
    print(f"{count} mails of {sum(map(len, mails)) / len(mails) / 1000:.1f} kB: {dict(whole.states)}")
    for name, speed in (
        ("one commit each", alone),
        ("sharing commits", shared),
        ("read + empty commit (floor)", least),
    ):
        ratios = f"{least.mails / speed.mails:.1f} and {speed.milliseconds / least.milliseconds:.1f} times the floor"
        print(f"{name:28}{speed.mails:6.0f} mails/s, {speed.milliseconds:5.2f} ms of processor time a mail; {ratios}")
    print(f"{statements:.1f} statements a mail")


if __name__ == "__main__":
    main()
