"""A store with one workspace and its admin, for everything that the worker does."""

from collections.abc import Iterator

import pytest
from clocks import SettableClock
from jobs.rig import Rig, make_rig


@pytest.fixture
def rig(engine_url: str, clock: SettableClock) -> Iterator[Rig]:
    """A fresh store on SQLite and on PostgreSQL, with a workspace `w1`."""
    rig = make_rig(engine_url, clock)
    yield rig
    rig.store.close()


@pytest.fixture
def sqlite_rig(tmp_path_factory: pytest.TempPathFactory, clock: SettableClock) -> Iterator[Rig]:
    """A fresh store on SQLite only, for what no database changes."""
    rig = make_rig(f"sqlite:///{tmp_path_factory.mktemp('store')}/crmbot.db", clock)
    yield rig
    rig.store.close()
