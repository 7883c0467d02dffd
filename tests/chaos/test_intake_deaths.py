"""Intakes that are killed at any step, or many at once: no mail is lost, none is logged twice."""

import contextlib
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import cycle, islice, product

import pytest
from chaos.processes import Nursery, finish, opened, start
from clocks import SettableClock
from imapclient.exceptions import IMAPClientError
from mailboxes import command_mail, mail, settings_of
from mails import POLICY
from posts import Post
from servers.dovecot import Dovecot

from crmbot.config.settings import IntakeSettings
from crmbot.crm.housekeeping import forget_old
from crmbot.errors import Busy
from crmbot.jobs.intake import Intake
from crmbot.models import Activity, MailDelivery
from crmbot.service import CrmService
from crmbot.store import EVERY_WORKSPACE

STEPS = (
    "intake.selected",
    "intake.searched",
    "intake.sized",
    "intake.fetched",
    "intake.before_commit",
    "intake.stored",
    "mail.claimed",
    "mail.parsed",
    "mail.written",
    "mail.shared",
    "mail.command",
    "command.written",
    "command.committed",
    "mail.logged",
)
MOST_DEATHS = 1_000
DEATHS = [f"{step}:{time}" for time, step in product((2, 1, 3), STEPS)]


def poll(url: str, workspace_id: str, settings: IntakeSettings, now: datetime) -> None:
    """Poll the mailbox in this process until it is through, or dead."""
    with opened(url) as store:
        service = CrmService(store, SettableClock(now), POLICY)
        intake = Intake(service, workspace_id, settings, timeout=10, lease=timedelta(0), batch=3)
        while True:
            with contextlib.suppress(Busy):
                intake.poll_once()
                return


def pour(dovecot: Dovecot, markers: list[str]) -> None:
    """Save two mails and one with a command, under the next markers."""
    with dovecot.client() as sender:
        for make in (mail, mail, command_mail):
            markers.append(f"mail {len(markers):05}")
            sender.append("INBOX", make(markers[-1].removeprefix("mail ")))


def assert_each_once(post: Post, markers: list[str]) -> None:
    """Compare what was sent with what is in the store: activities, mails and receipts."""
    assert sorted(row.subject for row in post.activities()) == markers
    assert sorted(row.subject for row in post.emails()) == markers
    assert sorted(receipt["subject"] for receipt in post.receipts()) == markers
    assert {row.state for row in post.crm.rows(MailDelivery)} <= {"logged", "duplicate"}


def test_intake_killed_at_any_step_loses_nothing_and_logs_nothing_twice(
    any_post: Post, store_url: str, dovecot: Dovecot, rounds: Callable[[int, int], int]
) -> None:
    settings, workspace_id, clock = settings_of(dovecot), any_post.crm.workspace_id, any_post.crm.clock
    markers: list[str] = []
    killed = 0
    pour(dovecot, markers)
    with Nursery(poll, store_url, workspace_id, settings, clock()) as nursery:
        for death in islice(cycle(DEATHS), rounds(len(STEPS), 10_000)):
            pour(dovecot, markers)
            clock.advance(timedelta(seconds=1))
            killed += nursery.run(store_url, workspace_id, settings, clock(), failpoint=death)
            if killed == MOST_DEATHS:
                break
    for _ in range(2):
        clock.advance(timedelta(seconds=1))
        assert not finish(start(poll, store_url, workspace_id, settings, clock()))
    assert killed >= rounds(5, MOST_DEATHS)
    assert_each_once(any_post, markers)
    asked = [f"do {marker.removeprefix('mail ')}" for marker in markers[2::3]]
    assert sorted(task.subject for task in any_post.crm.rows(Activity, Activity.kind == "task")) == asked
    assert sum(1 for receipt in any_post.receipts() if receipt["asked"]) == len(asked)


