from pathlib import Path

from click.testing import CliRunner

from crmbot.cli import main
from crmbot.playground.ports import free_port


def test_database_that_cant_be_reached_is_one_sentence(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'[store]\nurl = "postgresql://nobody@127.0.0.1:{free_port()}/none"\n')
    done = CliRunner().invoke(main, ["--config", str(config), "do", "deal list"])
    assert done.exit_code == 1
    assert "The database can't be reached" in done.output
    assert "Traceback" not in done.output
