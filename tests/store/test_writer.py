"""The connection that effects are written on in a file of SQLite."""

from collections.abc import Iterator

import pytest
from factories import Crm, refusal
from sqlalchemy import Connection, event, text

from crmbot.crm.requests import CreateDeal, ShowPipeline
from crmbot.errors import MissingFact
from crmbot.models import Deal


@pytest.fixture
def written_on(crm: Crm) -> Iterator[list[object]]:
    """Collect the driver's connection of each commit."""
    seen: list[object] = []

    def on_commit(connection: Connection) -> None:
        seen.append(connection.connection.driver_connection)

    event.listen(crm.store.engine, "commit", on_commit)
    yield seen
    event.remove(crm.store.engine, "commit", on_commit)


def titles(crm: Crm) -> list[str]:
    """Return the deals in the order of their numbers."""
    return [deal.title for deal in crm.rows(Deal, order=Deal.number)]


def test_effects_are_written_on_one_connection_whatever_is_read_between(crm: Crm, written_on: list[object]) -> None:
    for title in ("Acme", "Globex", "Hooli"):
        crm.do(CreateDeal(title))
        crm.ask(ShowPipeline())
    assert len(written_on) == 3
    assert len({id(driver) for driver in written_on}) == 1


def test_what_is_refused_leaves_nothing_for_the_next_to_commit(crm: Crm, written_on: list[object]) -> None:
    crm.do(CreateDeal("Acme"))
    with refusal(MissingFact, "What is the deal called?"):
        crm.do(CreateDeal(" ", company="Globex"))
    crm.do(CreateDeal("Hooli"))
    assert titles(crm) == ["Acme", "Hooli"]
    assert len({id(driver) for driver in written_on}) == 1


def test_a_connection_that_broke_is_replaced(crm: Crm, written_on: list[object]) -> None:
    crm.do(CreateDeal("Acme"))
    written_on[0].close()  # type: ignore[attr-defined] # SQLite's own
    with pytest.raises(Exception, match="closed"):
        crm.do(CreateDeal("Globex"))
    crm.do(CreateDeal("Hooli"))
    assert titles(crm) == ["Acme", "Hooli"]


def test_who_was_interrupted_while_rows_were_read_holds_nobody_up(crm: Crm) -> None:
    rows_read = []

    def interrupted(connection: Connection) -> None:
        rows_read.append(connection.execute(text("VALUES (1), (2)")))
        connection.invalidate()  # as the library does
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crm.store.apply(crm.workspace_id, interrupted)
    with pytest.raises(KeyboardInterrupt), crm.store.writing(crm.workspace_id) as session:
        interrupted(session.connection())
    crm.do(CreateDeal("Acme"))
    assert titles(crm) == ["Acme"]
    assert len(rows_read) == 2


def test_a_store_that_was_closed_writes_again(crm: Crm) -> None:
    crm.do(CreateDeal("Acme"))
    crm.store.close()
    crm.do(CreateDeal("Globex"))
    assert titles(crm) == ["Acme", "Globex"]


def test_only_the_writer_does_not_wait(crm: Crm) -> None:
    crm.do(CreateDeal("Acme"))
    with crm.store.reading(crm.workspace_id) as session:
        assert session.scalar(text("PRAGMA busy_timeout")) == 2000
    with crm.store.writing(crm.workspace_id) as session:
        assert session.scalar(text("PRAGMA busy_timeout")) == 2000
