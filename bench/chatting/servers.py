"""The servers that are compared, each in processes of its own: ours, and Bolt with a listener that does nothing.

The floor is Bolt's own adapter with `process_before_response=True`, stock is the same with Bolt's default runner.
"""

import argparse
import gc
import re
import subprocess
import sys
from asyncio import Protocol
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import Any

import uvicorn
from fastapi import FastAPI
from slack_bolt import Ack, App
from slack_bolt.adapter.fastapi import SlackRequestHandler
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from starlette.requests import Request
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

sys.path.insert(0, str(Path(__file__).parents[2]))

from bench.chatting.wire import SECRET, TEAM, USER, Connection, signed
from crmbot.bootstrap.processors import keep_to_one
from crmbot.bootstrap.siblings import Siblings
from crmbot.crm.policy import Policy
from crmbot.crm.requests import AddUser
from crmbot.crm.setup import create_workspace
from crmbot.domain.clock import system_clock
from crmbot.models import Base
from crmbot.playground.ports import free_port, wait_until_listening
from crmbot.service import CrmService
from crmbot.slack.app import SlackOptions, build_app, quiet_logger
from crmbot.slack.http import Dispatcher, Response
from crmbot.slack.signature import Heads
from crmbot.store import EVERY_WORKSPACE, Store, open_store
from crmbot.store.rota import Seat
from crmbot.web.app import build_web
from crmbot.web.connection import Connection as Connected
from crmbot.web.health import Health
from crmbot.web.server import listen

_ROOT = Path(__file__).parents[2]
_WARM_UP = 60


@dataclass(frozen=True)
class Served:
    """A server that runs: its port, and its processes."""

    port: int
    pids: tuple[int, ...]

    @property
    def processor_seconds(self) -> float:
        """The processor time that its threads have used (Documentation/scheduler/sched-stats.rst)."""
        tasks = (task for pid in self.pids for task in Path(f"/proc/{pid}/task").iterdir())
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


@contextmanager
def server(kind: str, url: str = "", processes: int = 1, *, affinity: bool = False) -> Iterator[Served]:
    """Run a server of that kind, on the store of that address; with `affinity` each process on one processor."""
    port = free_port()
    given = ["--port", str(port), "--store", url, "--processes", str(processes)]
    if affinity:
        given.append("--affinity")
    with subprocess.Popen([sys.executable, "-m", "bench.chatting.servers", kind, *given], cwd=_ROOT) as process:
        try:
            wait_until_listening(port)
            # Over several connections, so that each process gets some.
            for _ in range(4 * processes):
                connection = Connection(port)
                for request in signed("/deal", "new Warm-up {} $40k close:15 dec", _WARM_UP // 4):
                    connection.exchange(request)
                connection.close()
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            yield Served(port, (process.pid, *map(int, children)))
        finally:
            process.terminate()


def make_service(store: Store) -> tuple[CrmService, str]:
    """Return a service with one workspace and one user; those that are there already serve again."""
    Base.metadata.create_all(store.engine)
    service = CrmService(store, system_clock, Policy())
    for known in service.workspaces():
        return service, known.id
    with store.writing(EVERY_WORKSPACE) as session:
        workspace = create_workspace(
            session, name="Bench", timezone="Europe/Berlin", slack_team_id=TEAM, now=system_clock()
        )
    service.perform(service.system(workspace.id), AddUser("ada@example.com", "Ada", "manager", slack_user_id=USER))
    return service, workspace.id


def main() -> None:
    """Serve until terminated."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=["ours", "floor", "stock"])
    parser.add_argument("--port", type=int)
    parser.add_argument("--store")
    parser.add_argument("--processes", type=int)
    parser.add_argument("--affinity", action="store_true")
    given = parser.parse_args()
    if given.kind == "ours":
        # Before there are several.
        store = open_store(given.store)
        make_service(store)
        store.close()
    listeners = listen(f"127.0.0.1:{given.port}", given.processes)
    # As `crmbot web` does.
    gc.collect()
    gc.freeze()
    if given.processes > 1:
        Siblings(listeners, lambda listener, seat: _serve(given, listener, seat)).run()
    else:
        _serve(given, listeners[0])


def _serve(given: argparse.Namespace, listener: socket, seat: Seat | None = None) -> None:
    if given.affinity:
        keep_to_one(seat.number if seat else 0)
    kind, url = given.kind, given.store
    app = _ours(open_store(url, seat=seat)) if kind == "ours" else _bolts(process_before_response=kind == "floor")
    gc.collect()
    gc.freeze()
    # As each is served by its makers.
    http: type[Protocol] = Connected if kind == "ours" else HttpToolsProtocol
    config = uvicorn.Config(app, http=http, log_level="error", access_log=False, ws="none", lifespan="off")
    uvicorn.Server(config).run(sockets=[listener])


def _ours(store: Store) -> Any:
    service = CrmService(store, system_clock, Policy())
    return build_web(service, slack=_slack(service), health=lambda: Health({}), metrics=lambda: b"")


def _slack(service: CrmService) -> Dispatcher:
    return Dispatcher(build_app(SlackOptions(signing_secret=SECRET), service), SECRET)


def our_dispatcher(store: Store) -> Callable[[bytes, Heads], Response]:
    """Return what the web application does with a request of Slack's, from first to last."""
    dispatcher = _slack(CrmService(store, system_clock, Policy()))
    return lambda body, headers: dispatcher.receive(body, headers)[1]()


def _bolts(*, process_before_response: bool) -> FastAPI:
    """Return an application as Bolt's maker shows it: their adapter."""
    app, handler = FastAPI(), SlackRequestHandler(no_op_app(process_before_response=process_before_response))

    @app.post("/slack/events")
    async def events(request: Request) -> Any:
        return await handler.handle(request)

    return app


def no_op_app(*, process_before_response: bool) -> App:
    """Return an app with one listener, which acknowledges every command."""
    bolt = App(
        name="bench.noop",
        logger=quiet_logger(),
        client=WebClient(logger=quiet_logger()),
        signing_secret=SECRET,
        process_before_response=process_before_response,
        authorize=lambda: AuthorizeResult(enterprise_id=None, team_id=TEAM, bot_token="xoxb-1"),  # noqa: S106 - no token
    )

    def acknowledge(ack: Ack) -> None:
        ack("ok")

    bolt.command(re.compile("/"))(acknowledge)
    return bolt


if __name__ == "__main__":
    main()