@pytest.mark.parametrize("restored", [False, True])
def test_many_intakes_of_one_mailbox_share_the_work(
    any_post: Post, store_url: str, dovecot: Dovecot, rounds: Callable[[int, int], int], restored: bool
) -> None:
    settings, workspace_id, clock = settings_of(dovecot), any_post.crm.workspace_id, any_post.crm.clock
    markers = [f"mail {n:05}" for n in range(rounds(24, 2_000))]
    for marker in markers:
        dovecot.save(mail(marker.removeprefix("mail ")))
    for validity in (None, 4_000_000_000) if restored else (None,):
        if validity is not None:
            dovecot.set_uid_validity("INBOX", validity)
        clock.advance(timedelta(seconds=1))
        processes = [start(poll, store_url, workspace_id, settings, clock()) for _ in range(3)]
        assert [finish(process, 600) for process in processes] == [False] * 3
    clock.advance(timedelta(seconds=1))
    finish(start(poll, store_url, workspace_id, settings, clock()))
    assert_each_once(any_post, markers)


def watch(url: str, workspace_id: str, settings: IntakeSettings, now: datetime, seconds: float) -> None:
    """Watch the mailbox as a worker does, for so long."""
    with opened(url) as store:
        service = CrmService(store, SettableClock(now), POLICY)
        intake = Intake(service, workspace_id, settings, timeout=2, lease=timedelta(0), jitter=lambda low, _high: low)
        intake.start()
        time.sleep(seconds)
        intake.stop()


def test_server_killed_and_frozen_again_and_again_while_mail_pours_in(
    any_post: Post, store_url: str, dovecot: Dovecot, rounds: Callable[[int, int], int]
) -> None:
    settings = settings_of(dovecot, poll_seconds=1)
    workspace_id, clock = any_post.crm.workspace_id, any_post.crm.clock
    pace, most = (0.3, 40) if rounds(0, 1) == 0 else (2.0, 2_000)
    watcher = start(watch, store_url, workspace_id, settings, clock(), rounds(6, 100))
    markers: list[str] = []
    faults: tuple[Callable[[], None], ...] = (
        dovecot.kill_children,
        dovecot.kick,
        lambda: frozen(dovecot, rounds(0, 3)),
    )
    fault = cycle(faults)
    next_fault = time.monotonic() + pace
    while len(markers) < most:
        with contextlib.suppress(IMAPClientError, OSError):
            dovecot.save(mail(f"{len(markers):05}"))
            markers.append(f"mail {len(markers):05}")
        if time.monotonic() > next_fault:
            next(fault)()
            next_fault = time.monotonic() + pace
    assert not finish(watcher, 300)
    clock.advance(timedelta(seconds=1))
    assert not finish(start(poll, store_url, workspace_id, settings, clock()))
    subjects = sorted(row.subject for row in any_post.activities())
    # A mail whose saving was cut off may be there all the same, under the marker that was used again.
    assert sorted(set(subjects)) == markers
    assert len(subjects) == len(markers)


def frozen(dovecot: Dovecot, seconds: float) -> None:
    """Let the server hang for a while."""
    dovecot.freeze()
    time.sleep(seconds)
    dovecot.thaw()


def test_mailbox_restored_from_an_old_copy_brings_nothing_twice(
    any_post: Post, store_url: str, dovecot: Dovecot, rounds: Callable[[int, int], int]
) -> None:
    settings, workspace_id, clock = settings_of(dovecot), any_post.crm.workspace_id, any_post.crm.clock
    numbers = range(rounds(12, 2_000))
    markers = [f"mail {n:05}" for n in numbers]
    for n in numbers:
        dovecot.save((command_mail if n % 5 == 0 else mail)(f"{n:05}"))
    assert not finish(start(poll, store_url, workspace_id, settings, clock()), 600)
    for uid in dovecot.list_uids()[len(numbers) // 2 :]:
        dovecot.expunge(uid)
    dovecot.set_uid_validity("INBOX", 4_100_000_000)
    for n in numbers[: len(numbers) // 2 : 2]:
        dovecot.save((command_mail if n % 5 == 0 else mail)(f"{n:05}"))
    # So long after, that keys of other inputs are forgotten.
    clock.advance(timedelta(days=60))
    with any_post.crm.store.writing(EVERY_WORKSPACE) as session:
        forget_old(session, clock())
    assert not finish(start(poll, store_url, workspace_id, settings, clock()), 600)
    assert_each_once(any_post, markers)
    assert len(any_post.crm.rows(Activity, Activity.kind == "task")) == len(numbers[::5])
