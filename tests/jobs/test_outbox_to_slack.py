"""The sender through the real Slack gateway against the stand-in, which fails as Slack does."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from clocks import SettableClock
from digest_values import aging
from jobs.rig import Rig

from crmbot.jobs.charts import ChartMemory
from crmbot.jobs.outbox import Sender
from crmbot.playground import DropAfter, DropBefore, ErrorCode, Garbage, Hang, RateLimited, ServerError, StandIn
from crmbot.playground.faults import Fault
from crmbot.slack.api import SlackApi
from crmbot.slack.codes import CODES, Fate, judge
from crmbot.slack.digests import render
from crmbot.slack.gateway import SlackGateway
from crmbot.slack.outbox import SlackOutbox

AGAIN = "Sent again: Slack did not say"


@pytest.fixture
def slack(clock: SettableClock) -> Iterator[StandIn]:
    with StandIn(clock=lambda: clock().timestamp()) as slack:
        slack.add_user("U1", "ada", "ada@example.com")
        slack.add_channel("C1", "sales")
        slack.add_channel("C2", "archive", is_archived=True)
        yield slack


def sender(rig: Rig, slack: StandIn) -> Sender:
    api = SlackApi(slack.bot_token, slack.api_url, seconds=0.5)
    messages = SlackOutbox(lambda _workspace: SlackGateway(lambda: api))
    return Sender(rig.store, {"slack": messages}, rig.clock, jitter=lambda _low, high: high)


@pytest.mark.parametrize(
    "fault",
    [
        RateLimited(1),
        RateLimited("soon"),
        RateLimited(None),
        ServerError(500),
        ServerError(503),
        ErrorCode("internal_error"),
        DropBefore(),
        DropAfter(),
        Hang(2),
        Hang(2, accept=True),
        Garbage(),
        Garbage(accept=True),
    ],
    ids=repr,
)
def test_whatever_slack_does_the_message_arrives_once(sqlite_rig: Rig, slack: StandIn, fault: Fault) -> None:
    slack.script("chat.postMessage", [fault])
    sent = sqlite_rig.queue("digest")
    sqlite_rig.drain(sender(sqlite_rig, slack), for_=timedelta(minutes=2), step=timedelta(seconds=15))
    assert [message.text for message in slack.messages("C1")] == ["digest"]
    row = sqlite_rig.row(sent)
    assert (row.state, row.receipt) == ("sent", slack.messages("C1")[0].ts)


def test_without_history_a_lost_answer_means_one_flagged_repeat(sqlite_rig: Rig, slack: StandIn) -> None:
    slack.script("chat.postMessage", [DropAfter()])
    slack.script("conversations.history", [ErrorCode("missing_scope")])
    sqlite_rig.queue("digest")
    sqlite_rig.drain(sender(sqlite_rig, slack), for_=timedelta(minutes=2), step=timedelta(seconds=15))
    first, second = slack.messages("C1")
    assert AGAIN not in str(first.blocks)
    assert AGAIN in str(second.blocks)


def test_an_archived_channel_parks_the_message_with_what_to_do(sqlite_rig: Rig, slack: StandIn) -> None:
    parked = sqlite_rig.queue("digest", "C2")
    sender(sqlite_rig, slack).run_once()
    row = sqlite_rig.row(parked)
    assert row.state == "parked"
    assert "choose another channel or invite the bot" in str(row.reason)


def test_every_refusal_of_slacks_ends_in_sending_or_in_a_reason_and_is_never_asked_for_ever(
    sqlite_rig: Rig, slack: StandIn
) -> None:
    codes = [*CODES, "a_code_of_tomorrow"]
    api = SlackApi(slack.bot_token, slack.api_url, seconds=5)
    out = SlackOutbox(lambda _workspace: SlackGateway(lambda: api))
    sending = Sender(sqlite_rig.store, {"slack": out}, sqlite_rig.clock, jitter=lambda _low, high: high, paces={})
    for code in codes:
        outbox_id = sqlite_rig.queue(code)
        slack.scripts["chat.postMessage"] = [ErrorCode(code)] * 10
        before = len(slack.calls_to("chat.postMessage"))
        for _ in range(10):
            sending.run_once()
            if sqlite_rig.row(outbox_id).state == "parked":
                break
            sqlite_rig.clock.advance(timedelta(minutes=1))
        else:
            assert judge(code)[0] is not Fate.PARKED
            slack.scripts["chat.postMessage"] = []
            sqlite_rig.clock.advance(timedelta(minutes=5))
            sending.run_once()
        assert len(slack.calls_to("chat.postMessage")) - before <= 11, code
        row = sqlite_rig.row(outbox_id)
        assert row.state == "sent" or (row.state == "parked" and row.reason), code
    notices = [row for row in sqlite_rig.rows() if row.kind == "notice.undelivered"]
    parked = [row for row in sqlite_rig.rows() if row.kind == "slack.post" and row.state == "parked"]
    assert len(parked) > 30
    assert len(notices) <= len({row.reason for row in parked})


def test_a_person_gets_a_direct_message_and_an_update_changes_it(sqlite_rig: Rig, slack: StandIn) -> None:
    sent = sqlite_rig.queue("hello", "U1", kind="slack.dm")
    sending = sender(sqlite_rig, slack)
    sending.run_once()
    (posted,) = slack.posted
    assert (posted.text, posted.ts) == ("hello", sqlite_rig.row(sent).receipt)
    sqlite_rig.queue("changed", posted.channel, kind="slack.update", payload={"text": "changed", "ts": posted.ts})
    sending.run_once()
    assert [message.text for message in slack.posted] == ["changed"]
    assert slack.violations == []


def test_a_kind_that_slack_has_not_is_parked(sqlite_rig: Rig, slack: StandIn) -> None:
    parked = sqlite_rig.queue("?", kind="slack.fax")
    sender(sqlite_rig, slack).run_once()
    assert sqlite_rig.row(parked).reason == "Nothing here sends slack.fax."


def test_a_digest_comes_with_a_picture_where_slack_draws_no_charts_and_that_is_remembered(
    rig: Rig, slack: StandIn
) -> None:
    slack.refused_blocks = {"data_visualization"}
    api = SlackApi(slack.bot_token, slack.api_url, seconds=2)
    out = SlackOutbox(lambda name: SlackGateway(lambda: api, ChartMemory(rig.store, rig.clock, name)))
    sending = Sender(rig.store, {"slack": out}, rig.clock, paces={})
    for _ in range(2):
        rig.queue("digest", payload=render(aging()).kept)
        sending.run_once()
    kinds = [[block["type"] for block in message.blocks] for message in slack.messages("C1")]
    assert [("image" in found, "data_visualization" in found) for found in kinds] == [(True, False)] * 2
    # The first one was refused once; the second did not try.
    assert len(slack.calls_to("chat.postMessage")) == 3
    assert slack.violations == []


def test_a_picture_that_takes_too_long_gives_way_to_figures(sqlite_rig: Rig, slack: StandIn) -> None:
    slack.refused_blocks = {"data_visualization"}
    slack.script("upload", [Hang(3)])
    sqlite_rig.queue("digest", payload=render(aging()).kept)
    sender(sqlite_rig, slack).run_once()
    (message,) = slack.messages("C1")
    assert "image" not in [block["type"] for block in message.blocks]
    assert "Age of open deals" in str(message.blocks)
