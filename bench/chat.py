"""How long a signed slash command that writes takes over HTTP, against listeners of Bolt's that do nothing.

Run: python bench/chat.py [--commands 400]. Three servers, each a process of its own: ours (a file of SQLite with
synchronous FULL), Bolt's own adapter with `process_before_response=True` (the floor), and with its default runner
(stock). Prints the median over one connection as a multiple of the floor, the throughput over eight connections as a
multiple of the stock listener's, and where our time goes.
"""

import argparse
import gc
import hashlib
import hmac
import http.client
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

import uvicorn
from fastapi import FastAPI
from slack_bolt import Ack, App
from slack_bolt.adapter.fastapi import SlackRequestHandler
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from starlette.requests import Request

from crmbot.crm.actors import Actor
from crmbot.crm.policy import Policy
from crmbot.crm.requests import AddUser
from crmbot.crm.setup import create_workspace
from crmbot.domain.clock import system_clock
from crmbot.domain.stages import DEFAULT_STAGES
from crmbot.language.conversation import answer, understand
from crmbot.models import Base
from crmbot.playground.ports import free_port, wait_until_listening
from crmbot.service import CrmService
from crmbot.slack.app import SlackOptions, build_app, quiet_logger
from crmbot.slack.blocks.messages import answer_message
from crmbot.slack.http import Dispatcher
from crmbot.slack.reader import Reader
from crmbot.store import EVERY_WORKSPACE, Store, open_store
from crmbot.web.app import build_web
from crmbot.web.health import Health

SECRET = "s" * 32
TEAM, USER = "T1", "U1"
LINE = "new Acme renewal {} $40k close:15 dec stage:negotiation"
CONNECTIONS = 8

Given = TypeVar("Given")
Made = TypeVar("Made")
Sent = tuple[bytes, dict[str, str]]


def main() -> None:
    """Measure and print, or be one of the servers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commands", type=int, default=400)
    parser.add_argument("--serve", choices=["ours", "floor", "stock"], help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--store", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve(given.serve, given.port, given.store)
        return
    with tempfile.TemporaryDirectory() as folder:
        report(folder, given.commands)
        store = open_store(f"sqlite:///{folder}/split.db")
        service, workspace_id = make_service(store)
        split(service, service.actor_of_user(workspace_id, "ada@example.com", "slack"), given.commands)
        store.close()


def report(folder: str, number: int) -> None:
    """Print the two ratios."""
    with server("floor", folder) as floor:
        least = median(floor.port, number)
    with server("ours", folder) as ours:
        used = processor_seconds(ours.pid)
        taken = median(ours.port, number)
        each = (processor_seconds(ours.pid) - used) / number
        fast = throughput(ours.port, number)
    with server("stock", folder) as stock:
        slow = throughput(stock.port, min(number, 200))
    print(f"no-op listener, process_before_response   p50 {least * 1000:7.2f} ms")
    print(f"deal new, signed, committed, card         p50 {taken * 1000:7.2f} ms   {taken / least:.1f}x (goal: 5x)")
    print(f"  processor time of the server for one         {each * 1000:7.2f} ms")
    print(f"no-op listener, stock runner, {CONNECTIONS} connections   {slow:7.0f} a second")
    print(f"deal new, {CONNECTIONS} connections               {fast:7.0f} a second   {fast / slow:.1f}x (goal: 10x)")


@dataclass(frozen=True)
class Served:
    """A server that runs: its port, and its process."""

    port: int
    pid: int


@contextmanager
def server(kind: str, folder: str) -> Iterator[Served]:
    """Run a server in a process of its own."""
    port = free_port()
    command = [sys.executable, __file__, "--serve", kind, "--port", str(port), "--store", f"{folder}/bench.db"]
    with subprocess.Popen(command) as process:
        try:
            wait_until_listening(port)
            median(port, 50)
            yield Served(port, process.pid)
        finally:
            process.terminate()


def serve(kind: str, port: int, file: str) -> None:
    """Serve until terminated."""
    if kind == "ours":
        store = open_store(f"sqlite:///{file}")
        service, _ = make_service(store)
        dispatch = Dispatcher(build_app(SlackOptions(signing_secret=SECRET), service), SECRET).dispatch
        app: Any = build_web(service, slack=dispatch, health=lambda: Health({}), metrics=lambda: b"")
        # As `crmbot web` does.
        gc.collect()
        gc.freeze()
    else:
        app = bolt_server(noop_app(process_before_response=kind == "floor"))
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", access_log=False)


def bolt_server(bolt: App) -> FastAPI:
    """Return an application with Bolt's own adapter."""
    app, handler = FastAPI(), SlackRequestHandler(bolt)

    @app.post("/slack/events")
    async def events(request: Request) -> Any:
        return await handler.handle(request)

    return app


