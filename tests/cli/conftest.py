"""A folder with a config for the doctor to look at, beside a stand-in for Slack."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from examined import Place
from factories import Crm

from crmbot.playground import StandIn
from crmbot.slack.manifest import SCOPES


@pytest.fixture(scope="module")
def running() -> Iterator[StandIn]:
    with StandIn() as running:
        yield running


@pytest.fixture
def slack(running: StandIn) -> StandIn:
    running.reset()
    running.scopes = set(SCOPES)
    return running


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def team(place: Place, crm: Crm) -> Place:
    """A folder with a config and a store with people."""
    place.environ["CRMBOT_STORE_URL"] = crm.store.engine.url.render_as_string(hide_password=False)
    return place
