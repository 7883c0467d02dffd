"""Intakes that are killed at any step, or many at once: no mail is lost, none is logged twice."""

import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import cycle, islice, product

import pytest
from chaos.processes import finish, opened, start
from clocks import SettableClock
from mailboxes import mail, settings_of
from mails import POLICY
from posts import Post
from servers.dovecot import Dovecot

from crmbot.config.settings import IntakeSettings
from crmbot.errors import Busy
from crmbot.jobs.intake import Intake
from crmbot.models import MailDelivery
from crmbot.service import CrmService

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
    "mail.logged",
)
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
    for death in islice(cycle(DEATHS), rounds(10, 500)):
        for _ in range(3):
            markers.append(f"mail {len(markers):05}")
            dovecot.save(mail(markers[-1].removeprefix("mail ")))
        clock.advance(timedelta(seconds=1))
        killed += finish(start(poll, store_url, workspace_id, settings, clock(), failpoint=death))
    for _ in range(2):
        clock.advance(timedelta(seconds=1))
        assert not finish(start(poll, store_url, workspace_id, settings, clock()))
    assert killed >= rounds(5, 250)
    assert_each_once(any_post, markers)


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
