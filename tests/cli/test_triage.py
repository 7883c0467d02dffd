"""Mail that waits, decided about in a terminal."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from crmbot.cli import main

MAIL = (
    b"From: Gus Bo <gus@globex.example>\nTo: crm@example.com\nSubject: Hello %d\nMessage-ID: <%d@b>\n\n"
    b"We want %d seats\n"
)


@pytest.fixture
def config(tmp_path: Path) -> str:
    """A workspace with a deal, and two mails that wait."""
    CliRunner().invoke(main, ["init", "--dir", str(tmp_path)])
    path = str(tmp_path / "config.toml")
    run(path, "do", "deal new Globex")
    for n in (1, 2):
        (tmp_path / f"{n}.eml").write_bytes(MAIL % (n, n, n))
        run(path, "mail", "ingest", str(tmp_path / f"{n}.eml"))
    return path


def run(config: str, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["--config", config, *words])
    return done.exit_code, done.output


def names(config: str) -> list[str]:
    return [line.split()[0] for line in run(config, "mail", "triage", "list")[1].splitlines()[1:]]


def test_waiting_mail_is_listed_shown_attached_and_ignored(config: str) -> None:
    first, second = names(config)
    code, shown = run(config, "mail", "triage", "show", first)
    assert code == 0
    assert "We want 1 seats" in shown
    assert "D-1    Globex" in shown
    assert "with D-1 Globex" in run(config, "mail", "triage", "attach", first, "D-1")[1]
    assert "gus@globex.example is left aside" in run(config, "mail", "triage", "ignore", second, "--sender")[1]
    assert run(config, "mail", "triage", "list") == (0, "No mail waits.\n")


def test_sender_is_added_and_a_word_that_names_no_mail_is_refused(config: str) -> None:
    first, _ = names(config)
    assert "Gus Bo" in run(config, "mail", "triage", "add", first)[1]
    code, told = run(config, "mail", "triage", "ignore", "nothing")
    assert (code, "not here any more" in told or "names no mail" in told) == (1, True)
