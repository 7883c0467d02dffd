"""From what somebody typed to what Slack shows: the parts as they are wired, against a Slack that fails."""

import html
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from clocks import SettableClock
from factories import Crm
from mails import AUTHSERV, POLICY, Raw
from web_server import web_server

from crmbot.bootstrap import Crmbot
from crmbot.bootstrap.background import digests, sender
from crmbot.bootstrap.chat import slack_options
from crmbot.config.settings import LimitSettings, Secrets, Settings, SlackSettings
from crmbot.crm.requests import AddDigest, CreateContact, CreateTask, Due, LinkSlackUser, SetDeal
from crmbot.domain.money import Money
from crmbot.mail.judging import Door
from crmbot.mail.pipeline import take_in
from crmbot.models import DigestSlot, Outbox
from crmbot.playground import (
    DropAfter,
    DropBefore,
    Hang,
    RateLimited,
    ServerError,
    StandIn,
    message_tokens,
)
from crmbot.playground.faults import Fault
from crmbot.slack.app import build_app
from crmbot.slack.http import Dispatcher
from crmbot.store import Store

HOSTILE = "<!channel> *x* <http://a|b>"
AS_SLACK_SENDS_IT = "&lt;!channel&gt; *x* &lt;http://a|b&gt;"
MONDAY = timedelta(days=5, hours=-1, minutes=-30)


@dataclass
class Running:
    """A wired crmbot beside a stand-in for Slack; Jane and Max are its U1 and U2."""

    crm: Crm
    bot: Crmbot
    slack: StandIn

    def work(self, *, for_: timedelta = timedelta(0)) -> None:
        """Tick and send as the worker does, every 15 seconds of the clock."""
        due = digests(self.bot)
        out = sender(self.bot, jitter=lambda _low, high: high)
        for _ in range(1 + for_ // timedelta(seconds=15)):
            due.run_once()
            out.run_once()
            self.crm.clock.advance(timedelta(seconds=15))


@pytest.fixture
def running(store: Store, clock: SettableClock) -> Iterator[Running]:
    crm = Crm(store, clock, POLICY)
    with StandIn(clock=lambda: clock().timestamp()) as slack:
        slack.add_channel("C1", "sales")
        for account, word in (("U1", "jane"), ("U2", "max")):
            slack.add_user(account, word, f"{word}@ours.example")
            crm.do(LinkSlackUser(f"{word}@ours.example", account), "system")
        settings = Settings(
            slack=SlackSettings(api_url=slack.api_url),
            limits=LimitSettings(slack_seconds=1),
            secrets=Secrets(slack_bot_token=slack.bot_token, slack_signing_secret=slack.signing_secret),
        )
        yield Running(crm, Crmbot(settings, store, crm.service, clock), slack)


@pytest.fixture
def address(running: Running) -> Iterator[str]:
    """Where Slack's requests are answered."""
    app = build_app(slack_options(running.bot.settings), running.crm.service)
    dispatcher = Dispatcher(app, running.slack.signing_secret, clock=running.slack.clock)
    with web_server(running.crm.service, slack=dispatcher) as base:
        yield f"{base}/slack/events"


@pytest.mark.parametrize(
    "faults",
    [
        [RateLimited(30), RateLimited(None)],
        [ServerError(500)] * 3,
        [Hang(2)],
        [Hang(2, accept=True)],
        [DropBefore()],
        [DropAfter()],
        [ServerError(503), RateLimited(1), DropAfter()],
    ],
    ids=lambda faults: "+".join(type(one).__name__ for one in faults),
)
def test_a_due_digest_arrives_once_whatever_slack_does(running: Running, faults: list[Fault]) -> None:
    running.crm.do(CreateTask("Call Anna", Due(at=running.crm.clock())))
    running.crm.do(AddDigest("overdue", "overdue", channel="C1"), "max")
    running.slack.script("chat.postMessage", list(faults))
    running.crm.clock.advance(MONDAY)
    running.work(for_=timedelta(minutes=5))
    (posted,) = running.slack.messages("C1")
    assert "Call Anna" in str(posted.blocks)
    assert "Sent again" not in str(posted.blocks)
    assert running.slack.scripts.get("chat.postMessage", []) == []
    assert [slot.state for slot in running.crm.rows(DigestSlot)] == ["queued"]
    assert [row.state for row in running.crm.rows(Outbox, Outbox.kind == "slack.post")] == ["sent"]
    assert running.slack.violations == []


def as_shown(shown: dict[str, Any]) -> str:
    """Return a message as people read it: entities undone, and each look-alike for the mark it stands for."""
    text = json.dumps(shown, ensure_ascii=False)
    return html.unescape(text).translate(str.maketrans("∗ˍ∼ˋ꞉", "*_~`:"))  # noqa: RUF001 - look-alikes on purpose


def assert_shown_as_typed(shown: dict[str, Any]) -> None:
    assert [token for token in message_tokens(shown) if token.kind != "date"] == []
    assert HOSTILE in as_shown(shown)


def test_a_deal_shows_as_it_was_typed_and_pings_nobody_anywhere(running: Running, address: str) -> None:
    crm, slack = running.crm, running.slack
    answer = slack.command(address, "/deal", f"new {AS_SLACK_SENDS_IT} $40k", "U1")
    assert crm.rows(Outbox) == []
    assert answer.payload is not None
    assert_shown_as_typed(answer.payload)
    # In the receipt for a mail about it, whose subject is no better.
    crm.do(CreateContact("Anna Lind", emails=("anna@acme.example",)))
    crm.do(SetDeal("D-1", contact="C-1"))
    take_in(crm.service, Door(crm.workspace_id, AUTHSERV), bytes(Raw(subject=HOSTILE)))
    running.work()
    # In each of the digests, as old, moved and overdue.
    crm.do(CreateTask(HOSTILE, Due(at=crm.clock()), target="D-1"))
    for name in ("overdue", "aging", "forecast"):
        crm.do(AddDigest(name, name, channel="C1"), "max")
    crm.clock.advance(timedelta(days=97) + MONDAY)
    crm.do(SetDeal("D-1", value=Money.of(50_000, "USD")))
    crm.clock.advance(timedelta(days=1))
    running.work(for_=timedelta(minutes=1))
    receipts = [message for message in slack.messages("D1") if message.via == "chat.postMessage"]
    posted = slack.messages("C1")
    assert (len(receipts), len(posted)) == (1, 3)
    for message in (*receipts, *posted):
        assert_shown_as_typed(message.body)
    assert slack.violations == []
