import time
from collections.abc import Callable

import pytest

from crmbot.playground import (
    DropAfter,
    DropBefore,
    ErrorCode,
    Flood,
    Garbage,
    Hang,
    RateLimited,
    Redirect,
    ServerError,
    StandIn,
)
from crmbot.slack.api import SlackApi, retry_after
from crmbot.slack.blocks.primitives import bar_chart, sentence, stack, table
from crmbot.slack.codes import CODES, Fate, judge
from crmbot.slack.gateway import SendFailed, SlackGateway
from crmbot.slack.message import Message

HELLO = Message("hello", (sentence("hello"),))


@pytest.fixture
def gateway(slack: StandIn) -> SlackGateway:
    api = SlackApi(slack.bot_token, slack.api_url, seconds=1.0)
    return SlackGateway(lambda: api)


def failure(call: Callable[[], object]) -> SendFailed:
    with pytest.raises(SendFailed) as caught:
        call()
    return caught.value


def test_a_post_carries_its_outbox_id_and_unfurls_nothing(slack: StandIn, gateway: SlackGateway) -> None:
    ts = gateway.post("C1", Message("see https://example.com"), {"digest": "aging"}, "o1")
    call = slack.calls_to("chat.postMessage")[-1]
    assert (call.args["unfurl_links"], call.args["unfurl_media"]) == (False, False)
    assert slack.messages("C1")[-1].metadata == {
        "event_type": "crmbot_outbox",
        "event_payload": {"outbox_id": "o1", "digest": "aging"},
    }
    assert gateway.find_posted("C1", "o1") == ts
    assert gateway.find_posted("C1", "o2") is None
    assert slack.violations == []


def test_a_persons_id_opens_the_direct_message(slack: StandIn, gateway: SlackGateway) -> None:
    gateway.post("U1", HELLO, None, "o1")
    gateway.post_dm("U1", HELLO)
    assert len(slack.messages(slack.direct_channel("U1").id)) == 2
    assert gateway.find_posted("U1", "o1")


def test_a_message_can_be_changed(slack: StandIn, gateway: SlackGateway) -> None:
    ts = gateway.post("C1", HELLO)
    gateway.update("C1", ts, Message("bye", (sentence("bye"),)))
    assert slack.messages("C1")[-1].text == "bye"


@pytest.mark.parametrize(
    ("fault", "permanent", "unknown"),
    [
        (ErrorCode("channel_not_found"), True, False),
        (ErrorCode("a_code_of_the_future"), True, False),
        (ErrorCode("internal_error"), False, True),
        (ErrorCode("service_unavailable"), False, False),
        (ServerError(500), False, True),
        (ServerError(503), False, True),
        (DropAfter(), False, True),
        (DropBefore(), False, True),
        (Hang(5, accept=True), False, True),
        (Garbage(), False, True),
        (Garbage(b"[1]"), False, True),
        (Flood(3_000_000), False, True),
        (Flood(10_000, 100, 0.2), False, True),
        (Redirect("http://127.0.0.1:1/steal"), False, False),
        (RateLimited(30), False, False),
    ],
    ids=repr,
)
def test_every_failure_says_whether_to_try_again(
    slack: StandIn, gateway: SlackGateway, fault: ErrorCode, *, permanent: bool, unknown: bool
) -> None:
    slack.script("chat.postMessage", [fault])
    begun = time.monotonic()
    failed = failure(lambda: gateway.post("C1", HELLO))
    assert (failed.permanent, failed.unknown) == (permanent, unknown)
    assert time.monotonic() - begun < 3
    assert len(slack.calls_to("chat.postMessage")) == 1


def test_a_post_whose_answer_was_lost_is_found_again(slack: StandIn, gateway: SlackGateway) -> None:
    slack.script("chat.postMessage", [DropAfter()])
    assert failure(lambda: gateway.post("C1", HELLO, None, "o7")).unknown
    assert gateway.find_posted("C1", "o7") == slack.messages("C1")[-1].ts


def test_a_slack_that_cannot_be_reached_got_nothing() -> None:
    api = SlackApi("xoxb-1", "http://127.0.0.1:9/api/", 1.0)
    failed = failure(lambda: SlackGateway(lambda: api).post("C1", HELLO))
    assert (failed.permanent, failed.unknown) == (False, False)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("0", 1),
        ("1", 1),
        ("30", 30),
        ("86400", 86400),
        ("999999", 86400),
        (None, 30),
        ("soon", 30),
        ("-3", 30),
        ("", 30),
    ],
)
def test_retry_after_is_obeyed_within_reason(said: str | None, seconds: float) -> None:
    assert retry_after(said) == seconds


