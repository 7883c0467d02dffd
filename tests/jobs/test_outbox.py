"""The sender, against a gateway that fails in every way a real one does."""

import threading
import time
from datetime import timedelta

import pytest
from jobs.rig import ADMIN, ARCHIVED, DOWN, LOST, NO_HISTORY, FakeGateway, Rig, limited

from crmbot.crm import outbox
from crmbot.crm.outbox import OutboxMessage
from crmbot.errors import Conflict, NotFound, SendFailed
from crmbot.store import EVERY_WORKSPACE

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def test_a_queued_message_is_sent_once_and_keeps_its_receipt(rig: Rig) -> None:
    gateway = FakeGateway()
    sent = rig.queue("hello")
    sender = rig.sender(gateway)
    assert [sender.run_once(), sender.run_once()] == [1, 0]
    row = rig.row(sent)
    assert (row.state, row.receipt, row.sent_at, row.lease_holder) == ("sent", f"ts-{sent}", rig.clock(), None)
    assert gateway.texts == ["hello"]


def test_messages_of_a_channel_keep_their_order_and_a_second_between_them(rig: Rig) -> None:
    gateway = FakeGateway()
    rig.queue_in_order(["one", "two", "three"])
    rig.queue_in_order(["other"], "C2")
    sender = rig.sender(gateway)
    sender.run_once()
    assert sorted(gateway.texts) == ["one", "other"]
    rig.clock.advance(timedelta(milliseconds=900))
    assert sender.run_once() == 0
    rig.drain(sender, for_=5 * SECOND, step=SECOND / 2)
    assert [text for text in gateway.texts if text != "other"] == ["one", "two", "three"]


def test_mails_need_no_second_between_them(sqlite_rig: Rig) -> None:
    for text in "abc":
        sqlite_rig.queue(text, "jane@example.com", kind="mail.send")
    assert sqlite_rig.sender(FakeGateway()).run_once() == 3


@pytest.mark.parametrize("wait", [1, 30, 86_400])
def test_retry_after_is_obeyed_and_blocks_only_its_channel(rig: Rig, wait: int) -> None:
    gateway = FakeGateway({"C1": [limited(wait)]})
    late = rig.queue("late")
    sender = rig.sender(gateway)
    sender.run_once()
    assert rig.row(late).not_before == rig.clock() + timedelta(seconds=wait)
    rig.queue("behind")
    rig.queue("elsewhere", "C2")
    rig.clock.advance(timedelta(seconds=wait - 0.5))
    sender.run_once()
    assert gateway.texts == ["elsewhere"]
    rig.clock.advance(SECOND)
    rig.drain(sender, for_=3 * SECOND, step=SECOND)
    assert gateway.texts == ["elsewhere", "late", "behind"]


def test_being_asked_to_wait_is_no_try(sqlite_rig: Rig) -> None:
    gateway = FakeGateway({"C1": [limited(1) for _ in range(60)]})
    sqlite_rig.queue("patient")
    sender = sqlite_rig.sender(gateway)
    sqlite_rig.queue("others get through", "C2")
    sqlite_rig.drain(sender, for_=timedelta(seconds=70), step=SECOND)
    assert "patient" in gateway.texts


def test_an_hour_of_trouble_takes_at_most_twenty_tries_and_ends_within_five_minutes(sqlite_rig: Rig) -> None:
    gateway = FakeGateway()
    recovery = sqlite_rig.clock() + HOUR
    down = FakeGateway({"C1": [DOWN] * 1000})
    sent = sqlite_rig.queue("digest")
    sqlite_rig.drain(sqlite_rig.sender(down, jitter=lambda low, _high: low), for_=HOUR, step=20 * SECOND)
    assert 10 <= len(down.calls) <= 20
    sqlite_rig.drain(sqlite_rig.sender(gateway), for_=5 * MINUTE, step=20 * SECOND)
    row = sqlite_rig.row(sent)
    assert row.sent_at is not None
    assert row.sent_at - recovery <= 5 * MINUTE


def test_an_outage_of_six_hours_loses_nothing(sqlite_rig: Rig) -> None:
    down = FakeGateway({"C1": [DOWN] * 1000})
    sqlite_rig.queue_in_order(["one", "two"])
    sqlite_rig.drain(sqlite_rig.sender(down), for_=6 * HOUR, step=4 * MINUTE)
    gateway = FakeGateway()
    sqlite_rig.drain(sqlite_rig.sender(gateway), for_=6 * MINUTE, step=10 * SECOND)
    assert gateway.texts == ["one", "two"]


def test_a_message_that_alone_fails_is_given_up_after_twenty_tries(sqlite_rig: Rig) -> None:
    gateway = FakeGateway({"C1": [DOWN] * 1000})
    poison = sqlite_rig.queue("poison")
    sqlite_rig.queue("behind it")
    sender = sqlite_rig.sender(gateway)
    for _ in range(24):
        sqlite_rig.queue("elsewhere", "C2")
        sqlite_rig.drain(sender, for_=5 * MINUTE, step=20 * SECOND)
    row = sqlite_rig.row(poison)
    assert (row.state, row.attempts) == ("parked", 20)
    assert row.reason == "Given up after 20 tries. Slack has trouble. (http_503)"


