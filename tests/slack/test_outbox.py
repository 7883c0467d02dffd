from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crmbot.crm.outbox import OutboxMessage
from crmbot.errors import SendFailed
from crmbot.playground import DropAfter, StandIn
from crmbot.slack.api import SlackApi
from crmbot.slack.gateway import SlackGateway
from crmbot.slack.outbox import SlackOutbox


@pytest.fixture
def outbox(slack: StandIn) -> SlackOutbox:
    api = SlackApi(slack.bot_token, slack.api_url, 1.0)
    return SlackOutbox(lambda _workspace: SlackGateway(lambda: api))


def row(kind: str = "slack.post", destination: str = "C1", **payload: str) -> OutboxMessage:
    content = {"text": "hello", "blocks": [], **payload}
    return OutboxMessage("w", "o1", kind, destination, content, None, datetime.now(UTC), 1, "lease")


def test_a_row_is_posted_and_found_again(slack: StandIn, outbox: SlackOutbox) -> None:
    ts = outbox.send(row())
    assert outbox.find(row()) == ts == slack.messages("C1")[-1].ts


def test_a_row_whose_answer_was_lost_is_found(slack: StandIn, outbox: SlackOutbox) -> None:
    slack.script("chat.postMessage", [DropAfter()])
    with pytest.raises(SendFailed) as failed:
        outbox.send(row("slack.dm", "U1"))
    assert failed.value.unknown
    assert outbox.find(row("slack.dm", "U1"))


def test_a_message_is_changed_where_it_stands(slack: StandIn, outbox: SlackOutbox) -> None:
    ts = outbox.send(row())
    assert outbox.send(row("slack.update", ts=ts, text="bye")) == ts
    assert slack.messages("C1")[-1].text == "bye"


def test_a_second_sending_says_so(slack: StandIn, outbox: SlackOutbox) -> None:
    outbox.send(replace(row(), resent=True))
    assert "Sent again" in str(slack.messages("C1")[-1].blocks)


def test_a_kind_nobody_knows_is_parked(outbox: SlackOutbox) -> None:
    with pytest.raises(SendFailed) as failed:
        outbox.send(row("slack.fax"))
    assert failed.value.permanent
