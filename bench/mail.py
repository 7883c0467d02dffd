"""How many mails a second go from raw bytes to a committed activity, one commit each, on SQLite and one core.

Run `python bench/mail.py`. The mails are a rep's forwards, blind copies and answers, 6 kB each, about 200 contacts with
deals. The floor is reading the same mails and one empty commit each: what no design could leave out.
"""

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
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
PASS = "Authentication-Results: mx.ours.example; dmarc=pass header.from=ours.example\r\n"


def make_mails(count: int) -> Iterator[bytes]:
    """Return mails of mixed kinds: two forwards, one blind copy and one answer in turn."""
    for n in range(count):
        customer = f"person{n % PEOPLE}@company{n % PEOPLE}.example"
        body = FILLER * ((SIZE - 900) // len(FILLER)) + f"marker {n}\r\n"
        head = TRANSPORT + PASS + f"From: Jane Roe <jane@ours.example>\r\nMessage-ID: <m{n}@ours.example>\r\n"
        head += "Date: Fri, 20 Nov 2026 08:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        if n % 4 < 2:
            quoted = (
                f"---------- Forwarded message ---------\r\nFrom: Person {n} <{customer}>\r\n"
                f"Date: Fri, Nov 20, 2026 at 7:{n % 60:02} AM\r\nSubject: Offer {n}\r\nTo: Jane Roe <jane@ours.example>\r\n"
            )
            mail = f"{head}To: crm@ours.example\r\nSubject: Fwd: Offer {n}\r\n\r\nplease log\r\n\r\n{quoted}\r\n\r\n{body}"
        elif n % 4 == 2:
            mail = f"{head}To: {customer}\r\nDelivered-To: crm@ours.example\r\nSubject: Offer {n}\r\n\r\n{body}"
        else:
            answers = f"In-Reply-To: <m{n - 1}@ours.example>\r\nReferences: <m{n - 1}@ours.example>\r\n"
            customer = f"person{(n - 1) % PEOPLE}@company{(n - 1) % PEOPLE}.example"
            mail = f"{head}{answers}To: {customer}\r\nCc: crm@ours.example\r\nSubject: Re: Offer {n}\r\n\r\n{body}"
        yield mail.encode()


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


def measure_floor(store: Store, mails: list[bytes]) -> tuple[float, float]:
    """Return mails a second, and seconds of processor time a mail, of reading each and committing nothing after it."""
    started, used = time.perf_counter(), time.process_time()
    for raw in mails:
        read_mail(raw)
        with store.writing(EVERY_WORKSPACE) as session:
            session.execute(text("UPDATE counter SET value = value WHERE name = 'no such counter'"))
    return len(mails) / (time.perf_counter() - started), (time.process_time() - used) / len(mails)


def measure_intake(service: CrmService, workspace_id: str, mails: list[bytes]) -> tuple[float, float, Counter[str]]:
    """Return mails a second, seconds of processor time a mail, and what became of them."""
    door = Door(workspace_id, "mx.ours.example")
    people = load_people(service, workspace_id)
    states: Counter[str] = Counter()
    started, used = time.perf_counter(), time.process_time()
    for raw in mails:
        taken = take_in(service, door, raw, people=people)
        states[f"{taken.state}: {taken.reason}"] += 1
    took = time.perf_counter() - started
    return len(mails) / took, (time.process_time() - used) / len(mails), states


def count_statements(service: CrmService, workspace_id: str, mails: list[bytes]) -> float:
    """Return how many statements a mail takes."""
    seen = 0

    def count(*_: object) -> None:
        nonlocal seen
        seen += 1

    event.listen(service.store.engine, "before_cursor_execute", count)
    measure_intake(service, workspace_id, mails)
    event.remove(service.store.engine, "before_cursor_execute", count)
    return seen / len(mails)


def main() -> None:
    """Print the speeds and their ratio."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--mails", type=int, default=1_000)
    count = arguments.parse_args().mails
    mails = list(make_mails(count + 300))
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder)}/bench.db")
        upgrade(store)
        service, workspace_id = prepare(store)
        measure_intake(service, workspace_id, mails[:100])
        statements = count_statements(service, workspace_id, mails[100:300])
        speed, processor, states = measure_intake(service, workspace_id, mails[300:])
        floor, floor_processor = measure_floor(store, mails[300:])
        store.close()
    print(f"{count} mails of {sum(map(len, mails)) / len(mails) / 1000:.1f} kB: {dict(states)}")
    print(f"taken in, one commit each   {speed:6.0f} mails/s, {processor * 1000:5.2f} ms of processor time a mail")
    print(f"read + empty commit         {floor:6.0f} mails/s, {floor_processor * 1000:5.2f} ms (floor)")
    ratios = f"{floor / speed:.2f} by the clock, {processor / floor_processor:.2f} by processor time"
    print(f"ratio {ratios}; {statements:.1f} statements a mail; {1 / processor:.0f} mails/s if the disk cost nothing")


if __name__ == "__main__":
    main()
