"""Work beside a commit: over when the commit is, never in its way, and nothing that anybody sees before it."""

from collections.abc import Iterator
from contextvars import ContextVar
from threading import Event, Thread, current_thread

import pytest
from factories import Crm, refusal
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from crmbot.crm.answers import Answer
from crmbot.crm.requests import CreateDeal
from crmbot.errors import Busy
from crmbot.models import Deal
from crmbot.store.alongside import Alongside

told: ContextVar[str] = ContextVar("told", default="nothing")


def test_work_runs_in_another_thread_and_is_over_when_the_wait_is() -> None:
    begun, names = Event(), list[str]()

    def work() -> None:
        begun.set()
        names.append(current_thread().name)

    Alongside().during(lambda: begun.wait(10) or pytest.fail("not beside it"), work)
    assert names == ["alongside"]


def test_work_sees_what_the_thread_has_been_told() -> None:
    seen = list[str]()
    told.set("the team")
    Alongside().during(lambda: None, lambda: seen.append(told.get()))
    assert seen == ["the team"]


def test_work_that_fails_is_forgotten_and_the_next_is_done() -> None:
    alongside, done = Alongside(), list[str]()
    alongside.during(lambda: done.append("saved"), lambda: 1 / 0)
    alongside.during(lambda: done.append("saved"), lambda: done.append("drawn"))
    assert sorted(done) == ["drawn", "saved", "saved"]


def test_a_wait_that_fails_says_so_and_the_next_is_done() -> None:
    alongside, done = Alongside(), list[str]()
    with pytest.raises(ZeroDivisionError):
        alongside.during(lambda: 1 / 0, lambda: done.append("drawn for nobody"))
    alongside.during(lambda: done.append("saved"), lambda: done.append("drawn"))
    assert done[0] == "drawn for nobody"
    assert sorted(done[1:]) == ["drawn", "saved"]


def test_who_comes_while_it_is_busy_waits_for_nobody() -> None:
    alongside, busy, go_on, done = Alongside(), Event(), Event(), list[str]()

    def long() -> None:
        busy.set()
        go_on.wait(10)

    first = Thread(target=alongside.during, args=(lambda: None, long))
    first.start()
    assert busy.wait(10)
    alongside.during(lambda: done.append("saved"), lambda: done.append("drawn"))
    go_on.set()
    first.join()
    assert done == ["saved"]


@pytest.fixture
def broken_commits(crm: Crm) -> Iterator[None]:
    """Let every commit fail for good."""
    crm.store.close()

    def on_commit(_connection: Connection) -> None:
        raise OperationalError("COMMIT", None, OSError("the disk is gone"))

    event.listen(crm.store.engine, "commit", on_commit)
    yield
    event.remove(crm.store.engine, "commit", on_commit)


def test_an_answer_is_shown_beside_its_commit_and_is_the_one_returned(any_crm: Crm) -> None:
    shown = list[Answer]()
    done = any_crm.service.perform(any_crm.actor(), CreateDeal("Acme"), meanwhile=shown.append)
    assert len(shown) == 1
    assert shown[0] is done


def test_a_dry_run_shows_nothing_beside_a_commit(crm: Crm) -> None:
    shown = list[Answer]()
    crm.service.perform(crm.actor(), CreateDeal("Acme"), dry_run=True, meanwhile=shown.append)
    assert shown == []


@pytest.mark.usefixtures("broken_commits")
def test_what_was_made_beside_a_commit_that_failed_is_not_returned(crm: Crm) -> None:
    shown = list[Answer]()
    with refusal(Busy, "again"):
        crm.service.perform(crm.actor(), CreateDeal("Acme"), meanwhile=shown.append)
    assert shown, "the commit was reached"
    assert crm.rows(Deal) == []
