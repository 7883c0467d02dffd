"""Import, export, rates, backup and restore as a person types them."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crmbot.bootstrap.backups import back_up, restore
from crmbot.cli import main
from crmbot.crm.archive.lines import as_line
from crmbot.crm.sample import make_sample
from crmbot.errors import BadInput, Conflict
from crmbot.store import open_store

Run = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a config and a store, in which commands run."""
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["init"])
    assert done.exit_code == 0, done.output
    return tmp_path


@pytest.fixture
def run(home: Path) -> Run:
    """Run a command in the home."""
    del home
    return lambda *words: CliRunner().invoke(main, list(words))


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """The small sample as a file."""
    file = tmp_path / "sample.jsonl"
    file.write_bytes(b"".join(as_line(line) for line in make_sample(now=datetime(2026, 11, 21, 9, 30, tzinfo=UTC))))
    return file


def nothing(_share: float) -> None:
    """Show no progress."""


def test_an_archive_comes_in_and_goes_out(run: Run, archive: Path) -> None:
    dry = run("import", str(archive), "--dry-run")
    assert dry.stdout.startswith("Would import 1 workspace, 6 stages, 7 users")
    done = run("import", str(archive))
    assert (done.exit_code, done.stdout.startswith("Imported 1 workspace")) == (0, True)
    assert run("export", "out.jsonl").stdout.startswith("Exported 1 workspace, 6 stages, 7 users")
    again = run("import", str(archive))
    assert (again.exit_code, again.stdout) == (1, "")
    assert again.stderr == "Nothing was imported: exactly these records were imported before.\n"


def test_mistakes_are_told_on_stderr(run: Run, archive: Path) -> None:
    with archive.open("a") as file:
        file.write('{"type": "note", "ref": "n", "txet": "x"}\n')
    refused = run("import", str(archive))
    assert refused.exit_code == 1
    assert "txet: there is no such field" in refused.stderr
    assert "text: it is missing" in refused.stderr


def test_a_table_comes_in_and_goes_out(run: Run, home: Path) -> None:
    (home / "leads.csv").write_text("Name,Email\nJo,jo@x.example\n")
    assert run("import", "leads.csv").stdout == "Imported 1 lead, skipped 0 as duplicates, refused 0.\n"
    assert run("export", "out.csv").exit_code == 1
    assert run("export", "out.csv", "--kind", "leads").stdout == "Exported 1 lead.\n"
    again = run("import", "leads.csv", "--dry-run")
    assert again.stdout.startswith("Would import 0 leads, skipped 1 as a duplicate, refused 0.")
    assert "Jo,jo@x.example" in (home / "out.csv").read_text("utf-8-sig")
    assert run("import", "config.toml").exit_code == 1


def test_rates_are_set_and_listed(run: Run) -> None:
    assert run("rate", "set", "EUR", "1.08", "--on", "2026-01-01").exit_code == 0
    assert "2026-01-01  1.08" in run("rate", "list").stdout
    refused = run("rate", "set", "EURO", "1.08")
    assert (refused.exit_code, refused.stderr) == (1, "“EURO” is no currency.\n")


def test_a_backup_is_the_store_and_replaces_nothing_unasked(run: Run, home: Path, archive: Path) -> None:
    run("import", str(archive))
    run("export", "before.jsonl")
    assert run("backup", "copy.db").exit_code == 0
    assert run("backup", "copy.db").exit_code == 1
    run("rate", "set", "CHF", "1.1")
    assert run("restore", "copy.db").exit_code == 1
    assert run("restore", "copy.db", "--force").exit_code == 0
    run("export", "after.jsonl")
    assert (home / "after.jsonl").read_bytes() == (home / "before.jsonl").read_bytes()


def test_what_is_no_backup_leaves_the_store_alone(run: Run, home: Path) -> None:
    (home / "broken").write_bytes(b"SQLite format 3\x00" + b"x" * 5000)
    with closing(sqlite3.connect(home / "other.db")) as other:
        other.execute("CREATE TABLE t (a)")
    for name in ("broken", "other.db"):
        refused = run("restore", name, "--force")
        assert (refused.exit_code, "no backup of crmbot" in refused.stderr) == (1, True)
    assert run("rate", "list").exit_code == 0


def test_a_backup_made_while_others_write_is_one_moment(home: Path) -> None:
    with closing(sqlite3.connect(home / "crmbot.db", isolation_level=None)) as writer:
        writer.execute("CREATE TABLE filler (a, b)")
        writer.executemany("INSERT INTO filler VALUES (?, ?)", ((n, "x" * 500) for n in range(20_000)))
        steps: list[float] = []

        def write(share: float) -> None:
            writer.execute("UPDATE filler SET a = -1 WHERE rowid = ?", (len(steps) + 1,))
            steps.append(share)

        back_up(f"sqlite:///{home}/crmbot.db", home / "copy.db", force=False, progress=write)
    assert len(steps) > 1
    with closing(sqlite3.connect(home / "copy.db")) as copy:
        assert copy.execute("SELECT count(*), min(a) FROM filler").fetchone() == (20_000, 0)


def test_a_backup_of_postgresql_is_restored(postgres_store_url: str, postgres_url: str, tmp_path: Path) -> None:
    back_up(postgres_store_url, tmp_path / "copy.dump", force=False, progress=nothing)
    with pytest.raises(Conflict):
        back_up(postgres_store_url, tmp_path / "copy.dump", force=False, progress=nothing)
    restore(postgres_url, tmp_path / "copy.dump", force=False, progress=nothing)
    store = open_store(postgres_url)
    assert store.revision() is not None
    store.close()
    with pytest.raises(BadInput, match="pg_restore failed"):
        restore(postgres_url, tmp_path / "copy.dump", force=False, progress=nothing)
    restore(postgres_url, tmp_path / "copy.dump", force=True, progress=nothing)
