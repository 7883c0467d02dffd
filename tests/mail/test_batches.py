"""Mail that waits shares commits: nothing is told before, one mail's failure harms no other, order and rows stay."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from mailboxes import command_mail, mail
from mails import JANE, Raw
from posts import Post
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from crmbot.crm import mailboxes
from crmbot.crm.mailboxes import Cursor, Fetched
from crmbot.errors import Busy
from crmbot.mail import batches
from crmbot.mail.batches import work_off
from crmbot.mail.reading import read_mail
from crmbot.mail.values import Mail
from crmbot.models import JournalEntry, MailDelivery


def keep(post: Post, *raws: bytes) -> None:
    now, workspace_id = post.crm.clock(), post.crm.workspace_id
    messages = [Fetched(n, raw, len(raw), now) for n, raw in enumerate(raws, 1)]
    with post.crm.store.writing(workspace_id) as session:
        mailboxes.store_fetched(session, workspace_id, "box", Cursor(1, len(raws) + 1), messages, now)


def work(post: Post) -> dict[str, int]:
    return work_off(post.crm.service, {"box": post.door}, post.crm.workspace_id)


def subjects(post: Post) -> list[str]:
    return [row.subject for row in post.activities()]


@contextmanager
def counted(post: Post, what: str) -> Iterator[list[object]]:
    """Count how often the engine is told to do something."""
    seen: list[object] = []

    def count(*_: object) -> None:
        seen.append(what)

    event.listen(post.crm.store.engine, what, count)
    yield seen
    event.remove(post.crm.store.engine, what, count)


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let mails share a commit however slow the machine is."""
    monkeypatch.setattr(batches, "SECONDS_TOGETHER", 60.0)


def test_mails_that_wait_are_logged_in_their_order_with_one_commit(any_post: Post) -> None:
    keep(any_post, *(mail(n) for n in range(6)))
    with counted(any_post, "commit") as commits:
        assert work(any_post) == {"logged": 6}
    assert len(commits) == 2  # the claim's, and theirs
    assert subjects(any_post) == [f"mail {n}" for n in range(6)]
    assert len(any_post.crm.rows(JournalEntry, JournalEntry.request == "email.log")) == 6


def test_no_more_share_a_commit_than_may(post: Post) -> None:
    count = batches.MOST_TOGETHER + 2
    keep(post, *(mail(n) for n in range(count)))
    with counted(post, "commit") as commits:
        assert work(post) == {"logged": count}
    assert len(commits) == 3


def test_copy_of_a_mail_finds_it_in_the_commit_they_share(any_post: Post) -> None:
    keep(any_post, mail(1), mail(1), mail(2))
    assert work(any_post) == {"logged": 2, "duplicate": 1}
    assert subjects(any_post) == ["mail 1", "mail 2"]


def test_answer_joins_the_thread_of_a_mail_in_the_same_commit(any_post: Post) -> None:
    first = Raw(delivered_to="crm@ours.example", message_id="<first@ours.example>")
    answer = first.but(
        message_id="<second@ours.example>", subject="Re: Offer", extra="In-Reply-To: <first@ours.example>"
    )
    keep(any_post, bytes(first), bytes(answer))
    assert work(any_post) == {"logged": 2}
    assert [row.reason for row in any_post.emails()] == ["contact_address", "thread_headers"]


def test_mail_with_a_command_keeps_its_place_among_the_others(any_post: Post) -> None:
    keep(any_post, mail(1), mail(2), command_mail(3), mail(4), mail(5))
    assert work(any_post) == {"logged": 5}
    assert subjects(any_post) == [f"mail {n}" for n in range(1, 6)]


def test_mail_that_breaks_while_it_is_logged_harms_no_neighbour(any_post: Post) -> None:
    keep(any_post, *(mail(n) for n in range(1, 5)))

    def refuse(*told: object) -> None:
        if "INSERT INTO email " in str(told[2]) and "mail 2" in str(told[3]):
            raise ValueError("no second mail")

    event.listen(any_post.crm.store.engine, "before_cursor_execute", refuse, retval=False)
    assert work(any_post) == {"logged": 3, "again": 1}
    event.remove(any_post.crm.store.engine, "before_cursor_execute", refuse)
    assert subjects(any_post) == ["mail 1", "mail 3", "mail 4"]
    states = {row.uid: (row.state, row.reason) for row in any_post.crm.rows(MailDelivery)}
    assert states[2] == ("fetched", "ValueError: no second mail")
    any_post.crm.clock.advance(batches.LEASE * 2)
    assert work(any_post) == {"logged": 1}


def test_nothing_is_kept_of_mails_whose_commit_fails_and_all_are_taken_in_later(any_post: Post) -> None:
    keep(any_post, *(mail(n) for n in range(3)))
    engine, seen = any_post.crm.store.engine, []

    def break_second(connection: Connection) -> None:
        seen.append(1)
        if len(seen) == 2 and any_post.crm.store.is_sqlite:
            raise OperationalError("COMMIT", None, sqlite3.OperationalError("the disk is gone"))
        if len(seen) == 2:
            connection.connection.driver_connection.close()  # type: ignore[union-attr] # there is one while it commits

    event.listen(engine, "commit", break_second)
    with pytest.raises(Busy):
        work(any_post)
    event.remove(engine, "commit", break_second)
    assert subjects(any_post) == []
    any_post.crm.clock.advance(batches.LEASE * 2)
    assert [work(any_post) for _ in range(4)] == [{"logged": 1}] * 3 + [{}]
    assert sorted(subjects(any_post)) == [f"mail {n}" for n in range(3)]


def test_large_mail_is_read_by_itself(post: Post) -> None:
    large = bytes(Raw(delivered_to="crm@ours.example", subject="mail 2", message_id="<2@x>", body="word " * 60_000))
    keep(post, mail(1), large, mail(3), mail(4))
    logged_at_reading: list[int] = []

    def read(raw: bytes) -> Mail:
        logged_at_reading.append(len(post.activities()))
        return read_mail(raw)

    assert work_off(post.crm.service, {"box": post.door}, post.crm.workspace_id, read=read) == {"logged": 4}
    assert logged_at_reading == [0, 1, 2, 2]


def test_receipts_of_mails_with_one_commit_are_each_their_own(any_post: Post) -> None:
    any_post.wish_receipts("all")
    keep(any_post, mail(1), bytes(Raw(sender=JANE, to="who@nowhere.example", delivered_to="crm@ours.example")), mail(2))
    assert work(any_post) == {"logged": 2, "triage": 1}
    assert [receipt["state"] for receipt in any_post.receipts()] == ["logged", "triage", "logged"]
    assert len({receipt["entry_id"] for receipt in any_post.receipts()}) == 3
