"""Reports and their charts as a person types them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crmbot.cli import main
from crmbot.reports.registry import REGISTRY

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in a folder with a config and a store."""
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(main, ["init"]).exit_code == 0
    return lambda *words: CliRunner().invoke(main, list(words))


def test_a_chart_is_written_into_a_file(run: Run, tmp_path: Path) -> None:
    done = run("report", "pipeline", "--format", "png", "-o", "chart.png")
    assert (done.exit_code, done.output) == (0, "")
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")
    assert run("report", "sales-pipeline", "--view", "aging", "--format", "svg").stdout.startswith("<svg")


def test_the_help_names_every_report(run: Run) -> None:
    told = run("report", "--help").stdout
    assert all(name in told for name in REGISTRY)


def test_a_table_can_go_into_a_file_too(run: Run, tmp_path: Path) -> None:
    done = run("report", "pipeline", "--format", "csv", "--output", "pipeline.csv")
    assert (done.exit_code, done.output) == (0, "")
    assert b"negotiation,Negotiation,open,0,0.00,0.00\r\n" in (tmp_path / "pipeline.csv").read_bytes()


def test_a_chart_that_is_not_there_is_refused_with_those_that_are(run: Run) -> None:
    done = run("report", "sales-pipeline", "--view", "funnel", "--format", "svg")
    assert done.exit_code == 2
    assert "has no chart “funnel”. There are: stages, aging" in done.stderr
