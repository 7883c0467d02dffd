"""The tick, the parts side by side, and the end within ten seconds."""

import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from jobs.rig import FakeGateway, Rig

from crmbot.crm.housekeeping import forget_old
from crmbot.crm.outbox import OutboxMessage
from crmbot.domain.ids import new_id
from crmbot.errors import SendFailed
from crmbot.jobs.housekeeping import clear_out
from crmbot.jobs.notices import NoticeGateway
from crmbot.jobs.scheduler import Job, Scheduler
from crmbot.jobs.worker import Worker
from crmbot.models import DeliveryKey, Draft
from crmbot.store import EVERY_WORKSPACE

_NOW = datetime(2031, 3, 5, tzinfo=UTC)


def wait_until(happened: Callable[[], bool], seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while not happened() and time.monotonic() < deadline:
        time.sleep(0.01)
    return happened()


class Counted:
    """Counts its runs; breaks as long as `broken`."""

    def __init__(self) -> None:
        self.runs = 0
        self.broken = False

    def __call__(self) -> None:
        self.runs += 1
        if self.broken:
            raise KeyError("bug")


def test_a_job_runs_again_and_again_even_when_it_breaks() -> None:
    counted = Counted()
    counted.broken = True
    job = Job("tick", timedelta(milliseconds=20), counted)
    scheduler = Scheduler((job,))
    scheduler.start()
    broke = wait_until(lambda: counted.runs >= 2)
    failed_at = job.last_failed_at
    counted.broken = False
    worked = wait_until(lambda: job.last_run_at is not None)
    scheduler.stop()
    assert broke
    assert failed_at is not None
    assert worked
    assert scheduler.health()["tick"]["stuck"] is False  # type: ignore[index]  # facts are plain


@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(days=-30), timedelta(days=30)])
def test_the_tick_goes_on_when_the_machines_clock_jumps(jump: timedelta) -> None:
    counted = Counted()
    scheduler = Scheduler((Job("tick", timedelta(milliseconds=200), counted),))
    with time_machine.travel("2031-03-05T09:00:00+00:00", tick=True) as traveller:
        scheduler.start()
        began = wait_until(lambda: counted.runs >= 1)
        traveller.shift(jump)
        before = counted.runs
        went_on = wait_until(lambda: counted.runs >= before + 3, 10)
        scheduler.stop()
    assert began
    assert went_on
    assert counted.runs < before + 60


class Stubborn:
    """A part that takes as long to stop as it is allowed."""

    def start(self) -> None:
        self.stopped = threading.Event()

    def stop(self, seconds: float) -> None:
        self.stopped.wait(seconds)

    def health(self) -> Mapping[str, object]:
        return {"fine": True}


def test_parts_stop_together_within_the_time() -> None:
    worker = Worker({"one": Stubborn(), "two": Stubborn()})
    worker.start()
    since = time.monotonic()
    worker.stop(1.0)
    assert time.monotonic() - since < 2
    assert worker.health() == {"one": {"fine": True}, "two": {"fine": True}}


def test_sigterm_drains_what_is_under_way(sqlite_rig: Rig) -> None:
    def send_slowly(_message: OutboxMessage) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.3)

    gateway = FakeGateway(before_send=send_slowly)
    sent = sqlite_rig.queue("under way")
    worker = Worker({"sender": sqlite_rig.sender(gateway, idle_seconds=0.02)})
    handler = signal.getsignal(signal.SIGTERM)
    worker.run()
    assert sqlite_rig.row(sent).state == "sent"
    assert worker.health()["sender"]["last_sent_at"] == sqlite_rig.clock()
    assert signal.getsignal(signal.SIGTERM) is handler


def test_housekeeping_forgets_what_is_past_its_time_and_only_that(rig: Rig) -> None:
    now = rig.clock()

    def keep(days: int) -> None:
        at = now - timedelta(days=days)
        rig.queue(f"{days}", created_at=at, not_before=at, state="sent")
        with rig.store.writing("w1") as session:
            session.add(DeliveryKey(workspace_id="w1", key=f"k{days}", at=at, entry_id="e"))
            session.add(Draft(workspace_id="w1", id=new_id(at), request={}, created_at=at))

    for days in (1, 3, 8, 31):
        keep(days)
    rig.queue("31 days unsent", created_at=now - timedelta(days=31), not_before=now - timedelta(days=31))
    assert clear_out(rig.store, rig.clock) == 3 + 2 + 1
    with rig.store.writing(EVERY_WORKSPACE) as session:
        assert forget_old(session, now) == 0
    assert sorted(row.key for row in rig.rows(DeliveryKey)) == ["k1"]
    assert len(rig.rows(Draft)) == 2
    assert sorted(row.payload.get("text", "") for row in rig.rows()) == ["", "1", "3", "31 days unsent", "8"]


def test_a_notice_is_rendered_when_it_is_sent_and_goes_the_best_way() -> None:
    def render(message: OutboxMessage) -> OutboxMessage:
        return OutboxMessage(
            workspace_id=message.workspace_id,
            id=message.id,
            kind="slack.dm",
            destination="U1",
            payload={"text": f"not delivered: {message.payload['reason']}"},
            key=None,
            created_at=message.created_at,
            attempts=message.attempts,
            lease_holder=message.lease_holder,
        )

    slack = FakeGateway()
    notices = NoticeGateway({"notice.undelivered": render, "notice.mailed": lambda message: message}, {"slack": slack})
    message = OutboxMessage("w1", "m1", "notice.undelivered", "u1", {"reason": "archived"}, None, _NOW, 1, "h")
    assert notices.send(message) == "ts-m1"
    assert notices.find(message) == "ts-m1"
    assert [(sent.destination, sent.payload["text"]) for sent in slack.posted] == [("U1", "not delivered: archived")]
    for kind in ("notice.unknown", "notice.mailed"):
        with pytest.raises(SendFailed) as failure:
            notices.send(OutboxMessage("w1", "m2", kind, "u1", {}, None, _NOW, 1, "h"))
        assert failure.value.permanent
