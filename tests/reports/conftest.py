"""A store of its own for each test of the reports."""

from collections.abc import Iterator

import pytest
from reports.rows import Rows, create_tables
from sqlalchemy.orm import Session

from crmbot.store import open_store


@pytest.fixture
def session(engine_url: str) -> Iterator[Session]:
    """A session on a fresh store with all tables: SQLite, and PostgreSQL."""
    store = open_store(engine_url)
    create_tables(store.engine)
    with Session(store.engine.execution_options(crmbot_workspace="w1")) as session:
        yield session
    store.close()


@pytest.fixture
def rows(session: Session) -> Rows:
    """A workspace with the default pipeline, in US dollars and UTC."""
    return Rows(session)