def median(port: int, number: int) -> float:
    """Return the median seconds of one request after the other over one connection."""
    connection, taken = http.client.HTTPConnection("127.0.0.1", port), []
    for sent in signed(number):
        begun = time.perf_counter()
        post(connection, sent)
        taken.append(time.perf_counter() - begun)
    connection.close()
    return statistics.median(taken)


def processor_seconds(pid: int) -> float:
    """Return the processor time that the threads of a process have used (Documentation/scheduler/sched-stats.rst)."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def throughput(port: int, number: int) -> float:
    """Return requests a second over eight connections."""
    shares = [list(signed(number // CONNECTIONS)) for _ in range(CONNECTIONS)]
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        begun = time.perf_counter()
        list(pool.map(lambda share: send_all(port, share), shares))
        return sum(map(len, shares)) / (time.perf_counter() - begun)


def send_all(port: int, share: list[Sent]) -> None:
    """Send requests one after the other over a connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for sent in share:
        post(connection, sent)
    connection.close()


def post(connection: http.client.HTTPConnection, sent: Sent) -> bytes:
    """Send one request and return its answer."""
    connection.request("POST", "/slack/events", *sent)
    answered = connection.getresponse()
    said = answered.read()
    if answered.status != http.HTTPStatus.OK:
        raise SystemExit(f"a server answered {answered.status}")
    return said


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


def signed(number: int) -> Iterator[Sent]:
    """Yield signed commands, each with a text of its own."""
    for place in range(number):
        yield sign("/deal", LINE.format(f"{time.perf_counter_ns()} {place}"))


def sign(command: str, text: str) -> Sent:
    """Return a command as Slack sends it."""
    stamp = str(int(time.time()))
    fields = {
        "team_id": TEAM,
        "user_id": USER,
        "command": command,
        "text": text,
        "channel_id": "C1",
        "trigger_id": "1.1",
        "response_url": "https://example.com/",
    }
    body = urlencode(fields).encode()
    digest = hmac.new(SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest}",
    }
    return body, headers


def noop_app(*, process_before_response: bool) -> App:
    """Return an app as its maker sets one up, whose only listener acknowledges."""
    app = App(
        name="bench.noop",
        logger=quiet_logger(),
        client=WebClient(logger=quiet_logger()),
        signing_secret=SECRET,
        process_before_response=process_before_response,
        authorize=lambda: AuthorizeResult(enterprise_id=None, team_id=TEAM, bot_token="xoxb-1"),  # noqa: S106 - no token
    )

    def acknowledge(ack: Ack) -> None:
        ack("ok")

    app.command(re.compile("/"))(acknowledge)
    return app


def make_service(store: Store) -> tuple[CrmService, str]:
    """Return a service with one workspace and one user; those that are there already serve again."""
    Base.metadata.create_all(store.engine)
    service = CrmService(store, system_clock, Policy())
    for known in service.workspaces():
        return service, known.id
    with store.writing(EVERY_WORKSPACE) as session:
        workspace = create_workspace(
            session,
            name="Bench",
            timezone="Europe/Berlin",
            currency="USD",
            date_order=None,
            slack_team_id=TEAM,
            stages=DEFAULT_STAGES,
            now=system_clock(),
        )
    service.perform(service.system(workspace.id), AddUser("ada@example.com", "Ada", "manager", slack_user_id=USER))
    return service, workspace.id


if __name__ == "__main__":
    main()
