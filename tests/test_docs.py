"""The pages for people say what is so: their links, commands, settings and tables are those of the code."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import click
import pytest
from source import ROOT

from crmbot.cli import main
from crmbot.config import load
from crmbot.crm.emails.matching import REASONS
from crmbot.language import help_for
from crmbot.language.grammar import NOUNS
from crmbot.mail.forwarded.languages import LANGUAGES
from crmbot.mail.rules import RULES
from crmbot.reports.registry import REGISTRY

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
GUIDES = [page for page in PAGES if "decisions" not in page.parts]
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
EXAMPLE = tomllib.loads((ROOT / "config.example.toml").read_text("utf-8"))
LARGEST_PICTURE = 300_000


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text("utf-8")


def blocks(text: str) -> Iterator[str]:
    """Yield the indented code of a page, block by block; an empty line inside belongs to it."""
    for is_code, lines in groupby(text.splitlines(), key=lambda line: line.startswith("    ") or not line.strip()):
        block = "\n".join(line[4:] for line in lines).strip()
        if is_code and block:
            yield block


def code(text: str) -> Iterator[str]:
    """Yield what a page sets as code: words between backticks, and lines of its blocks."""
    yield from re.findall(r"`([^`\n]+)`", text)
    for block in blocks(text):
        yield from block.splitlines()


@pytest.mark.parametrize("source", PAGES, ids=NAMES)
def test_links_lead_somewhere(source: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", source.read_text("utf-8"))
    local = [target.partition("#")[0] for target in targets if "://" not in target and not target.startswith("#")]
    assert [target for target in local if not (source.parent / target).exists()] == []


def test_pictures_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in (ROOT / "docs" / "pictures").iterdir()}
    assert sizes
    assert {name: size for name, size in sizes.items() if size > LARGEST_PICTURE} == {}


def command_lines(text: str) -> Iterator[list[str]]:
    """Yield the words after `crmbot` of every command on a page; a page may name several in one line."""
    for line in code(text):
        for said in re.findall(r"(?:^|[\s(/&|])crmbot ((?:-|[a-z])[^#|)…;&]*)", line.partition("  #")[0]):
            try:
                words = shlex.split(said)
            except ValueError:
                words = said.split()
            yield words


def unknown_word(words: list[str]) -> str | None:
    """Return the first word that the command line would not know as a command or an option; None when all is well."""
    command: click.Command = main
    context = click.Context(main)
    taken: set[str] = set()
    while words:
        word, *words = words
        if word.startswith("--"):
            option = next((one for one in command.params if word.partition("=")[0] in one.opts), None)
            if option is None and word not in taken:
                return word
            if isinstance(option, click.Option) and not option.is_flag:
                words = words[1:]
        elif isinstance(command, click.Group):
            found = command.get_command(context, word)
            if found is None:
                return word
            command = found
    return None


@pytest.mark.parametrize("source", GUIDES, ids=lambda path: path.name)
def test_every_command_named_exists(source: Path) -> None:
    found = list(command_lines(source.read_text("utf-8")))
    assert {" ".join(words): word for words in found if (word := unknown_word(words)) is not None} == {}


def test_config_is_found_in_the_pages() -> None:
    found = [block.splitlines()[0] for block in blocks(page("mail.md")) if block.startswith("[")]
    assert found == ["[mail.intake]"] * 3


def test_commands_are_found_in_the_pages() -> None:
    found = {words[0] for source in GUIDES for words in command_lines(source.read_text("utf-8"))}
    assert {"run", "doctor", "backup", "token", "digest", "mail", "report", "import"} <= found
    assert unknown_word(["token", "make"]) == "make"
    assert unknown_word(["digest", "send", "boss", "--twice"]) == "--twice"


@pytest.mark.parametrize("source", GUIDES, ids=lambda path: path.name)
def test_every_setting_named_exists(source: Path) -> None:
    named = {
        match[1]
        for span in code(source.read_text("utf-8"))
        if (match := re.match(rf"((?:{'|'.join(EXAMPLE)})(?:\.[a-z_]+)+)(?= =|$)", span))
    }
    assert {name for name in named if not exists(name)} == set()


def exists(name: str) -> bool:
    found: Any = EXAMPLE
    for word in name.split("."):
        if not isinstance(found, dict) or word not in found:
            return False
        found = found[word]
    return True


@pytest.mark.parametrize("source", GUIDES, ids=lambda path: path.name)
def test_every_piece_of_config_is_read(source: Path, tmp_path: Path) -> None:
    pieces = [block for block in blocks(source.read_text("utf-8")) if block.startswith("[")]
    for number, piece in enumerate(pieces):
        path = tmp_path / f"{number}.toml"
        path.write_text(piece, "utf-8")
        assert load(path, {}).path == path


def test_page_of_commands_is_what_help_says() -> None:
    text = page("commands.md")
    for noun in NOUNS.values():
        assert f"\n## {noun.command}: {noun.meaning}\n" in text
        rows = [row for row in text.splitlines() if row.startswith("| ")]
        for verb in noun.verbs:
            row = next((row for row in rows if f"`{noun.line(verb, verb.example)}`" in row), "")
            assert f"| {verb.meaning}" in row, f"{noun.name} {verb.name}"
            assert set(re.findall(r"`([a-z]+:)`", row)) == {f"{fact.keys[0]}:" for fact in verb.facts if fact.keys}
            assert [more for more in verb.more if f"`{noun.line(verb, more)}`" not in row] == []


def test_page_of_commands_shows_nothing_else() -> None:
    shown = {line for topic in NOUNS for _, lines in help_for(topic).groups for line, _ in lines}
    shown |= {line for _, lines in help_for(None).groups for line, _ in lines}
    named = set(re.findall(r"(?:\| |<br>)`(/[^`]+)`", page("commands.md")))
    assert named
    assert named <= shown


def test_page_of_mail_names_every_reason() -> None:
    text = page("mail.md")
    assert [code for code, meaning in REASONS.items() if f"| `{code}` | {meaning}" not in text] == []


def test_page_of_mail_names_every_rule_of_noise() -> None:
    text = page("mail.md")
    assert [rule.name for rule in RULES if f"`{rule.name}`" not in text] == []


def test_readme_counts_the_languages_of_forwards() -> None:
    assert f"{len(LANGUAGES)} languages" in (ROOT / "README.md").read_text("utf-8")


def test_page_of_reports_names_every_report() -> None:
    text = page("reports.md")
    assert [name for name in REGISTRY if f"| `{name}` |" not in text] == []


def test_every_fault_on_the_page_names_tests_that_are_there() -> None:
    named = re.findall(r"\b([\w/]+\.py)(?:::(\w+))?", page("faults.md"))
    assert len(named) > 50
    for file, test in named:
        text = (ROOT / "tests" / file).read_text("utf-8")
        assert not test or f"def {test}(" in text, (file, test)
