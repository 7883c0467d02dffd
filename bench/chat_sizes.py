"""How long every main command takes over HTTP in a store of some size, against a Bolt listener that does nothing.

Run: python bench/chat_sizes.py [--deals 1000 100000] [--times 20] [--only WORD] [--keep DIR]. The store (`grown.py`) is
a file of SQLite with synchronous FULL. Each command is a signed request of its own, sent in turn to our server and to
the floor, Bolt's own adapter with `process_before_response=True`. Beside the medians stands the processor time of both
servers, which neighbours distort less. `--keep` keeps the stores there and takes those that are there.
"""

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.chatting.servers import Served, server
from bench.chatting.wire import Connection, said, sign
from bench.grown import fill
from crmbot.store import open_store

COMMANDS = {
    "deal new": "deal new Bench {stamp} $40k close:15 dec",
    "deal show, by number": "deal show D-{n}",
    "deal show, by name": "deal show deal{n:07}",
    "deal show, by its company": "deal show company{company:07}",
    "deal show, by a later word": "deal show renewal deal{n:07}",
    "deal show, a slip in its name": "deal show dael{n:07}",
    "deal list": "deal list",
    "deal list, by a word": "deal list deal{n:07}",
    "deal move, by name": "deal move deal{n:07} qualified",
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
    "contact list, by a word": "contact list contact{n:07}",
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
    "crm find, a common word": "crm find renewal",
    "crm find, two words": "crm find renewal deal{n:07}",
    "crm find, nothing": "crm find dael{n:07}",
    "crm undo": "crm undo",
    "crm help": "crm help",
}
"""What is measured; {n} and the like are numbers, for each time another one, of a record that the command suits."""

REFUSALS = ("🤔", "⚠️", "🛠️")
"""What the answer to a command begins with that was not done; the first asks back."""
MEANT = {"deal show, by its company": REFUSALS[:1], "deal show, a slip in its name": REFUSALS}
"""What may be answered so: a company has several deals, and a slip is refused with the nearest names."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deals", type=int, nargs="+", default=[1000])
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--only", default="", help="commands with this word in their name")
    parser.add_argument("--keep", type=Path, help="where stores are kept and found")
    given = parser.parse_args()
    for size in given.deals:
        with tempfile.TemporaryDirectory() as folder:
            provide(Path(folder) / "bench.db", size, given.keep)
            report(folder, size, given.times, given.only)


def provide(file: Path, size: int, keep: Path | None) -> None:
    """Make the store, or take the one that was kept."""
    kept = keep / f"grown-{size}.db" if keep else file
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        # By another name until it is whole: a run that ended early leaves none to be found.
        store = open_store(f"sqlite:///{kept}.part")
        fill(store, size)
        store.close()
        Path(f"{kept}.part").rename(kept)
    if kept != file:
        shutil.copy(kept, file)


@dataclass(frozen=True)
class Taken:
    """Median seconds and mean processor seconds of a command, and those of the floor at the same time."""

    seconds: float
    processor: float
    floor_seconds: float
    floor_processor: float


def report(folder: str, size: int, times: int, only: str) -> None:
    """Print each command's median and processor time, and both as multiples of the floor's."""
    print(f"{size:,} deals and contacts")
    with server("floor") as floor, server("ours", f"sqlite:///{folder}/bench.db") as ours:
        for name, line in COMMANDS.items():
            if only not in name:
                continue
            taken = measure(ours, floor, list(lines(line, size, times)), MEANT.get(name, ()))
            print(
                f"  {name:30} {taken.seconds * 1000:8.2f} ms {taken.seconds / taken.floor_seconds:6.1f}x"
                f"   processor {taken.processor * 1000:6.2f} ms {taken.processor / taken.floor_processor:6.1f}x",
                flush=True,
            )


def measure(ours: Served, floor: Served, requests: list[bytes], meant: tuple[str, ...]) -> Taken:
    """Send a command to both servers in turn, so that a busy moment of the machine meets both.

    Whatever is refused ends the run: the time of a refusal says nothing of the command, unless it is `meant`.
    """
    servers = (ours, floor)
    connections = [Connection(one.port) for one in servers]
    refusals = tuple(sign for sign in REFUSALS if sign not in meant)
    for connection in connections:
        connection.exchange(requests[0])
    used = [one.processor_seconds for one in servers]
    taken: tuple[list[float], list[float]] = ([], [])
    for request in requests[1:]:
        for connection, seconds in zip(connections, taken, strict=True):
            begun = time.perf_counter()
            answer = connection.exchange(request)
            seconds.append(time.perf_counter() - begun)
            if connection is connections[0]:
                refuse_refusal(request, answer, refusals)
    spent = [one.processor_seconds - before for one, before in zip(servers, used, strict=True)]
    for connection in connections:
        connection.close()
    each = [statistics.median(seconds) for seconds in taken]
    number = len(requests) - 1
    return Taken(each[0], spent[0] / number, each[1], spent[1] / number)


def refuse_refusal(request: bytes, answer: bytes, signs: tuple[str, ...]) -> None:
    """End the run when an answer bears the sign of a refusal, telling the line and why."""
    message = json.loads(answer) if answer else {}
    told = json.dumps(message.get("blocks", [])[:1], ensure_ascii=False)
    if any(sign in told for sign in signs):
        raise SystemExit(f"{said(request)} was not done: {message.get('text')}")


def lines(line: str, size: int, times: int) -> Iterator[bytes]:
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


if __name__ == "__main__":
    main()
