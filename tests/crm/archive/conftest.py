"""Workspaces to import into, and a small archive to change."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crmbot.crm.actors import Actor
from crmbot.crm.archive import Summary, archive_lines, export_archive, import_archive
from crmbot.crm.policy import Policy
from crmbot.crm.setup import create_workspace
from crmbot.models import Base
from crmbot.service import CrmService
from crmbot.store import EVERY_WORKSPACE, Store, open_store

NOW = datetime(2031, 3, 5, 9, 30, tzinfo=UTC)

SMALL = Path(__file__).with_name("small.jsonl")


@dataclass
class Place:
    """A workspace with the default stages and nobody in it."""

    store: Store
    actor: Actor

    def take(self, source: Any, **kwargs: Any) -> Summary:
        """Import an archive."""
        return import_archive(self.store, self.actor, source, now=NOW, **kwargs)

    def give(self, file: Path) -> bytes:
        """Export to a file and return what it holds."""
        export_archive(self.store, self.actor, file)
        return file.read_bytes()

    def lines(self) -> list[dict[str, Any]]:
        """Return what an export says."""
        with self.store.reading(self.actor.workspace_id) as session:
            return list(archive_lines(session, self.actor.workspace_id))

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Return an export's lines of one type."""
        return [line for line in self.lines() if line["type"] == kind]


def place_in(store: Store) -> Place:
    """Make a workspace, as `crmbot init` does."""
    with store.writing(EVERY_WORKSPACE) as session:
        workspace = create_workspace(session, name="From the config", currency="EUR", now=NOW)
    return Place(store, CrmService(store, lambda: NOW, Policy()).system(workspace.id, "cli"))


@pytest.fixture
def small() -> list[dict[str, Any]]:
    """A small archive with one or two lines of every type."""
    return [json.loads(line) for line in SMALL.read_text("utf-8").splitlines()]


@pytest.fixture
def place(sqlite_store: Store) -> Place:
    """A workspace on SQLite."""
    return place_in(sqlite_store)


@pytest.fixture
def any_place(store: Store) -> Place:
    """A workspace on SQLite and on PostgreSQL."""
    return place_in(store)


@pytest.fixture
def postgres_place(postgres_store_url: str) -> Iterator[Place]:
    """A workspace on PostgreSQL."""
    store = open_store(postgres_store_url)
    yield place_in(store)
    store.close()


@pytest.fixture
def open_place() -> Iterator[Callable[[], Place]]:
    """Call it for one empty workspace after another, in memory."""
    opened: list[Store] = []

    def fresh() -> Place:
        store = open_store("sqlite://")
        opened.append(store)
        Base.metadata.create_all(store.engine)
        return place_in(store)

    yield fresh
    for store in opened:
        store.close()
