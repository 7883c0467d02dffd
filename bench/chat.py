"""How long a signed slash command takes, against a listener of Bolt's that does nothing.

Run: python bench/chat.py [--commands 400]. Prints the median of a writing command on SQLite (a file, synchronous FULL)
as a multiple of the floor, its split, and the throughput of 8 threads as a multiple of a stock Bolt listener's.
"""

import argparse
import hashlib
import hmac
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar
from urllib.parse import urlencode

from slack_bolt import Ack, App
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request import BoltRequest
from slack_sdk import WebClient

from crmbot.crm.actors import Actor
from crmbot.crm.policy import Policy
from crmbot.crm.requests import AddUser
from crmbot.crm.setup import create_workspace
from crmbot.domain.clock import system_clock
from crmbot.domain.stages import DEFAULT_STAGES
from crmbot.language.conversation import answer, understand
from crmbot.models import Base
from crmbot.service import CrmService
from crmbot.slack.app import SlackOptions, build_app, quiet_logger
from crmbot.slack.blocks.messages import answer_message
from crmbot.slack.http import Dispatcher
from crmbot.slack.reader import Reader
from crmbot.store import EVERY_WORKSPACE, Store, open_store

SECRET = "s" * 32
TEAM, USER = "T1", "U1"
LINE = "new Acme renewal {} $40k close:15 dec stage:negotiation"
THREADS = 8

Given = TypeVar("Given")
Made = TypeVar("Made")
Post = Callable[[bytes, list[tuple[str, str]]], object]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commands", type=int, default=400)
    number = parser.parse_args().commands
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/bench.db")
        service, workspace_id = make_service(store)
        ours = Dispatcher(build_app(SlackOptions(signing_secret=SECRET), service), SECRET)
        floor = Dispatcher(noop_app(process_before_response=True), SECRET)
        stock = noop_app(process_before_response=False)
        report(ours, floor, stock, number)
        split(service, service.actor_of_user(workspace_id, "ada@example.com", "slack"), number)
        store.close()


def report(ours: Dispatcher, floor: Dispatcher, stock: App, number: int) -> None:
    """Print the two ratios."""
    requests = signed(number * 3)
    warm = [next(requests) for _ in range(20)]
    for body, headers in warm:
        ours.dispatch(body, headers)
        floor.dispatch(body, headers)
    least = median(floor.dispatch, [next(requests) for _ in range(number)])
    taken = median(ours.dispatch, [next(requests) for _ in range(number)])
    print(f"no-op listener, process_before_response   p50 {least * 1000:7.2f} ms")
    print(f"deal new, signed, committed, card         p50 {taken * 1000:7.2f} ms   {taken / least:.1f}x (goal: 5x)")
    slow = throughput(lambda body, _: run_stock(stock, body), signed(64))
    fast = throughput(ours.dispatch, signed(number))
    print(f"no-op listener, stock runner, {THREADS} threads    {slow:7.0f} a second")
    print(f"deal new, {THREADS} threads                        {fast:7.0f} a second   {fast / slow:.1f}x (goal: 10x)")


def median(post: Post, requests: list[tuple[bytes, list[tuple[str, str]]]]) -> float:
    """Return the median seconds of one request after the other."""
    taken = []
    for body, headers in requests:
        begun = time.perf_counter()
        post(body, headers)
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def throughput(post: Post, requests: Iterator[tuple[bytes, list[tuple[str, str]]]]) -> float:
    """Return requests a second when eight threads send them."""
    prepared = list(requests)
    with ThreadPoolExecutor(THREADS) as pool:
        begun = time.perf_counter()
        list(pool.map(lambda one: post(*one), prepared))
        return len(prepared) / (time.perf_counter() - begun)


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


def signed(number: int) -> Iterator[tuple[bytes, list[tuple[str, str]]]]:
    """Yield signed commands, each with a text of its own."""
    stamp = str(int(time.time()))
    for place in range(number):
        fields = {
            "team_id": TEAM,
            "user_id": USER,
            "command": "/deal",
            "text": LINE.format(f"{time.perf_counter_ns()} {place}"),
            "channel_id": "C1",
            "trigger_id": f"{place}.1",
            "response_url": "https://example.com/",
        }
        body = urlencode(fields).encode()
        digest = hmac.new(SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        yield (
            body,
            [
                ("Content-Type", "application/x-www-form-urlencoded"),
                ("X-Slack-Request-Timestamp", stamp),
                ("X-Slack-Signature", f"v0={digest}"),
            ],
        )


def noop_app(*, process_before_response: bool) -> App:
    """Return an app whose only listener acknowledges."""
    app = App(
        name="bench.noop",
        logger=quiet_logger(),
        client=WebClient(logger=quiet_logger()),
        process_before_response=process_before_response,
        request_verification_enabled=False,
        authorize=lambda: AuthorizeResult(enterprise_id=None, team_id=TEAM, bot_token="xoxb-1"),  # noqa: S106 - no token
    )

    def acknowledge(ack: Ack) -> None:
        ack("ok")

    app.command("/deal")(acknowledge)
    return app


def run_stock(app: App, body: bytes) -> object:
    """Dispatch to an app the way Bolt's own adapters do, but for the signature."""
    return app.dispatch(BoltRequest(body=body.decode(), headers={"content-type": "application/x-www-form-urlencoded"}))


def make_service(store: Store) -> tuple[CrmService, str]:
    """Return a service with one workspace and one user."""
    Base.metadata.create_all(store.engine)
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
    service = CrmService(store, system_clock, Policy())
    service.perform(service.system(workspace.id), AddUser("ada@example.com", "Ada", "manager", slack_user_id=USER))
    return service, workspace.id


if __name__ == "__main__":
    main()