def test_a_429_tells_how_long_to_wait(slack: StandIn, gateway: SlackGateway) -> None:
    slack.script("chat.postMessage", [RateLimited(17)])
    assert failure(lambda: gateway.post("C1", HELLO)).retry_after == 17


def test_blocks_that_slack_refuses_are_sent_again_as_text(
    slack: StandIn, gateway: SlackGateway, caplog: pytest.LogCaptureFixture
) -> None:
    slack.script("chat.postMessage", [ErrorCode("invalid_blocks")])
    chart = bar_chart("Value", [("Value", [("Qualified", 3.0)])])
    blocks = stack(sentence("hello"), table(("Stage", "<Value>"), [("Qualified", "`$3`")]), chart)
    gateway.post("C1", Message("hello", blocks))
    kinds = [block["type"] for block in slack.messages("C1")[-1].blocks]
    assert kinds == ["section", "table", "section"]
    assert "invalid_blocks" in caplog.text
    slack.refused_blocks = {"table", "data_visualization"}
    gateway.post("C1", Message("hello", blocks))
    kinds = [block["type"] for block in slack.messages("C1")[-1].blocks]
    assert kinds == ["section", "section", "section"]
    assert slack.violations == []


def test_other_blocks_that_slack_refuses_are_not_sent_twice(slack: StandIn, gateway: SlackGateway) -> None:
    slack.script("chat.postMessage", [ErrorCode("invalid_blocks")])
    assert failure(lambda: gateway.post("C1", HELLO)).permanent
    assert len(slack.calls_to("chat.postMessage")) == 1


def test_the_codes_are_many_and_each_has_one_fate_and_a_sentence() -> None:
    assert len(CODES) >= 60
    assert all(reason.endswith(".") for _, reason in CODES.values())
    for code in ("channel_not_found", "is_archived", "not_in_channel", "token_revoked", "msg_too_long"):
        assert judge(code)[0] is Fate.PARKED
    assert judge("never heard of")[0] is Fate.PARKED


def test_tokens_stay_out_of_what_is_printed(slack: StandIn) -> None:
    api = SlackApi(slack.bot_token, slack.api_url)
    assert slack.bot_token not in repr(api)
    slack.script("auth.test", [ErrorCode("invalid_auth")])
    assert slack.bot_token not in str(failure(lambda: api.call("auth.test")))


def test_a_channel_is_found_by_its_name(slack: StandIn, gateway: SlackGateway) -> None:
    for place in range(250):
        slack.add_channel(f"C9{place:03}", f"noise-{place}")
    slack.add_channel("CDEALS", "deals")
    assert gateway.find_channel("#deals") == "CDEALS"
    assert gateway.find_channel("deals-of-nobody") is None
    assert slack.violations == []


@pytest.mark.parametrize(
    ("channel", "sentence"),
    [
        ("C2", "#archive is archived."),
        ("C3", "crmbot is not in #secret: /invite @crmbot there."),
        ("C9", "choose another channel or invite the bot"),
        ("#nowhere", "There is no channel #nowhere, or crmbot is not in it"),
    ],
)
def test_a_place_that_takes_no_messages_is_told_before_one_is_sent(
    slack: StandIn, gateway: SlackGateway, channel: str, sentence: str
) -> None:
    slack.add_channel("C2", "archive", is_archived=True)
    slack.add_channel("C3", "secret", is_member=False)
    failed = failure(lambda: gateway.check(channel))
    assert failed.permanent
    assert sentence in str(failed)
    assert slack.posted == []


@pytest.mark.parametrize("place", ["C1", "#sales", "U1"])
def test_a_place_that_takes_messages_needs_no_words(slack: StandIn, gateway: SlackGateway, place: str) -> None:
    gateway.check(place)
    assert (slack.posted, slack.violations) == ([], [])


def test_where_the_app_may_not_look_nothing_is_claimed(slack: StandIn, gateway: SlackGateway) -> None:
    slack.script("conversations.info", [ErrorCode("missing_scope")])
    gateway.check("C1")
    assert (slack.posted, slack.violations) == ([], [])
