"""Stores with every table in place, made from a template that is migrated once a worker."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crmbot.migrations import upgrade
from crmbot.store import Store, open_store


def migrate(url: str) -> None:
    """Bring the store at an address to this version's tables."""
    store = open_store(url)
    upgrade(store)
    store.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    file = tmp_path_factory.mktemp("sqlite") / "template.db"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a fresh SQLite store with its tables."""
    shutil.copy(sqlite_template, tmp_path / "crmbot.db")
    return f"sqlite:///{tmp_path}/crmbot.db"


@pytest.fixture
def postgres_store_url(postgres_template: Callable[[Callable[[str], None]], str]) -> str:
    """The address of a fresh PostgreSQL store with its tables."""
    return postgres_template(migrate)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store_url(request: pytest.FixtureRequest) -> str:
    """The address of a fresh store with its tables; a test that takes it runs on SQLite and on PostgreSQL."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_store_url")
    return url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """A fresh open store with its tables, on SQLite and on PostgreSQL."""
    opened = open_store(store_url)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Iterator[Store]:
    """A fresh open SQLite store with its tables."""
    opened = open_store(sqlite_url)
    yield opened
    opened.close()
