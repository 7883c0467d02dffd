"""How long every main command takes over HTTP in a store of some size, against a Bolt listener that does nothing.

Run: python bench/chat_sizes.py [--deals 1000 100000] [--times 20]. The store is a file of SQLite with synchronous
FULL; it holds as many contacts as deals (a tenth of the deals open, twenty owners), half as many leads and activities,
and a company for each ten contacts. Each command is a signed request of its own, sent in turn to our server and to the
floor, Bolt's own adapter with `process_before_response=True`. Beside the medians stands the processor time of both
servers, which neighbours distort less.
"""

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from sqlalchemy import insert, select

from crmbot.domain.ids import new_id
from crmbot.models import (
    FOREVER,
    Activity,
    Company,
    Contact,
    Counter,
    Deal,
    DealVersion,
    Lead,
    LeadStatusEntry,
    Stage,
    User,
)
from crmbot.store import Store, open_store

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.chat import Sent, Served, make_service, post, processor_seconds, server, sign

NOW = datetime.now(UTC).replace(microsecond=0)
LONG_AGO = NOW - timedelta(days=901)
OWNERS = 20
FIRST = "Ada Ben Cleo Dan Eva Finn Gus Hana Ida Jon Kim Lea Max Nina Omar Pia Quin Rosa Sam Tess".split()
LAST = [
    f"{a}{b}" for a in "Ar Bel Cor Dun Els Far Gar Hol Ing Jor".split() for b in "ano berg dale ford man son".split()
]
TRADE = "Foods Steel Labs Media Freight Energy Health Systems Tools Paper".split()

COMMANDS = {
    "deal new": "deal new Bench {stamp} $40k close:15 dec",
    "deal show, by number": "deal show D-{n}",
    "deal show, by name": "deal show deal{n:07}",
    "deal show, by its company": "deal show company{company:07}",
    "deal list": "deal list",
    "deal move": "deal move D-{n} negotiation",
    "deal set": "deal set D-{n} $41k 55%",
    "deal won": "deal won D-{middle}",
    "deal lost": "deal lost D-{last} because price",
    "lead new": "lead new Bench{stamp} b{stamp}@example.org from web",
    "lead show": "lead show L-{lead}",
    "lead list": "lead list",
    "lead qualify": "lead qualify L-{lead}",
    "lead convert": "lead convert L-{lead} $40k",
    "contact new": "contact new Bench{stamp} c{stamp}@example.org",
    "contact show, by name": "contact show contact{n:07}",
    "contact list": "contact list",
    "log call, by name": 'log call deal{n:07} "wants 40 seats {stamp}" 25m',
    "log call, several facts": 'log call D-{n} "wants {stamp}" 25m stage:negotiation close:+2w next:"send it" fri',
    "log note": 'log note D-{n} "note {stamp}"',
    "task new": "task call contact{n:07} {stamp} tomorrow 3pm",
    "task list": "task list",
    "task done": "task done A-{task}",
    "task snooze": "task snooze A-{last_task} +2d",
    "pipeline": "pipeline",
    "pipeline me": "pipeline me",
    "crm today": "crm today",
    "crm find": "crm find contact{n:07}",
    "crm undo": "crm undo",
    "crm help": "crm help",
}
"""What is measured; {n} and the like are numbers, for each time another one, of a record that the command suits."""

