"""What every test may use: a clock, stores, and real servers."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from servers.programs import FIXTURES, PROGRAMS, left_out, require

pytest_plugins = (
    "clocks",
    "servers.postgres",
    "servers.pooler",
    "servers.dovecot",
    "servers.smtp",
    "servers.tokens",
    "servers.stores",
    "factories",
    "posts",
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a fresh, empty store; a test that takes it runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/crmbot.db"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def rounds() -> Callable[[int, int], int]:
    """Call it with two counts: how often a fault test repeats, the second one under `make chaos`."""
    long_form = os.environ.get("CRMBOT_CHAOS") == "long"
    return lambda short, long: long if long_form else short


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that use a server, so that `-m 'not postgres'` finds them all."""
    for item in items:
        for name in getattr(item, "fixturenames", ()):
            if name in FIXTURES:
                item.add_marker(FIXTURES[name].marker)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose program is missing here; under CI fail it."""
    for name, program in PROGRAMS.items():
        if item.get_closest_marker(name):
            require(program)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which suites were left out and why, just above the counts."""
    for sentence in left_out():
        terminalreporter.write_line(sentence, yellow=True)
