"""A prepared statement does what the library's does, on either database."""

from typing import Any

import pytest
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
from sqlalchemy.exc import OperationalError

from crmbot.models import UTCDateTime
from crmbot.prepared import Prepared
from crmbot.store import EVERY_WORKSPACE, Store

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