def test_a_day_of_trouble_ends_in_parking(sqlite_rig: Rig) -> None:
    parked = sqlite_rig.queue("old news")
    sqlite_rig.drain(sqlite_rig.sender(FakeGateway({"C1": [DOWN] * 1000})), for_=25 * HOUR, step=15 * MINUTE)
    assert sqlite_rig.row(parked).state == "parked"


def test_a_permanent_refusal_parks_the_message_and_tells_each_admin_once(rig: Rig) -> None:
    gateway = FakeGateway({"C1": [ARCHIVED, ARCHIVED]})
    first, second = rig.queue("one"), rig.queue("two")
    rig.queue("elsewhere", "C2")
    rig.sender(gateway).run_once()
    assert {rig.row(first).state, rig.row(second).state} == {"parked"}
    assert gateway.texts == ["elsewhere"]
    notices = [row for row in rig.rows() if row.kind == "notice.undelivered"]
    assert [(row.destination, row.payload["reason"]) for row in notices] == [
        (ADMIN, "The channel takes no messages. (is_archived)")
    ]


def test_an_undelivered_notice_makes_no_further_notice(sqlite_rig: Rig) -> None:
    sqlite_rig.queue("lost", ADMIN, kind="notice.undelivered")
    sqlite_rig.sender(FakeGateway()).run_once()
    assert [row.state for row in sqlite_rig.rows()] == ["parked"]


def test_a_lost_answer_is_looked_up_and_not_sent_again(rig: Rig) -> None:
    gateway = FakeGateway({"C1": [LOST]})
    sent = rig.queue("digest")
    sender = rig.sender(gateway)
    sender.run_once()
    assert rig.row(sent).state == "unknown"
    rig.drain(sender, for_=MINUTE, step=5 * SECOND)
    assert (rig.row(sent).state, gateway.texts) == ("sent", ["digest"])


def test_a_message_lost_on_the_way_is_sent_after_the_look_up(rig: Rig) -> None:
    gateway = FakeGateway({"C1": [LOST]}, accepts_lost=False)
    rig.queue("digest")
    rig.drain(rig.sender(gateway), for_=MINUTE, step=5 * SECOND)
    assert [message.resent for message in gateway.posted] == [False]
    assert len(gateway.calls) == 2


def test_what_cannot_be_looked_up_is_sent_once_more_and_flagged(rig: Rig) -> None:
    gateway = FakeGateway({"C1": [LOST]}, lookups=[NO_HISTORY])
    rig.queue("digest")
    rig.drain(rig.sender(gateway), for_=10 * MINUTE, step=5 * SECOND)
    assert [message.resent for message in gateway.posted] == [False, True]


def test_there_is_no_second_flagged_resend(rig: Rig) -> None:
    gateway = FakeGateway({"C1": [LOST, LOST, LOST]}, lookups=[NO_HISTORY] * 5)
    sent = rig.queue("digest")
    rig.drain(rig.sender(gateway), for_=HOUR, step=MINUTE)
    row = rig.row(sent)
    assert (len(gateway.posted), row.state) == (2, "parked")
    assert row.reason is not None
    assert row.reason.startswith("It was tried twice, and nobody knows")


def test_a_look_up_that_fails_for_now_is_tried_later_before_any_send(rig: Rig) -> None:
    gateway = FakeGateway({"C1": [LOST]}, lookups=[DOWN, limited(30), DOWN])
    sent = rig.queue("digest")
    rig.drain(rig.sender(gateway), for_=HOUR, step=MINUTE)
    assert (rig.row(sent).state, gateway.texts) == ("sent", ["digest"])


def test_a_claim_whose_sender_died_is_looked_up_when_its_lease_ends(rig: Rig) -> None:
    gateway = FakeGateway()
    sent = rig.queue("digest")
    with rig.store.writing(EVERY_WORKSPACE) as session:
        (dead,) = outbox.claim(session, rig.clock(), limit=5)
    gateway.send(dead)
    sender = rig.sender(gateway)
    rig.clock.advance(timedelta(seconds=59))
    assert sender.run_once() == 0
    rig.clock.advance(2 * SECOND)
    assert sender.run_once() == 1
    assert (rig.row(sent).state, gateway.texts) == ("sent", ["digest"])


