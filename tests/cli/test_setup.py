"""`crmbot init` and `crmbot demo`: what is there already is said, a port that is taken as well."""

import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from crmbot.bootstrap.demo import running_demo
from crmbot.cli import main
from crmbot.errors import ConfigError


def test_a_second_init_says_that_all_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    first = CliRunner().invoke(main, ["init", "--dir", str(tmp_path)])
    assert first.output.startswith("Made ")
    second = CliRunner().invoke(main, ["init", "--dir", str(tmp_path)])
    assert second.exit_code == 0
    assert second.output.startswith("Kept ")
    assert "Made" not in second.output


def test_a_demo_on_a_taken_port_says_which_and_how_to_choose_another(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"Port {port} can't be used.*--port"), running_demo(tmp_path, port=port):
            pass
    assert list(tmp_path.iterdir()) == []
