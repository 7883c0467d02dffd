"""Help tells what works, and only that."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from crmbot.errors import BadInput
from crmbot.language import Context, help_for, parse
from crmbot.language.grammar import NOUNS
from crmbot.language.verbs import Noun, Verb

CONTEXT = Context(datetime(2026, 11, 24, 9, 30, tzinfo=UTC), ZoneInfo("Europe/Berlin"))
VERBS = [pytest.param(noun, verb, id=f"{noun.name} {verb.name}") for noun in NOUNS.values() for verb in noun.verbs]


@pytest.mark.parametrize(("noun", "verb"), VERBS)
def test_every_example_does_what_its_verb_says(noun: Noun, verb: Verb) -> None:
    for example in (verb.example, *verb.more):
        command, _, text = noun.line(verb, example).removeprefix("/").partition(" ")
        assert type(parse(text, CONTEXT, command=command).request) is verb.request


@pytest.mark.parametrize(("noun", "verb"), VERBS)
def test_every_fact_fills_a_field_of_its_request(noun: Noun, verb: Verb) -> None:
    assert {fact.field for fact in verb.facts} | set(verb.words) | set(verb.fixed) <= verb.takes, noun.name


@pytest.mark.parametrize("topic", [None, *NOUNS])
def test_every_line_that_help_shows_can_be_typed(topic: str | None) -> None:
    shown = [line for _, lines in help_for(topic).groups for line, _ in lines if line.startswith("/")]
    assert shown
    for line in shown:
        command, _, text = line.removeprefix("/").partition(" ")
        parse(text, CONTEXT, command=command)


def test_overview_has_every_verb_of_every_noun() -> None:
    shown = {line for _, lines in help_for(None).groups for line, _ in lines}
    assert {noun.line(verb, verb.example) for noun in NOUNS.values() for verb in noun.verbs} <= shown


def test_overview_begins_with_what_a_first_day_needs() -> None:
    (title, lines), *_ = help_for(None).groups
    assert title == "To begin with"
    assert len(lines) < 10
    assert {line.split()[0] for line, _ in lines} == {"/deal", "/log", "/task", "/crm"}


def test_help_on_reports_names_them() -> None:
    groups = dict(help_for("report").groups)
    assert "pipeline-changes" in dict(groups["Reports"])


def test_help_on_one_verb_shows_just_that() -> None:
    first, *_ = help_for("deal move").groups
    assert first[0] == "move"
    assert "stage:" in first[1][0][1]


def test_help_on_something_unknown_names_the_nearest() -> None:
    with pytest.raises(BadInput, match="“deal”"):
        help_for("dael")
