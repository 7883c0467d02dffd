"""What indexes cost: an effect writes a page for each that its rows stand in, so rows without a value stand in none."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from factories import Crm
from sqlalchemy import create_mock_engine, make_url, select

from crmbot.crm.requests import CreateDeal, CreateTask, Request
from crmbot.domain.money import Money
from crmbot.models import FOREVER, WAS_CLOSED, Base, DealVersion
from crmbot.store import Store

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


def test_what_was_won_is_found_among_the_closed_deals_alone(sqlite_store: Store) -> None:
    version = DealVersion.__table__.c
    query = select(version.deal_id).where(
        version.workspace_id == "w", version.outcome == "won", WAS_CLOSED, version.outcome_since >= FOREVER
    )
    asked = query.compile(sqlite_store.engine)
    with sqlite_store.engine.connect() as connection:
        (step,) = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", ("w", "won", "9999")).all()
    assert "ix_deal_version_closed (workspace_id=? AND outcome=? AND outcome_since>?)" in step[3]


@pytest.mark.parametrize(
    ("request_of", "most"),
    [(lambda n: CreateDeal(f"Deal {n}", Money(n, "EUR")), 22), (lambda n: CreateTask(f"Call {n}"), 12)],
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


def test_both_databases_leave_the_same_rows_out_of_an_index() -> None:
    on_sqlite, on_postgresql = created_on("sqlite://"), created_on("postgresql+psycopg://")
    assert len(on_sqlite) > 10
    assert on_sqlite == on_postgresql


def created_on(url: str) -> set[str]:
    """Return the statements that make the indexes with a condition there."""
    told: list[str] = []
    dialect = make_url(url).get_dialect()()
    engine = create_mock_engine(url, lambda made, *_, **__: told.append(str(made.compile(dialect=dialect))))
    Base.metadata.create_all(engine, checkfirst=False)
    return {" ".join(one.split()) for one in told if " INDEX " in one and " WHERE " in one}
