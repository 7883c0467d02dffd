"""The intake as it runs: mail arrives by itself, outages pass, and health tells the truth."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing

import pytest
from mailboxes import TIMEOUT_S, mail, oauth_settings, settings_of
from mails import AUTHSERV, INTAKE, SAM, Raw
from posts import Post
from servers.dovecot import Dovecot
from servers.tokens import TokenServer

from crmbot.errors import Busy
from crmbot.jobs.intake import Intake
from crmbot.mail.judging import Door
from crmbot.mail.mailbox import MailboxFailed
from crmbot.models import Outbox


def make_intake(post: Post, dovecot: Dovecot, **changes: object) -> Intake:
    settings = settings_of(dovecot, **{"poll_seconds": 1, **changes})
    return Intake(post.crm.service, post.crm.workspace_id, settings, timeout=TIMEOUT_S, jitter=lambda low, _high: low)


def wait_until(true: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_one_poll_takes_everything_in_and_the_next_one_nothing(any_post: Post, dovecot: Dovecot) -> None:
    for n in range(25):
        dovecot.save(mail(n))
    intake = make_intake(any_post, dovecot)
    assert intake.poll_once() == {"fetched": 25, "logged": 25}
    assert intake.poll_once() == {"fetched": 0}
    assert len(any_post.activities()) == 25


def test_mail_doubled_by_a_new_uidvalidity_is_logged_once(any_post: Post, dovecot: Dovecot) -> None:
    for n in range(5):
        dovecot.save(mail(n))
    intake = make_intake(any_post, dovecot)
    intake.poll_once()
    dovecot.set_uid_validity("INBOX", 4_000_000_000)
    dovecot.save(mail(5))
    assert intake.poll_once() == {"fetched": 6, "duplicate": 5, "logged": 1}
    assert sorted(row.subject for row in any_post.activities()) == [f"mail {n}" for n in range(6)]


def test_mail_that_comes_while_the_store_is_locked_waits_on_the_server(post: Post, dovecot: Dovecot) -> None:
    dovecot.save(mail("patient"))
    intake, file = make_intake(post, dovecot), post.crm.store.engine.url.database
    assert file is not None
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Busy):
            intake.poll_once()
        other.execute("ROLLBACK")
    assert post.activities() == []
    assert intake.poll_once() == {"fetched": 1, "logged": 1}


@pytest.mark.parametrize("idle", [True, False])
def test_running_intake_logs_what_arrives_and_stops_within_seconds(post: Post, dovecot: Dovecot, idle: bool) -> None:
    intake = make_intake(post, dovecot, idle=idle, poll_seconds=20 if idle else 1)
    intake.start()
    wait_until(lambda: intake.health().state == "reading")
    dovecot.save(mail("live"))
    wait_until(lambda: len(post.activities()) == 1)
    health = intake.health()
    assert health.last_mail_at is not None
    assert health.deliveries == {"logged": 1}
    began = time.monotonic()
    intake.stop()
    assert time.monotonic() - began < 5
    assert intake.health().state == "stopped"


def test_outage_shows_in_health_and_passes(post: Post, dovecot: Dovecot) -> None:
    intake = make_intake(post, dovecot)
    intake.start()
    wait_until(lambda: intake.health().state == "reading")
    dovecot.stop()
    wait_until(lambda: intake.health().state == "unreachable")
    assert "could not" in (intake.health().problem or "")
    dovecot.start()
    dovecot.save(mail("after"))
    wait_until(lambda: len(post.activities()) == 1)
    assert intake.health().problem is None
    intake.stop()


def test_frozen_server_is_left_and_found_again(post: Post, dovecot: Dovecot) -> None:
    intake = make_intake(post, dovecot)
    intake.start()
    wait_until(lambda: intake.health().state == "reading")
    dovecot.freeze()
    wait_until(lambda: intake.health().state == "unreachable")
    dovecot.thaw()
    dovecot.save(mail("thawed"))
    wait_until(lambda: len(post.activities()) == 1)
    intake.stop()


def test_connections_killed_again_and_again_lose_and_double_nothing(
    post: Post, dovecot: Dovecot, rounds: Callable[[int, int], int]
) -> None:
    intake = make_intake(post, dovecot)
    intake.start()
    count = rounds(30, 2_000)
    for n in range(count):
        dovecot.save(mail(n))
        if n % 10 == 9:
            dovecot.kill_children()
    wait_until(lambda: len(post.activities()) == count, 60)
    intake.stop()
    assert sorted(row.subject for row in post.activities()) == sorted(f"mail {n}" for n in range(count))


def test_refused_password_is_tried_seldom_and_named(post: Post, dovecot: Dovecot) -> None:
    intake = make_intake(post, dovecot, password="wrong")
    with pytest.raises(MailboxFailed, match="refused the log-in"):
        intake.poll_once()
    intake.start()
    wait_until(lambda: intake.health().state == "refused")
    time.sleep(2)
    assert intake.failures == 1
    intake.stop()


def test_token_of_the_provider_is_shared_by_every_connection(
    post: Post, dovecot: Dovecot, token_server: TokenServer
) -> None:
    settings = oauth_settings(dovecot, token_server)
    intake = Intake(post.crm.service, post.crm.workspace_id, settings, timeout=TIMEOUT_S)
    dovecot.save(mail(1))
    assert intake.poll_once() == {"fetched": 1, "logged": 1}
    assert intake.poll_once() == {"fetched": 0}
    assert len(token_server.asked) == 1


def test_admins_are_told_once_that_the_password_is_refused(any_post: Post, dovecot: Dovecot) -> None:
    intake = make_intake(any_post, dovecot, password="wrong")
    intake.start()
    wait_until(lambda: intake.health().state == "refused")
    intake.stop()
    make_intake(any_post, dovecot, password="wrong").start()
    again = make_intake(any_post, dovecot, password="wrong")
    again.start()
    wait_until(lambda: again.health().state == "refused")
    again.stop()
    notices = any_post.crm.rows(Outbox, Outbox.kind == "notice.mailbox")
    assert [row.destination for row in notices] == [any_post.crm.user_id("ada")]
    assert "refused the log-in" in notices[0].payload["problem"]


def test_one_senders_flood_keeps_nobody_else_waiting(post: Post, dovecot: Dovecot) -> None:
    for n in range(60):
        dovecot.save(mail(n))
    dovecot.save(bytes(Raw(sender=SAM, delivered_to=INTAKE, subject="mail of Sam", message_id="<s@ours.example>")))
    intake = Intake(post.crm.service, post.crm.workspace_id, settings_of(dovecot), timeout=TIMEOUT_S, batch=5)
    intake.poll_once()
    order = [row.subject for row in post.activities()]
    assert len(order) == 61
    assert order.index("mail of Sam") < 10


def test_each_mailbox_is_judged_by_its_own_door(post: Post, dovecot: Dovecot) -> None:
    crm = post.crm
    doors = {"box": Door(crm.workspace_id, AUTHSERV), "side": Door(crm.workspace_id, "mx.other.example")}
    box = Intake(crm.service, crm.workspace_id, settings_of(dovecot), timeout=TIMEOUT_S, others=doors)
    side = Intake(
        crm.service,
        crm.workspace_id,
        settings_of(dovecot, name="side", authserv_id="mx.other.example"),
        timeout=TIMEOUT_S,
        others=doors,
    )
    dovecot.save(mail(1))
    assert box.poll_once() == {"fetched": 1, "logged": 1}
    assert side.poll_once() == {"fetched": 1, "duplicate": 1}
    dovecot.save(mail(2))
    with side._open() as mailbox:
        side._fetch(mailbox)
    assert box.take_in_waiting() == {}
    assert side.take_in_waiting() == {"triage": 1}


def test_mail_of_a_mailbox_that_is_no_longer_read_is_not_forgotten(post: Post, dovecot: Dovecot) -> None:
    crm = post.crm
    gone = Intake(crm.service, crm.workspace_id, settings_of(dovecot, name="gone"), timeout=TIMEOUT_S)
    dovecot.save(mail(1))
    with gone._open() as mailbox:
        gone._fetch(mailbox)
    assert sum(make_intake(post, dovecot).take_in_waiting().values()) == 1