def test_a_late_writer_changes_nothing(rig: Rig) -> None:
    sent = rig.queue("digest")
    with rig.store.writing(EVERY_WORKSPACE) as session:
        (slow,) = outbox.claim(session, rig.clock(), limit=1)
    rig.clock.advance(2 * MINUTE)
    rig.sender(FakeGateway()).run_once()
    with rig.store.writing(EVERY_WORKSPACE) as session:
        assert not outbox.mark_sent(session, slow, "ts-late", rig.clock())
        assert not outbox.park(session, slow, "late", rig.clock())
        with pytest.raises(Conflict):
            outbox.flag_resend(session, slow, rig.clock())
    row = rig.row(sent)
    assert (row.state, row.receipt) == ("sent", f"ts-{sent}")


def test_a_gateway_that_breaks_stops_nobody_else(sqlite_rig: Rig) -> None:
    def break_down(message: OutboxMessage) -> None:
        if message.destination == "C1":
            raise KeyError("bug")

    gateway = FakeGateway(before_send=break_down)
    broken = sqlite_rig.queue("broken")
    sqlite_rig.queue("fine", "C2")
    sqlite_rig.sender(gateway).run_once()
    assert (gateway.texts, sqlite_rig.row(broken).reason) == (["fine"], "crmbot failed: KeyError.")


def test_a_message_without_gateway_is_parked_with_what_to_do(sqlite_rig: Rig) -> None:
    lonely = sqlite_rig.queue("?", kind="pigeon.post")
    sqlite_rig.sender(FakeGateway()).run_once()
    assert sqlite_rig.row(lonely).reason == "Nothing here sends pigeon messages; set it up in the config."


def test_a_clock_that_went_back_holds_nothing_up_and_spins_nothing(rig: Rig) -> None:
    gateway = FakeGateway({"C3": [DOWN] * 50})
    rig.clock.advance(timedelta(days=30))
    sender = rig.sender(gateway)
    rig.queue("before the jump")
    sender.run_once()
    rig.queue("queued ahead", "C2")
    rig.queue("failing", "C3")
    rig.clock.advance(timedelta(days=-30))
    rig.queue("after the jump")
    for _ in range(20):
        sender.run_once()
    assert sorted(gateway.texts) == ["after the jump", "before the jump", "queued ahead"]
    assert len([call for call in gateway.calls if call.destination == "C3"]) == 1


def test_a_parked_message_can_be_queued_again(rig: Rig) -> None:
    gateway = FakeGateway({"C1": [ARCHIVED]})
    parked = rig.queue("digest")
    sender = rig.sender(gateway)
    sender.run_once()
    with rig.store.writing("w1") as session:
        outbox.requeue(session, "w1", parked, rig.clock())
    sender.run_once()
    assert rig.row(parked).state == "sent"
    with rig.store.writing("w1") as session:
        with pytest.raises(Conflict, match="is sent"):
            outbox.requeue(session, "w1", parked, rig.clock())
        with pytest.raises(NotFound):
            outbox.requeue(session, "w1", "unknown", rig.clock())


def test_in_the_background_a_hanging_channel_delays_no_other(sqlite_rig: Rig) -> None:
    hang, arrived = threading.Event(), threading.Event()

    def wait(message: OutboxMessage) -> None:
        if message.destination == "C1":
            hang.wait(10)
        else:
            arrived.set()

    gateway = FakeGateway(before_send=wait)
    sqlite_rig.queue("hangs")
    sender = sqlite_rig.sender(gateway, idle_seconds=0.02)
    sender.start()
    sqlite_rig.queue("passes", "C2")
    sender.wake()
    passed = arrived.wait(5)
    hang.set()
    sender.stop()
    assert passed
    assert sorted(gateway.texts) == ["hangs", "passes"]
    assert sender.health()["unsent"] == 0


def test_stopping_waits_no_longer_than_asked(sqlite_rig: Rig) -> None:
    hang, began = threading.Event(), threading.Event()

    def wait(_message: OutboxMessage) -> None:
        began.set()
        hang.wait(10)

    sqlite_rig.queue("hangs")
    sender = sqlite_rig.sender(FakeGateway(before_send=wait))
    sender.start()
    began.wait(5)
    since = time.monotonic()
    sender.stop(0.3)
    took = time.monotonic() - since
    hang.set()
    sender.stop()
    assert took < 2


def test_a_process_that_was_stopped_beyond_its_lease_does_not_send(sqlite_rig: Rig) -> None:
    gateway = FakeGateway()
    sqlite_rig.queue("digest")
    sqlite_rig.sender(gateway, lease=timedelta(seconds=20)).run_once()
    assert gateway.calls == []


@pytest.mark.parametrize("failure", [SendFailed("x"), SendFailed("x", unknown=True), SendFailed("x", retry_after=3)])
def test_no_failure_leaves_a_message_behind(sqlite_rig: Rig, failure: SendFailed) -> None:
    sent = sqlite_rig.queue("digest")
    sqlite_rig.drain(sqlite_rig.sender(FakeGateway({"C1": [failure] * 3})), for_=10 * MINUTE, step=10 * SECOND)
    assert sqlite_rig.row(sent).state == "sent"
