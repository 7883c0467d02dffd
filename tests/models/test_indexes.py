"""What indexes cost: an effect writes a page for each that its rows stand in, so rows without a value stand in none."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from factories import Crm

from crmbot.crm.requests import CreateDeal, CreateTask, Request
from crmbot.domain.money import Money
from crmbot.models import Base

_FRAME = 4096 + 24
"""Bytes of a page in SQLite's log of writes, with the page's header."""
_ASKED_FOR_EMPTY = {
    "ix_activity_open": "what is not done yet",
    "ix_activity_owner": "what nobody owns",
    "ix_journal_entry_actor": "what nobody in person did",
}
"""Indexes that find rows without the value too."""


def test_an_index_that_a_value_leads_leaves_out_the_rows_without_one() -> None:
    indexes = [index for table in Base.metadata.tables.values() for index in table.indexes]
    whole = {
        index.name
        for index in indexes
        if any(column.nullable for column in list(index.columns)[1:2])
        and index.dialect_options["sqlite"]["where"] is None
    }
    assert whole == set(_ASKED_FOR_EMPTY)


@pytest.mark.parametrize(
    ("request_of", "most"),
    [(lambda n: CreateDeal(f"Deal {n}", Money(n, "EUR")), 26), (lambda n: CreateTask(f"Call {n}"), 16)],
    ids=["deal", "task"],
)
def test_an_effect_writes_few_pages(crm: Crm, request_of: Callable[[int], Request], most: int) -> None:
    crm.do(request_of(0))
    file = crm.store.engine.url.database
    reader = sqlite3.connect(str(file), isolation_level=None)
    # Who reads keeps the log from beginning anew.
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM deal").fetchall()
    log = Path(f"{file}-wal")
    before = log.stat().st_size
    for number in range(1, 61):
        crm.do(request_of(number))
    pages = (log.stat().st_size - before) / _FRAME / 60
    reader.close()
    assert 5 < pages < most
