"""Processes that are killed at any step of a command: delivered again, each command has its effect once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from itertools import cycle, islice, product
from pathlib import Path
from urllib.parse import urlencode

from chaos.processes import finish, opened, start
from clocks import SettableClock
from factories import Crm

from crmbot.crm.policy import Policy
from crmbot.crm.requests import LinkSlackUser
from crmbot.models import Deal, DeliveryKey, JournalEntry
from crmbot.playground.signing import signed_headers
from crmbot.service import CrmService
from crmbot.slack.app import SlackOptions, build_app
from crmbot.slack.http import Dispatcher
from crmbot.slack.signature import Heads
from crmbot.store import Store, open_store

SECRET = "signing secret of a test"
SIGNED_AT = 1_930_000_000.0
STEPS = ("command.begun", "command.handled", "command.written", "command.committed")
DEATHS = [f"{step}:{time}" for time, step in product((1, 2, 3), STEPS)]
Input = tuple[bytes, Heads]


def command(marker: str) -> Input:
    """Return a slash command as Slack signs it."""
    words = {"command": "/deal", "text": f"new {marker} $40k", "user_id": "U1", "team_id": "T1"}
    body = urlencode(words).encode()
    headers = signed_headers(SECRET, SIGNED_AT, body, "application/x-www-form-urlencoded")
    return body, [(name.lower().encode(), value.encode()) for name, value in headers.items()]


def deliver(url: str, inputs: list[Input], now: datetime, heard: Path) -> None:
    """Deliver commands to a process that has just started, and note down every answer."""
    with opened(url) as store, heard.open("ab", buffering=0) as ears:
        service = CrmService(store, SettableClock(now), Policy())
        app = build_app(SlackOptions(signing_secret=SECRET, bot_token="xoxb-1"), service)
        dispatcher = Dispatcher(app, SECRET, ack_seconds=30, clock=lambda: SIGNED_AT)
        for one in inputs:
            _, work = dispatcher.receive(*one)
            status, _, answer = work()
            ears.write(f"{status} {answer.decode()}\n".encode())


def deliver_at_once(url: str, inputs: list[Input], now: datetime, heard: Path) -> None:
    """Deliver commands from eight threads, whose effects share commits, and note down every answer."""
    with closing(open_store(url)) as store, heard.open("ab", buffering=0) as ears:
        service = CrmService(store, SettableClock(now), Policy())
        app = build_app(SlackOptions(signing_secret=SECRET, bot_token="xoxb-1"), service)
        dispatcher = Dispatcher(app, SECRET, ack_seconds=30, clock=lambda: SIGNED_AT)

        def say(one: Input) -> None:
            _, work = dispatcher.receive(*one)
            status, _, answer = work()
            ears.write(f"{status} {answer.decode()}\n".encode())

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(say, inputs))


def test_commands_of_many_threads_killed_within_a_group_lose_only_what_was_not_answered(
    crm: Crm, sqlite_url: str, tmp_path: Path, rounds: Callable[[int, int], int]
) -> None:
    heard, sent = tmp_path / "heard", dict[str, Input]()
    crm.do(LinkSlackUser("jane@ours.example", "U1"), "system")
    heard.touch()
    for round_ in range(rounds(8, 200)):
        step = STEPS[round_ % len(STEPS)]
        for _ in range(24):
            sent[f"marker-{len(sent):05}"] = command(f"marker-{len(sent):05}")
        told = heard.read_text()
        unanswered = [one for marker, one in sent.items() if marker not in told]
        crm.clock.advance(timedelta(seconds=1))
        death = f"{step}:{7 + round_ % 11}"
        assert finish(start(deliver_at_once, sqlite_url, unanswered, crm.clock(), heard, failpoint=death))
        done, told = {deal.title for deal in crm.rows(Deal)}, heard.read_text()
        assert {marker for marker in sent if marker in told} <= done
    crm.clock.advance(timedelta(minutes=5))
    assert not finish(start(deliver_at_once, sqlite_url, list(sent.values()), crm.clock(), heard))
    assert sorted(deal.title for deal in crm.rows(Deal)) == list(sent)
    entries = {entry.id for entry in crm.rows(JournalEntry, JournalEntry.request == "deal.new")}
    assert {key.entry_id for key in crm.rows(DeliveryKey, order=DeliveryKey.key)} == entries
    assert len(entries) == len(sent)


def test_commands_killed_at_any_step_and_delivered_again_have_one_effect(
    store: Store, store_url: str, clock: SettableClock, tmp_path: Path, rounds: Callable[[int, int], int]
) -> None:
    crm, heard = Crm(store, clock), tmp_path / "heard"
    crm.do(LinkSlackUser("jane@ours.example", "U1"), "system")
    before = len(crm.rows(JournalEntry))
    heard.touch()
    sent: dict[str, Input] = {}
    for death in islice(cycle(DEATHS), rounds(12, 200)):
        for _ in range(3):
            marker = f"marker-{len(sent):05}"
            sent[marker] = command(marker)
        # Whatever was not answered comes again.
        told = heard.read_text()
        unanswered = [one for marker, one in sent.items() if marker not in told]
        clock.advance(timedelta(seconds=1))
        assert finish(start(deliver, store_url, unanswered, clock(), heard, failpoint=death))
    clock.advance(timedelta(minutes=5))
    heard.unlink()
    assert not finish(start(deliver, store_url, list(sent.values()), clock(), heard))
    answers = heard.read_text().splitlines()
    assert len(answers) == len(sent)
    assert all(line.startswith("200 ") and marker in line for marker, line in zip(sent, answers, strict=True))
    assert sorted(deal.title for deal in crm.rows(Deal)) == list(sent)
    entries = {entry.id: entry.summary for entry in crm.rows(JournalEntry)[before:]}
    keys = crm.rows(DeliveryKey, order=DeliveryKey.key)
    assert len(entries) == len(keys) == len(sent)
    assert {key.entry_id for key in keys} == set(entries)
    assert all(sum(marker in said for said in entries.values()) == 1 for marker in sent)
