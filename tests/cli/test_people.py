"""`crmbot init`, `db`, `user`, `token` and `do` as an operator uses them."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crmbot.cli import main
from crmbot.migrations import upgrade, versions
from crmbot.store import open_store


class Shell:
    """Runs commands with one folder's config."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "config.toml"

    def run(self, *words: str) -> Result:
        """Run a command with the config."""
        return CliRunner().invoke(main, ["--config", str(self.config), *words])

    def done(self, *words: str) -> str:
        """Run a command that succeeds and return what it printed."""
        result = self.run(*words)
        assert result.exit_code == 0, result.output
        return result.stdout

    def refused(self, *words: str) -> str:
        """Run a command that is refused and return its sentence."""
        result = self.run(*words)
        assert (result.exit_code, result.stdout) == (1, ""), result.output
        return result.stderr


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A folder that `init` prepared, which is also the working directory."""
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["init", "--dir", str(tmp_path)])
    assert result.exit_code == 0, result.output
    return Shell(tmp_path)


def test_init_makes_config_and_store_and_again_keeps_them(shell: Shell) -> None:
    shell.config.write_text(shell.config.read_text("utf-8") + "# mine\n", "utf-8")
    shell.done("user", "add", "jane@ours.example")
    assert "crmbot user add you@example.com --role admin" in shell.done("init", "--dir", str(shell.folder))
    assert shell.config.read_text("utf-8").endswith("# mine\n")
    assert "jane@ours.example" in shell.done("user", "list")


def test_db_upgrade_runs_what_the_store_lacks_and_counts_it(shell: Shell) -> None:
    revisions = [one.stem for one in sorted(Path(versions.__path__[0]).glob("0*.py"))]
    for lacks, said in ((1, "Ran 1 migration.\n"), (2, "Ran 2 migrations.\n")):
        file = shell.folder / "crmbot.db"
        file.unlink()
        with closing(open_store(f"sqlite:///{file}")) as store:
            upgrade(store, revisions[-1 - lacks][:4])
        assert shell.done("db", "upgrade") == said


def test_db_check_and_upgrade_tell_where_the_store_is(shell: Shell) -> None:
    assert shell.done("db", "check") == shell.done("db", "upgrade") == "The store is up to date.\n"
    with closing(sqlite3.connect(shell.folder / "crmbot.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    for command in ("check", "upgrade"):
        assert shell.refused("db", command) == (
            "The store is newer than this program (9999). Install the newer crmbot.\n"
        )
    assert "newer crmbot" in shell.refused("user", "list")


def test_people_are_added_listed_and_given_roles(shell: Shell) -> None:
    assert "Added Jane <jane@ours.example> as admin." in shell.done(
        "user", "add", "jane@ours.example", "--role", "admin"
    )
    assert "Jane has the address" in shell.refused("user", "add", "jane@ours.example")
    assert "is the only admin" in shell.refused("user", "role", "jane@ours.example", "none")
    shell.done("user", "add", "max@ours.example", "--role", "admin")
    shell.done("user", "role", "jane@ours.example", "none")
    assert "left" in shell.done("user", "list")
    shell.done("user", "role", "jane@ours.example", "manager")
    assert "manager" in shell.done("user", "list")


def test_a_token_is_printed_once_alone_on_stdout(shell: Shell) -> None:
    shell.done("user", "add", "jane@ours.example")
    token = shell.done("token", "create", "--user", "jane@ours.example")
    assert token.startswith("crm_")
    assert token.count("\n") == 1
    listed = shell.done("token", "list")
    assert token.strip() not in listed
    token_id = next(word for word in listed.split() if len(word) == 26)
    assert "is revoked" in shell.done("token", "revoke", token_id)
    assert "was revoked already" in shell.refused("token", "revoke", token_id)


def test_do_does_one_line_and_a_dry_run_none(shell: Shell) -> None:
    shell.done("user", "add", "jane@ours.example")
    line = ("do", "--as", "jane@ours.example", "deal new Acme $40k")
    assert "$40,000" in shell.done(*line, "--dry-run")
    assert "There is no deal" in shell.refused("do", "deal show acme")
    assert "Opened D-1 Acme, $40,000 in New Lead." in shell.done(*line)
    assert "D-1" in shell.done("do", "deal show acme")


@pytest.mark.parametrize(
    ("words", "code"),
    [(("do", "--as", "nobody@ours.example", "deal list"), 1), (("do",), 2), (("user", "fire"), 2), (("nonsense",), 2)],
)
def test_wrong_usage_is_told_from_a_refusal(shell: Shell, words: tuple[str, ...], code: int) -> None:
    result = shell.run(*words)
    assert result.exit_code == code
    assert result.stderr


def test_a_config_that_is_not_there_is_told(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["--config", str(tmp_path / "no.toml"), "user", "list"])
    assert (result.exit_code, result.stdout) == (1, "")
    assert "There is no config file" in result.stderr
