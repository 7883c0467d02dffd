"""A workspace, the Slack app on top of it, a stand-in for Slack, and an address where the app answers."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from clocks import SettableClock
from slack_app import PEOPLE, Bot, heads, make_dispatcher
from slack_site import Site, serving

from crmbot.crm.policy import Policy
from crmbot.crm.requests import AddUser
from crmbot.crm.setup import create_workspace
from crmbot.models import Base
from crmbot.playground import StandIn
from crmbot.service import CrmService
from crmbot.slack.http import Dispatcher
from crmbot.store import EVERY_WORKSPACE, Store, open_store


@pytest.fixture(scope="module")
def running() -> Iterator[StandIn]:
    with StandIn() as running:
        yield running


@pytest.fixture
def slack(running: StandIn) -> StandIn:
    running.reset()
    running.scopes = None
    for user, (name, email, _) in PEOPLE.items():
        running.add_user(user, name.lower(), email)
    running.add_channel("C1", "sales")
    return running


@pytest.fixture
def crm(tmp_path: Path, clock: SettableClock) -> Iterator[tuple[Store, CrmService, str]]:
    store = open_store(f"sqlite:///{tmp_path}/crmbot.db")
    Base.metadata.create_all(store.engine)
    with store.writing(EVERY_WORKSPACE) as session:
        workspace = create_workspace(
            session, name="Example", timezone="Europe/Berlin", slack_team_id=StandIn.team_id, now=clock()
        )
    service = CrmService(store, clock, Policy())
    system = service.system(workspace.id)
    for name, email, role in PEOPLE.values():
        service.perform(system, AddUser(email, name, role))
    yield store, service, workspace.id
    store.close()


@pytest.fixture
def bot(
    slack: StandIn,
    crm: tuple[Store, CrmService, str],
    clock: SettableClock,
    serve: Callable[[Dispatcher], str],
) -> Bot:
    """The app with a store, answering over HTTP."""
    store, service, workspace_id = crm
    dispatcher = make_dispatcher(slack, service)
    return Bot(slack, store, service, clock, workspace_id, dispatcher, serve(dispatcher))


@pytest.fixture
def serve() -> Iterator[Callable[[Dispatcher], str]]:
    """Starts a server for a dispatcher and returns its address."""
    servers: list[ThreadingHTTPServer] = []

    def start(dispatcher: Dispatcher) -> str:
        server = _Server(("127.0.0.1", 0), _handler(dispatcher))
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/slack/events"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    """Fifty people may knock at once."""


def _handler(dispatcher: Dispatcher) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            _, work = dispatcher.receive(body, heads(self.headers.items()))
            status, headers, answer = work()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    return Handler


@pytest.fixture
def site(slack: StandIn, clock: SettableClock, tmp_path: Path) -> Iterator[Site]:
    """A store with one workspace that no team has yet, as `crmbot init` leaves it."""
    clock.set(datetime.now(UTC).replace(microsecond=0))
    file = tmp_path / "crmbot.db"
    store = open_store(f"sqlite:///{file}")
    Base.metadata.create_all(store.engine)
    with store.writing(EVERY_WORKSPACE) as session:
        create_workspace(session, name="Ours", timezone="Europe/Berlin", currency="EUR", now=clock())
    with serving(store, slack, clock, file) as served:
        yield served
    store.close()