ASKS = frozenset({"deal show, by its company"})
"""What may be answered by a question: a company has several deals."""
REFUSALS = ("🤔", "⚠️", "🛠️")
"""What the answer to a command begins with that was not done; the first asks back."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deals", type=int, nargs="+", default=[1000])
    parser.add_argument("--times", type=int, default=20)
    given = parser.parse_args()
    for size in given.deals:
        with tempfile.TemporaryDirectory() as folder:
            fill(Path(folder) / "bench.db", size)
            report(folder, size, given.times)


@dataclass(frozen=True)
class Taken:
    """Median seconds and mean processor seconds of a command, and those of the floor at the same time."""

    seconds: float
    processor: float
    floor_seconds: float
    floor_processor: float


def report(folder: str, size: int, times: int) -> None:
    """Print each command's median and processor time, and both as multiples of the floor's."""
    print(f"{size:,} deals and contacts")
    with server("floor", folder) as floor, server("ours", folder) as ours:
        for name, line in COMMANDS.items():
            taken = measure(ours, floor, list(lines(line, size, times)), asks=name in ASKS)
            print(
                f"  {name:28} {taken.seconds * 1000:8.2f} ms {taken.seconds / taken.floor_seconds:6.1f}x"
                f"   processor {taken.processor * 1000:6.2f} ms {taken.processor / taken.floor_processor:6.1f}x",
                flush=True,
            )


def measure(ours: Served, floor: Served, requests: list[Sent], *, asks: bool = False) -> Taken:
    """Send a command to both servers in turn, so that a busy moment of the machine meets both.

    Whatever is refused ends the run: the time of a refusal says nothing of the command. `asks` lets ours ask back.
    """
    servers = (ours, floor)
    connections = [HTTPConnection("127.0.0.1", one.port) for one in servers]
    refusals = REFUSALS[asks:]
    for connection in connections:
        post(connection, requests[0])
    used = [processor_seconds(one.pid) for one in servers]
    taken: tuple[list[float], list[float]] = ([], [])
    for sent in requests[1:]:
        for connection, seconds in zip(connections, taken, strict=True):
            begun = time.perf_counter()
            said = post(connection, sent)
            seconds.append(time.perf_counter() - begun)
            if connection is connections[0]:
                refuse_refusal(sent, said, refusals)
    spent = [processor_seconds(one.pid) - before for one, before in zip(servers, used, strict=True)]
    for connection in connections:
        connection.close()
    each = [statistics.median(seconds) for seconds in taken]
    number = len(requests) - 1
    return Taken(each[0], spent[0] / number, each[1], spent[1] / number)


def refuse_refusal(sent: Sent, said: bytes, signs: tuple[str, ...]) -> None:
    """End the run when an answer bears the sign of a refusal, telling the line and why."""
    message = json.loads(said) if said else {}
    told = json.dumps(message.get("blocks", [])[:1], ensure_ascii=False)
    if any(sign in told for sign in signs):
        line = parse_qs(sent[0].decode())
        raise SystemExit(f"{line['command'][0]} {line['text'][0]} was not done: {message.get('text')}")


def lines(line: str, size: int, times: int) -> Iterator[Sent]:
    """Yield signed commands, each about a record of its own."""
    half = size // 2
    for used in range(1, times + 2):
        # Open deals and tasks are those whose number is a multiple of ten; of leads and tasks there are half as many.
        number = (used * 10) % size or size
        text = line.format(
            n=number,
            middle=half + number % half,
            last=size - number + 10,
            lead=used,
            task=(used * 10) % half or half,
            last_task=half - (used * 10) % half,
            company=used % (size // 10) + 1,
            stamp=f"{used}x{time.perf_counter_ns()}",
        )
        noun, _, rest = text.partition(" ")
        yield sign(f"/{noun}", rest)


def fill(file: Path, size: int) -> None:
    """Make a store with a workspace that has grown."""
    store = open_store(f"sqlite:///{file}")
    _, workspace_id = make_service(store)
    rng = random.Random(size)  # noqa: S311 - examples, no secrets
    stages, owners = _stages_and_owners(store, workspace_id)
    makers: tuple[tuple[Any, int, Callable[[int], dict[str, Any]] | None], ...] = (
        (Company, size // 10, lambda n: _company(n, rng)),
        (Contact, size, lambda n: _contact(n, rng)),
        (Deal, size, lambda n: _deal(n, rng, stages, owners)),
        (DealVersion, size, None),
        (Lead, size // 2, lambda n: _lead(n, rng, owners)),
        (LeadStatusEntry, size // 2, None),
        (Activity, size // 2, lambda n: _activity(n, rng, owners)),
    )
    made: list[dict[str, Any]] = []
    with store.writing(workspace_id, patient=True) as session:
        for kind, count, make in makers:
            if make is not None:
                made = [{"workspace_id": workspace_id, "version": 1, **make(n)} for n in range(1, count + 1)]
            rows = made if make is not None else [_history(kind, row) for row in made]
            session.execute(insert(kind), rows)
        counters = {"deal": size, "contact": size, "company": size // 10, "lead": size // 2, "activity": size // 2}
        session.execute(
            insert(Counter), [{"workspace_id": workspace_id, "name": k, "value": v} for k, v in counters.items()]
        )
    store.close()


def _stages_and_owners(store: Store, workspace_id: str) -> tuple[list[Stage], list[str]]:
    with store.writing(workspace_id) as session:
        stages = list(session.scalars(select(Stage).where(Stage.workspace_id == workspace_id).order_by(Stage.position)))
        known = session.scalars(select(User).where(User.workspace_id == workspace_id)).one()
        others = [
            User(
                workspace_id=workspace_id, id=new_id(NOW), name=f"Owner {n}", email=f"o{n}@example.com", role="rep",
                created_at=NOW,
            )
            for n in range(1, OWNERS)
        ]  # fmt: skip
        session.add_all(others)
        return stages, [known.id, *(user.id for user in others)]


def _id(kind: str, number: int) -> str:
    return f"01bench{kind}{number:018d}"


def _company(n: int, rng: random.Random) -> dict[str, Any]:
    name = f"company{n:07} {rng.choice(LAST)} {rng.choice(TRADE)}"
    return {"id": _id("o", n), "number": n, "name": name, "name_key": name.lower(), "created_at": NOW}


def _contact(n: int, rng: random.Random) -> dict[str, Any]:
    name = f"{rng.choice(FIRST)} {rng.choice(LAST)} contact{n:07}"
    company = _id("o", (n - 1) // 10 + 1)
    return {"id": _id("c", n), "number": n, "name": name, "name_key": name.lower(), "company_id": company,
            "created_at": NOW}  # fmt: skip


def _deal(n: int, rng: random.Random, stages: list[Stage], owners: list[str]) -> dict[str, Any]:
    kinds = ["open"] if n % 10 == 0 else ["won", "lost"]
    stage = rng.choice([stage for stage in stages if stage.kind in kinds])
    title = f"{rng.choice(TRADE)} renewal deal{n:07}"
    at = NOW - timedelta(days=rng.randrange(20 if stage.kind == "open" else 900))
    return {
        "id": _id("d", n), "number": n, "title": title, "title_key": title.lower(), "contact_id": _id("c", n),
        "company_id": _id("o", (n - 1) // 10 + 1), "created_at": at, "stage_id": stage.id, "outcome": stage.kind,
        "owner_id": rng.choice(owners), "value_minor": rng.randrange(1_000, 90_000) * 100, "currency": "USD",
        "probability": stage.probability, "probability_is_manual": False,
        "closed_at": None if stage.kind == "open" else NOW,
        "lost_reason": "price" if stage.kind == "lost" else None,
    }  # fmt: skip


def _lead(n: int, rng: random.Random, owners: list[str]) -> dict[str, Any]:
    name = f"{rng.choice(FIRST)} {rng.choice(LAST)} lead{n}"
    return {"id": _id("l", n), "number": n, "name": name, "name_key": name.lower(), "email": f"l{n}@example.net",
            "source": "web", "owner_id": rng.choice(owners), "score_is_manual": False, "status": "new",
            "created_at": NOW - timedelta(minutes=n)}  # fmt: skip


def _activity(n: int, rng: random.Random, owners: list[str]) -> dict[str, Any]:
    due = NOW + timedelta(hours=rng.randrange(-48, 480))
    done = None if n % 10 == 0 else NOW - timedelta(days=rng.randrange(1, 900))
    return {"id": _id("a", n), "number": n, "kind": "task", "subject": f"Call about deal{n:07}", "deal_id": _id("d", n),
            "owner_id": rng.choice(owners), "due_at": due, "overdue_at": due, "completed_at": done, "billable": False,
            "attendees": [], "created_at": LONG_AGO, "facts_since": LONG_AGO}  # fmt: skip


def _history(kind: Any, row: dict[str, Any]) -> dict[str, Any]:
    """Return the first entry of a record's history."""
    base = {"workspace_id": row["workspace_id"], "id": row["id"]}
    if kind is LeadStatusEntry:
        entered = {
            "status": "new",
            "entered_at": row["created_at"],
            "position": 0,
            "lead_created_at": row["created_at"],
        }
        return {**base, "lead_id": row["id"], **entered}
    names = {column.name for column in DealVersion.__table__.columns}
    facts = {name: value for name, value in row.items() if name in names}
    since = {"stage_since": row["created_at"], "outcome_since": row["created_at"]}
    return {**facts, "deal_id": row["id"], "valid_from": row["created_at"], "valid_to": FOREVER, **since}


if __name__ == "__main__":
    main()
