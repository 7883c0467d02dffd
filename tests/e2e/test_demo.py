import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

CRMBOT = [sys.executable, "-m", "crmbot"]


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*CRMBOT, *arguments], cwd=cwd, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    folder = tmp_path_factory.mktemp("demo")
    done = run("demo", "--once", "--dir", str(folder), cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout, folder


def test_demo_types_commands_and_shows_their_answers(demo: tuple[str, Path]) -> None:
    text, _ = demo
    assert text.count("\n> /") >= 10
    for said in ("Opened D-", "Logged a call with", "Planned A-", "Added lead", "Converted L-", "Lost D-", "Undone:"):
        assert said in text, said


def test_demo_takes_a_forwarded_mail_in_and_shows_the_receipt(demo: tuple[str, Path]) -> None:
    text, _ = demo
    assert "Dovecot" in text
    assert "from Dana Whitfield · unverified: as your forward shows it" in text
    assert re.search(r"Logged: Rollout in March\n.*\n\s+A-\d+ with D-\d+ Globex rollout", text)


def test_demo_posts_three_digests_that_say_what_changed(demo: tuple[str, Path]) -> None:
    text, _ = demo
    for title in ("Overdue activities", "Aging pipeline", "Forecast"):
        assert title in text, title
    assert "than a week ago" in text
    assert "What moved" in text


def test_digest_of_the_demo_equals_the_report(demo: tuple[str, Path]) -> None:
    text, folder = demo
    config = str(folder / "config.toml")
    done = run("--config", config, "report", "sales-pipeline", "--format", "json", cwd=folder)
    data = json.loads(done.stdout)["data"]
    best, likely = data["forecast"]["best_case"], data["forecast"]["most_likely"]
    assert f"{data['total_opportunities']} open deals worth ${best:,.2f}".removesuffix(".00") in text
    assert f"Most likely ${likely:,.2f}".removesuffix(".00") in text


def test_workspace_left_by_the_demo_answers_commands(demo: tuple[str, Path]) -> None:
    _, folder = demo
    config = str(folder / "config.toml")
    shown = run("--config", config, "do", "--as", "jane@demo.example", "deal show globex", cwd=folder)
    assert shown.returncode == 0
    assert "Rollout in March" in shown.stdout
    unknown = run("--config", config, "do", "--as", "jane@demo.example", "deal mvoe globex", cwd=folder)
    assert unknown.returncode == 1
    assert "mvoe" in unknown.stderr
    assert "move" in unknown.stderr
