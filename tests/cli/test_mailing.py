"""`crmbot mail`: what was understood, in words or as JSON; what became of a mail, in the right words and codes."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from mails import ANNA, INTAKE, JANE, Raw, forward

from crmbot.cli import main
from crmbot.cli.parsed import in_words
from crmbot.mail.reading import read_mail

CONFIG = """
[workspace]
name = "Ours"
[mail.intake]
address = "crm@ours.example"
authserv_id = "mx.ours.example"
own_domains = ["ours.example"]
"""
TO_CRMBOT = Raw(to=INTAKE, subject="Please", body="")


@pytest.fixture
def config(tmp_path: Path) -> str:
    (tmp_path / "config.toml").write_text(CONFIG)
    path = str(tmp_path / "config.toml")
    runner = CliRunner()
    runner.invoke(main, ["--config", path, "init", "--dir", str(tmp_path)])
    added = runner.invoke(main, ["--config", path, "user", "add", "jane@ours.example", "--name", "Jane Roe"])
    assert added.exit_code == 0, added.output
    return path


def ingest(config: str, raw: Raw) -> dict[str, object]:
    done = CliRunner().invoke(main, ["--config", config, "mail", "ingest", "-"], input=bytes(raw))
    assert done.exit_code == 0, done.output
    return dict(json.loads(done.stdout))


def test_command_that_a_mail_alone_asks_for_is_told_as_done(config: str) -> None:
    line = ingest(config, TO_CRMBOT.but(body="/task fri call back"))
    assert (line["state"], line["reason"]) == ("command", "command")
    assert line["command"] == {"line": "/task fri call back", "done": True, "said": line["said"]}
    assert str(line["said"]).startswith("Planned A-1 call back")


def test_mail_that_waited_and_was_logged_by_its_command_is_told_as_logged(config: str) -> None:
    asked = forward(Raw(sender=ANNA, to=JANE), words="/deal Acme renewal 40k")
    line = ingest(config, asked)
    assert (line["state"], line["reason"], line["deal"]) == ("logged", "by_hand", "D-1")
    assert line["activity"] == "A-1"
    command = line["command"]
    assert isinstance(command, dict)
    assert command["done"] is True


def test_command_that_is_refused_says_so_and_the_mail_is_taken_in(config: str) -> None:
    line = ingest(config, TO_CRMBOT.but(body="/dance fri"))
    command = line["command"]
    assert isinstance(command, dict)
    assert (line["state"], command["done"]) == ("command", False)
    assert "can't ask for “/dance”" in command["said"]


def test_mail_that_waits_says_so(config: str) -> None:
    line = ingest(config, forward(Raw(sender=ANNA, to=JANE)))
    assert (line["state"], line["reason"]) == ("triage", "unknown_sender")
    assert "command" not in line


def test_store_that_cannot_be_reached_asks_the_mail_server_to_come_again(config: str) -> None:
    Path(config).write_text(CONFIG + '[store]\nurl = "postgresql://crmbot@127.0.0.1:1/none"\n')
    done = CliRunner().invoke(main, ["--config", config, "mail", "ingest", "-"], input=bytes(TO_CRMBOT))
    assert done.exit_code == 75, done.output


def test_parse_prints_json_when_nobody_looks(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(bytes(TO_CRMBOT))
    done = CliRunner().invoke(main, ["mail", "parse", str(tmp_path / "a.eml")])
    assert json.loads(done.output)["kind"] == "direct"


def test_parse_tells_in_words_what_it_understood(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(bytes(forward(Raw(sender=ANNA, to=JANE), words="fyi")))
    done = CliRunner().invoke(main, ["mail", "parse", "--text", str(tmp_path / "a.eml")])
    assert done.output.splitlines()[0].endswith("a.eml: a forward")
    for line in (
        "  From      Jane Roe <jane@ours.example>",
        "    | fyi",
        "    From      Anna Lind <anna@acme.example>",
    ):
        assert line in done.output.splitlines()


def test_words_of_a_mail_do_nothing_to_the_terminal() -> None:
    raw = Raw(subject="\x1b[2Jgone\u202etxt", body="\x1b]0;owned\x07 hello")
    told = in_words({"file": "\x1b[31m", **read_mail(bytes(raw)).as_json()})
    assert not {"\x1b", "\x07", "\u202e"} & set(told)
    assert "hello" in told
