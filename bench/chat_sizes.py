"""How long every main command takes over HTTP in a store of some size, against a Bolt listener that does nothing.

Run: python bench/chat_sizes.py [--deals 1000 100000] [--times 20] [--only WORD] [--keep DIR]. The store (`grown.py`) is
a file of SQLite with synchronous FULL. Each command is a signed request of its own, sent in turn to our server and to
the floor, Bolt's own adapter with `process_before_response=True`. Beside the medians stands the processor time of both
servers, which neighbours distort less. `--keep` keeps the stores there and takes those that are there.
"""

import argparse
import json
import shutil
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.chat import Sent, Served, processor_seconds, server, sign
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
    with server("floor", folder) as floor, server("ours", folder) as ours:
        for name, line in COMMANDS.items():
            if only not in name:
                continue
            taken = measure(ours, floor, list(lines(line, size, times)), MEANT.get(name, ()))
            print(
                f"  {name:30} {taken.seconds * 1000:8.2f} ms {taken.seconds / taken.floor_seconds:6.1f}x"
                f"   processor {taken.processor * 1000:6.2f} ms {taken.processor / taken.floor_processor:6.1f}x",
                flush=True,
            )


def measure(ours: Served, floor: Served, requests: list[Sent], meant: tuple[str, ...]) -> Taken:
    """Send a command to both servers in turn, so that a busy moment of the machine meets both.

    Whatever is refused ends the run: the time of a refusal says nothing of the command, unless it is `meant`.
    """
    servers = (ours, floor)
    lines = [Line(one.port) for one in servers]
    refusals = tuple(sign for sign in REFUSALS if sign not in meant)
    for line in lines:
        line.post(requests[0])
    used = [processor_seconds(one.pid) for one in servers]
    taken: tuple[list[float], list[float]] = ([], [])
    for sent in requests[1:]:
        for line, seconds in zip(lines, taken, strict=True):
            took, said = line.post(sent)
            seconds.append(took)
            if line is lines[0]:
                refuse_refusal(sent, said, refusals)
    spent = [processor_seconds(one.pid) - before for one, before in zip(servers, used, strict=True)]
    for line in lines:
        line.close()
    each = [statistics.median(seconds) for seconds in taken]
    number = len(requests) - 1
    return Taken(each[0], spent[0] / number, each[1], spent[1] / number)


class Line:
    """A connection to a server, as bare as can be: what the client does is in every time that is measured."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def post(self, sent: Sent) -> tuple[float, bytes]:
        """Send one request; return the seconds until all of its answer was there, and the answer's body."""
        body, headers = sent
        told = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"POST /slack/events HTTP/1.1\r\nHost: bench\r\n{told}Content-Length: {len(body)}\r\n\r\n"
        request = head.encode() + body
        begun = time.perf_counter()
        self._socket.sendall(request)
        answered = self._receive()
        return time.perf_counter() - begun, answered

    def _receive(self) -> bytes:
        got = b""
        while b"\r\n\r\n" not in got:
            got += self._more()
        head, _, body = got.partition(b"\r\n\r\n")
        status, *headers = head.split(b"\r\n")
        if b" 200 " not in status:
            raise SystemExit(f"a server answered {status.decode()}")
        length = next(int(line.split(b":")[1]) for line in headers if line.lower().startswith(b"content-length:"))
        while len(body) < length:
            body += self._more()
        return body

    def _more(self) -> bytes:
        received = self._socket.recv(1 << 16)
        if not received:
            raise SystemExit("a server hung up")
        return received

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


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


if __name__ == "__main__":
    main()
