"""How many mails a second go from raw bytes to a committed activity, one commit each, on SQLite and one core.

Run `python bench/mail.py`. The mails are a rep's forwards, blind copies and answers, 6 kB each, about 200 contacts with
deals. The floor is reading the same mails and one empty commit each: what no design could leave out.
"""

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import event, text

from crmbot.crm.actors import Actor
from crmbot.crm.policy import Policy
from crmbot.crm.requests import AddUser, CreateContact, CreateDeal
from crmbot.crm.setup import create_workspace
from crmbot.domain.stages import DEFAULT_STAGES
from crmbot.mail.judging import Door
from crmbot.mail.pipeline import load_people, take_in
from crmbot.mail.reading import read_mail
from crmbot.migrations import upgrade
from crmbot.service import CrmService
from crmbot.store import EVERY_WORKSPACE, Store, open_store

SIZE = 6_000
PEOPLE = 200
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
FILLER = "We spoke about the offer, the number of seats and the date: the 3rd suits us well.\r\n"
TRANSPORT = "".join(
    f"Received: from mx{n}.example.com (mx{n}.example.com [192.0.2.{n}])\r\n\tby mx.ours.example with ESMTPS id {n}\r\n"
    for n in range(4)
)
PROOF = "Authentication-Results: mx.ours.example; dmarc=pass header.from=ours.example\r\n"
KINDS = ("forward", "forward", "blind copy", "answer")
STEP = 50
"""Mails in one measured stretch; the best stretch counts, as others use the machine too."""


def make_mails(count: int) -> Iterator[bytes]:
    """Return mails of mixed kinds: two forwards, one blind copy and one answer in turn."""
    for n in range(count):
        kind = KINDS[n % len(KINDS)]
        who = (n - 1 if kind == "answer" else n) % PEOPLE
        customer = f"person{who}@company{who}.example"
        head = TRANSPORT + PROOF + f"From: Jane Roe <jane@ours.example>\r\nMessage-ID: <m{n}@ours.example>\r\n"
        head += "Date: Fri, 20 Nov 2026 08:00:00 +0000\r\nMIME-Version: 1.0\r\n"
        head += "Content-Type: text/plain; charset=utf-8\r\n"
        body = FILLER * ((SIZE - 900) // len(FILLER)) + f"marker {n}\r\n"
        yield (head + _rest(kind, n, customer) + body).encode()


def _rest(kind: str, n: int, customer: str) -> str:
    """Return the headers that make the kind, and what stands before the text."""
    if kind == "forward":
        quoted = f"---------- Forwarded message ---------\r\nFrom: Person {n} <{customer}>\r\n"
        quoted += f"Date: Fri, Nov 20, 2026 at 7:{n % 60:02} AM\r\nSubject: Offer {n}\r\n"
        quoted += "To: Jane Roe <jane@ours.example>\r\n\r\n\r\n"
        return f"To: crm@ours.example\r\nSubject: Fwd: Offer {n}\r\n\r\nplease log\r\n\r\n{quoted}"
    if kind == "blind copy":
        return f"To: {customer}\r\nDelivered-To: crm@ours.example\r\nSubject: Offer {n}\r\n\r\n"
    answered = f"<m{n - 1}@ours.example>"
    head = f"In-Reply-To: {answered}\r\nReferences: {answered}\r\nTo: {customer}\r\n"
    return f"{head}Cc: crm@ours.example\r\nSubject: Re: Offer {n}\r\n\r\n"


def prepare(store: Store) -> tuple[CrmService, str]:
    """Fill a store with a rep and the customers that the mails are from."""
    policy = Policy(
        own_domains=frozenset({"ours.example"}), intake_addresses=("crm@ours.example",), secret_key=b"a key of a bench"
    )
    service = CrmService(store, lambda: NOW + timedelta(hours=1), policy)
    with store.writing(EVERY_WORKSPACE) as session:
        workspace = create_workspace(
            session,
            name="Bench",
            timezone="UTC",
            currency="USD",
            date_order=None,
            slack_team_id=None,
            stages=DEFAULT_STAGES,
            now=NOW,
        )
    system: Actor = service.system(workspace.id)
    service.perform(system, AddUser("jane@ours.example", name="Jane Roe", role="rep"))
    for n in range(PEOPLE):
        made = service.perform(system, CreateContact(f"Person {n}", emails=(f"person{n}@company{n}.example",)))
        service.perform(system, CreateDeal(f"Deal {n}", contact=made.record.reference))  # type: ignore[attr-defined] # an Outcome
    return service, workspace.id


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
    mails = list(make_mails(count + 200))
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
