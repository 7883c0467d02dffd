"""How long a signed slash command that writes takes over HTTP, against listeners of Bolt's that do nothing.

Run: python bench/chat.py [--commands 400] [--rounds 5]. Each server is a process of its own: ours (a file of SQLite
with synchronous FULL), Bolt's own adapter with `process_before_response=True` (the floor), and with its default runner
(stock). All are asked in turn, round by round, so that a busy moment of the machine meets all of them; what is told are
medians of the rounds. Prints the median over one connection as a multiple of the floor, the throughput over eight
connections as a multiple of the stock listener's with as many processes, and where our time goes. PostgreSQL is
measured when its server programs are here, as the tests start it: without waiting for its disk.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from servers.postgres import PostgresServer
from servers.programs import POSTGRES

from bench.chatting.servers import Served, make_service, server
from bench.chatting.wire import Connection, send_side_by_side, signed
from crmbot.crm.actors import Actor
from crmbot.language.conversation import answer, understand
from crmbot.service import CrmService
from crmbot.slack.blocks.messages import answer_message
from crmbot.slack.reader import Reader
from crmbot.store import open_store

LINE = "new Acme renewal {} $40k close:15 dec stage:negotiation"
CONNECTIONS = 8
MOST_OF_STOCK = 160
"""Requests to a stock listener, which takes 11 ms for each."""

Given = TypeVar("Given")
Made = TypeVar("Made")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commands", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report_one(folder, given.commands, given.rounds)
        report_many(folder, given.commands, given.rounds)
        store = open_store(f"sqlite:///{folder}/split.db")
        service, workspace_id = make_service(store)
        split(service, service.actor_of_user(workspace_id, "ada@example.com", "slack"), given.commands)
        store.close()


def report_one(folder: str, number: int, rounds: int) -> None:
    """Print what one connection sees."""
    with server("floor") as floor, server("ours", f"sqlite:///{folder}/one.db") as ours:
        taken = [(one_by_one(floor, number), one_by_one(ours, number)) for _ in range(rounds)]
    least, used_least = (statistics.median(one[0][place] for one in taken) for place in (0, 1))
    median, used = (statistics.median(one[1][place] for one in taken) for place in (0, 1))
    times = statistics.median(ours[0] / floor[0] for floor, ours in taken)
    print("one connection                            p50     processor time of the server")
    print(f"  no-op listener, before response     {least:6.2f} ms {used_least:6.2f} ms")
    print(
        f"  deal new, signed, committed, card   {median:6.2f} ms {used:6.2f} ms   {times:.1f}x the floor's (goal: 5x)"
    )


def one_by_one(asked: Served, number: int) -> tuple[float, float]:
    """Return the median milliseconds of one request after the other, and the server's processor time for each."""
    requests, connection, taken = list(signed("/deal", LINE, number)), Connection(asked.port), []
    used = asked.processor_seconds
    for request in requests:
        begun = time.perf_counter()
        connection.exchange(request)
        taken.append(time.perf_counter() - begun)
    used = asked.processor_seconds - used
    connection.close()
    return statistics.median(taken) * 1000, used / number * 1000


def report_many(folder: str, number: int, rounds: int) -> None:
    """Print what eight connections get done, with one process and with two, each with and without `--cpu-affinity`."""
    print(f"{CONNECTIONS} connections")
    with databases(folder) as urls:
        for processes, affinity in ((1, False), (1, True), (2, False), (2, True)):
            with ExitStack() as stack:
                stock = stack.enter_context(server("stock", processes=processes))
                ours = {
                    name: stack.enter_context(server("ours", url, processes, affinity=affinity))
                    for name, url in urls.items()
                }
                taken = [
                    (many(stock, min(number, MOST_OF_STOCK)), {name: many(one, number) for name, one in ours.items()})
                    for _ in range(rounds)
                ]
            told = "1 process" if processes == 1 else f"{processes} processes"
            told += ", a processor for each" if affinity else ""
            slow = statistics.median(stocks[0] for stocks, _ in taken)
            print(f"  {told:38} no-op listener, stock runner {slow:5.0f} a second")
            for name in ours:
                fast, used = (statistics.median(found[name][place] for _, found in taken) for place in (0, 1))
                times = statistics.median(found[name][0] / stocks[0] for stocks, found in taken)
                what = f"deal new, {name}"
                print(f"  {told:38} {what:28} {fast:5.0f} a second {times:5.1f}x   processor time {used:.2f} ms")


def many(asked: Served, number: int) -> tuple[float, float]:
    """Return requests a second over eight connections, and the milliseconds of the server's processors for each."""
    each = number // CONNECTIONS
    shares = [list(signed("/deal", LINE, each)) for _ in range(CONNECTIONS)]
    used = asked.processor_seconds
    seconds = send_side_by_side(asked.port, shares)
    used = asked.processor_seconds - used
    return each * CONNECTIONS / seconds, used / (each * CONNECTIONS) * 1000


@contextmanager
def databases(folder: str) -> Iterator[dict[str, str]]:
    """Yield the address of an empty database of each kind."""
    urls = {"SQLite": f"sqlite:///{folder}/many.db"}
    program = POSTGRES.find()
    if program is None:
        yield urls
        return
    postgres = PostgresServer(program.parent)
    try:
        yield urls | {"PostgreSQL": postgres.url(postgres.create())}
    finally:
        postgres.close()


def split(service: CrmService, actor: Actor, number: int) -> None:
    """Print what reading the line, the transaction and the card take by themselves."""
    reader = Reader(actor.zone, service.clock())
    lines = [LINE.format(f"split {place}") for place in range(number)]
    parsed, reading = timed(lambda line: understand(service, actor, line, "deal"), lines)
    done, working = timed(lambda one: answer(service, actor, one), parsed)
    _, rendering = timed(lambda said: answer_message(said.answer, reader, said.request, said.echoes), done)
    parts = (("read", reading), ("transaction", working), ("card", rendering))
    print("split, p50: " + ", ".join(f"{name} {seconds * 1000:.2f} ms" for name, seconds in parts))


def timed(work: Callable[[Given], Made], given: list[Given]) -> tuple[list[Made], float]:
    """Return the results and the median seconds."""
    made, taken = [], []
    for one in given:
        begun = time.perf_counter()
        made.append(work(one))
        taken.append(time.perf_counter() - begun)
    return made, statistics.median(taken)


if __name__ == "__main__":
    main()
