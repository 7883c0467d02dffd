"""Fetching from a real Dovecot: every message once, whatever happens to UIDs, connections and the server."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from mailboxes import TIMEOUT_S, mail, settings_of
from mails import Raw
from posts import Post
from servers.dovecot import Dovecot

from crmbot.config.settings import IntakeSettings
from crmbot.crm import mailboxes
from crmbot.mail.fetching import fetch_new, reconcile
from crmbot.mail.mailbox import Mailbox, MailboxFailed
from crmbot.models import MailDelivery
from crmbot.playground.ports import free_port


@contextmanager
def opened(dovecot: Dovecot, **changes: object) -> Iterator[Mailbox]:
    most_bytes = changes.pop("most_bytes", 25_000_000)
    assert isinstance(most_bytes, int)
    with Mailbox(settings_of(dovecot, **changes), timeout=TIMEOUT_S, most_bytes=most_bytes) as mailbox:
        yield mailbox


def fetch(post: Post, dovecot: Dovecot, step: Callable[..., int] = fetch_new) -> int:
    with opened(dovecot) as mailbox:
        return step(post.crm.service, post.crm.workspace_id, "box", mailbox)


def subjects(post: Post) -> list[str]:
    rows = post.crm.rows(MailDelivery, order=MailDelivery.uid)
    found = [line for row in rows for line in (row.raw or b"").split(b"\r\n") if line.startswith(b"Subject: ")]
    return [line.removeprefix(b"Subject: mail ").decode() for line in found]


def next_uid(post: Post) -> int:
    with post.crm.store.reading(post.crm.workspace_id) as session:
        cursor = mailboxes.read_cursor(session, post.crm.workspace_id, "box")
    assert cursor is not None
    return cursor.next_uid


def test_only_what_is_above_the_cursor_is_fetched(any_post: Post, dovecot: Dovecot) -> None:
    for n in range(3):
        dovecot.save(mail(n))
    assert [fetch(any_post, dovecot), fetch(any_post, dovecot)] == [3, 0]
    dovecot.save(mail(3))
    assert fetch(any_post, dovecot) == 1
    assert subjects(any_post) == ["0", "1", "2", "3"]
    assert next_uid(any_post) == 5


def test_empty_mailbox_gives_nothing(post: Post, dovecot: Dovecot) -> None:
    assert [fetch(post, dovecot), fetch(post, dovecot, reconcile)] == [0, 0]


def test_gaps_moves_and_other_readers_change_nothing(any_post: Post, dovecot: Dovecot) -> None:
    uids = [dovecot.save(mail(n)) for n in range(4)]
    dovecot.expunge(uids[1])
    with dovecot.client("INBOX") as client:
        client.add_flags(uids, [b"\\Seen", b"\\Flagged"])
    assert fetch(any_post, dovecot) == 3
    dovecot.expunge(uids[3])
    assert fetch(any_post, dovecot) == 0
    dovecot.save(mail("moved"), "Other")
    with dovecot.client("Other") as client:
        client.copy([1], "INBOX")
    assert fetch(any_post, dovecot) == 1
    assert subjects(any_post) == ["0", "2", "3", "moved"]
    with dovecot.client("INBOX") as client:
        assert b"\\Seen" not in client.get_flags([uids[3] + 1])[uids[3] + 1]


def test_message_that_appears_below_the_cursor_is_found_by_the_set_difference(post: Post, dovecot: Dovecot) -> None:
    for n in range(3):
        dovecot.save(mail(n))
    fetch(post, dovecot)

    def forget(session: object) -> None:
        row = post.crm.rows(MailDelivery, MailDelivery.uid == 2)[0]
        session.delete(session.merge(row))  # type: ignore[attr-defined] # a session

    post.crm.write(forget)
    assert [fetch(post, dovecot), fetch(post, dovecot, reconcile), fetch(post, dovecot, reconcile)] == [0, 1, 0]
    assert subjects(post) == ["0", "1", "2"]
    assert next_uid(post) == 4


def test_after_a_change_of_uidvalidity_all_is_read_again(any_post: Post, dovecot: Dovecot) -> None:
    for n in range(3):
        dovecot.save(mail(n))
    fetch(any_post, dovecot)
    dovecot.set_uid_validity("INBOX", 4_000_000_000)
    dovecot.save(mail(3))
    assert [fetch(any_post, dovecot), fetch(any_post, dovecot)] == [4, 0]


@contextmanager
def listening_without_starttls() -> Iterator[tuple[int, list[bytes]]]:
    """Answer as an IMAP server that somebody took STARTTLS out of; give its port and what it is told."""
    heard: list[bytes] = []

    def answer(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rwb") as line:
            line.write(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")
            line.flush()
            for said in line:
                heard.append(said)
                tag, word = said.split()[:2]
                line.write(b"* CAPABILITY IMAP4rev1\r\n" if word.upper() == b"CAPABILITY" else b"")
                line.write(tag + b" OK done\r\n")
                line.flush()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer, args=(listener,))
        thread.start()
        yield listener.getsockname()[1], heard
        thread.join(10)


def test_message_over_the_limit_is_read_as_far_as_its_beginning(any_post: Post, dovecot: Dovecot) -> None:
    large = bytes(Raw(subject="mail large", body="a line of text\n" * 200_000))
    dovecot.save(mail(0))
    dovecot.save(large)
    dovecot.save(mail(1))
    with opened(dovecot, most_bytes=1_000_000) as mailbox:
        assert fetch_new(any_post.crm.service, any_post.crm.workspace_id, "box", mailbox) == 3
    assert subjects(any_post) == ["0", "large", "1"]
    row = any_post.crm.rows(MailDelivery, MailDelivery.uid == 2)[0]
    assert (row.size, len(row.raw)) == (len(large), 1024 * 1024)


def test_tls_takes_only_a_certificate_it_knows(dovecot: Dovecot) -> None:
    with opened(dovecot, tls="tls", port=dovecot.tls_port, ca_file=str(dovecot.certificate)) as mailbox:
        assert mailbox.find_uids() == []
    with opened(dovecot, tls="starttls", ca_file=str(dovecot.certificate)) as mailbox:
        assert mailbox.find_uids() == []
    for tls, port in (("tls", dovecot.tls_port), ("starttls", dovecot.port)):
        with pytest.raises(MailboxFailed, match="certificate verify failed") as failed:
            Mailbox(settings_of(dovecot, tls=tls, port=port), timeout=TIMEOUT_S)
        assert failed.value.refused


def test_password_stays_here_when_somebody_strips_the_encryption() -> None:
    with listening_without_starttls() as (port, heard):
        settings = IntakeSettings(host="127.0.0.1", port=port, tls="starttls", user="crm", password="hidden")
        with pytest.raises(MailboxFailed, match="could not log in safely") as failed:
            Mailbox(settings, timeout=TIMEOUT_S)
    assert failed.value.refused
    assert heard
    assert not any(b"hidden" in line or b"LOGIN" in line.upper().split()[1:2] for line in heard)


def test_refused_password_is_told_apart_from_a_server_that_is_away(dovecot: Dovecot) -> None:
    with pytest.raises(MailboxFailed, match="refused the log-in") as failed:
        Mailbox(settings_of(dovecot, password="wrong"), timeout=TIMEOUT_S)
    assert failed.value.refused
    with pytest.raises(MailboxFailed, match="could not connect") as failed:
        Mailbox(settings_of(dovecot, port=free_port()), timeout=TIMEOUT_S)
    assert not failed.value.refused


def test_server_that_takes_the_connection_and_says_nothing_is_left() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        began = time.monotonic()
        with pytest.raises(MailboxFailed, match="timed out"):
            Mailbox(IntakeSettings(host="127.0.0.1", port=mute.getsockname()[1], tls="none"), timeout=1)
        assert time.monotonic() - began < 3


def test_frozen_server_is_noticed(dovecot: Dovecot) -> None:
    with opened(dovecot) as mailbox:
        dovecot.freeze()
        began = time.monotonic()
        with pytest.raises(MailboxFailed, match="timed out"):
            mailbox.find_uids()
        assert time.monotonic() - began < TIMEOUT_S + 2
        dovecot.thaw()


def test_waiting_ends_with_news_or_when_told_to_stop_or_when_the_line_is_cut(dovecot: Dovecot) -> None:
    with opened(dovecot) as mailbox:
        stop = threading.Event()
        threading.Timer(0.3, dovecot.save, (mail("news"),)).start()
        began = time.monotonic()
        mailbox.wait(20, stop)
        assert time.monotonic() - began < 10
        threading.Timer(0.3, stop.set).start()
        mailbox.wait(20, stop)
        assert time.monotonic() - began < 15
        stop.clear()
        threading.Timer(0.3, dovecot.kill_children).start()
        with pytest.raises(MailboxFailed):
            mailbox.wait(20, stop)
        assert time.monotonic() - began < 20
