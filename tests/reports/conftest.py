"""A workspace of its own for each test of the reports."""

import pytest
from reports.rows import Rows

from crmbot.store import Store


@pytest.fixture
def rows(store: Store) -> Rows:
    """A workspace with the default pipeline, in US dollars and UTC, on SQLite and on PostgreSQL."""
    return Rows(store)
