"""A prepared statement does what the library's does, on either database."""

from typing import Any

import pytest
from factories import Crm
from sqlalchemy import (
    BigInteger,
    String,
    Subquery,
    bindparam,
    event,
    func,
    literal_column,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.exc import OperationalError, ResourceClosedError

from crmbot.crm.requests import CreateDeal
from crmbot.models import Deal, UTCDateTime
from crmbot.store import EVERY_WORKSPACE, Store
from crmbot.store.prepared import Prepared

_WORD = bindparam("word", type_=String())


def _listed(*numbers: str) -> Subquery:
    return union_all(*(select(literal_column(number, BigInteger).label("number")) for number in numbers)).subquery()


_NUMBERS = _listed("0", "1", "2")
_LISTED = Prepared(
    select(_NUMBERS.c.number, _WORD.label("word"), type_coerce(bindparam("at", type_=UTCDateTime()), UTCDateTime()))
    .where(_NUMBERS.c.number >= bindparam("least", type_=BigInteger()))
    .order_by(_NUMBERS.c.number)
)


@pytest.fixture
def given(clock: Any) -> dict[str, Any]:
    return {"word": "it's", "at": clock(), "least": 1}


def test_rows_and_records_and_a_stream_hold_the_same(store: Store, given: dict[str, Any]) -> None:
    with store.reading(EVERY_WORKSPACE) as session:
        connection = session.connection()
        rows = _LISTED.rows(connection, given)
        assert rows == [(1, "it's", given["at"]), (2, "it's", given["at"])]
        assert list(_LISTED.stream(connection, given)) == rows
        assert list(_LISTED.stream(connection, given, apart=False)) == rows
        records = _LISTED.records(connection, given)
        assert records == rows
        assert [record.word for record in records] == ["it's", "it's"]


def test_who_listens_to_statements_hears_of_each(store: Store, given: dict[str, Any]) -> None:
    heard: list[str] = []
    with store.reading(EVERY_WORKSPACE) as session:
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", lambda *said: heard.append(said[2]))
        _LISTED.rows(connection, given)
        list(_LISTED.stream(connection, given))
    assert len(heard) == 2
    assert heard[0] == heard[1]


@pytest.mark.parametrize("how", ["rows", "stream"])
def test_an_error_between_two_rows_is_the_librarys(sqlite_store: Store, how: str) -> None:
    # The least whole number there is has no absolute value: the first row is told, the second can't be.
    numbers = _listed("1", "-9223372036854775807 - 1")
    prepared = Prepared(select(func.abs(numbers.c.number)))
    with sqlite_store.reading(EVERY_WORKSPACE) as session, pytest.raises(OperationalError, match="integer overflow"):
        list(getattr(prepared, how)(session.connection(), {}))


FORGETFUL = Prepared(select(Deal.title).order_by(Deal.title))


@pytest.mark.parametrize("write", [False, True])
def test_a_statement_that_does_not_say_its_workspace_is_refused(store: Store, *, write: bool) -> None:
    with (
        pytest.raises(RuntimeError, match="does not say which workspace"),
        store.transaction("ours", write=write) as connection,
    ):
        FORGETFUL.rows(connection, {})
    with store.transaction(EVERY_WORKSPACE, write=write) as connection:
        assert FORGETFUL.rows(connection, {}) == []


def test_an_effect_that_does_not_say_its_workspace_is_refused(store: Store) -> None:
    with pytest.raises(RuntimeError, match="does not say which workspace"):
        store.apply("ours", lambda connection: FORGETFUL.rows(connection, {}))


def test_who_listens_to_the_engine_hears_what_effects_and_readers_say(store: Store) -> None:
    heard: list[str] = []

    def listen(*said: Any) -> None:
        heard.append(said[2])

    event.listen(store.engine, "before_cursor_execute", listen)
    with store.transaction(EVERY_WORKSPACE, write=False) as connection:
        FORGETFUL.rows(connection, {})
    store.apply(EVERY_WORKSPACE, lambda connection: FORGETFUL.rows(connection, {}))
    event.remove(store.engine, "before_cursor_execute", listen)
    assert sum("deal.title" in one for one in heard) == 2


def test_who_holds_on_to_a_connection_can_ask_nothing_more(store: Store) -> None:
    with store.transaction(EVERY_WORKSPACE, write=False) as connection:
        assert FORGETFUL.rows(connection, {}) == []
    with pytest.raises(ResourceClosedError, match="closed"):
        FORGETFUL.rows(connection, {})


def test_what_was_said_before_somebody_asked_for_more_is_of_the_same_transaction(any_crm: Crm) -> None:
    mine = {"workspace": any_crm.workspace_id}
    titles = select(Deal.title).where(Deal.workspace_id == bindparam("workspace"))
    with any_crm.store.transaction(any_crm.workspace_id, write=False) as connection:
        assert Prepared(titles).rows(connection, mine) == []
        any_crm.do(CreateDeal("Acme"))
        assert connection.execute(titles, mine).all() == []
        assert Prepared(titles).rows(connection, mine) == []
