"""What holds for any text at all."""

import time
from datetime import UTC, datetime
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmbot.crm.requests import CreateDeal, ListCompanies, LogActivity, Request, decode, encode
from crmbot.domain.money import Money
from crmbot.errors import BadInput, MissingFact
from crmbot.language import Context, parse
from crmbot.language.grammar import NOUNS

CONTEXT = Context(datetime(2026, 11, 24, 9, 30, tzinfo=UTC), ZoneInfo("Europe/Berlin"))
COMMANDS = [*NOUNS, "", "nonsense"]
WORDS = (
    "new list show move won lost set assign done snooze call meeting note deal lead task report digest user help today "
    "acme Jane Monday fri next last in end of march 31 feb 15 dec 24/12 03/04 2026-13-40 25:00 3pm midnight +2w "
    "+99999y $40k $1.234 -5€ 1.2m EUR CHF 1'200.50 12 000 % 60% 120% 25m 1h30 @jo <@U1|jo> <#C1|x> a@b.co "
    "<mailto:a@b.co|a@b.co> "
    'D-17 A-0 P-9 to into from because about re: stage: close:soon value: owner: next:" " “ ” \' \u2019 ? --dry-run '
    "7 30 2026-01-01..2026-02-30 .. : - → none auto me #x &lt; &amp; \x00 \ud800 \u202e ٣ ² ½"
).split(" ")


def _survives(text: str, command: str) -> None:
    try:
        request = parse(text, CONTEXT, command=command).request
    except BadInput:
        return
    assert isinstance(request, Request)
    assert decode(encode(request)) == request


@settings(max_examples=400, deadline=None)
@given(st.text(), st.sampled_from(COMMANDS))
def test_no_text_makes_it_raise(text: str, command: str) -> None:
    _survives(text, command)


@settings(max_examples=1500, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=12), st.sampled_from(COMMANDS), st.sampled_from(["", " ", "  "]))
def test_no_mix_of_its_own_words_makes_it_raise(words: list[str], command: str, gap: str) -> None:
    _survives((gap or " ").join(words) if gap else "".join(words), command)


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(sorted(noun for noun in NOUNS)),
    st.data(),
    st.text(alphabet="0123456789./-:,' $€kmap%+dwTZ", max_size=14),
)
def test_no_figure_makes_it_raise(noun: str, data: st.DataObject, figure: str) -> None:
    verb = data.draw(st.sampled_from(NOUNS[noun].verbs))
    key = data.draw(st.sampled_from(["", *(f"{key}:" for key in verb.by_key)]))
    _survives(f"{verb.name} x {key}{figure}", noun)


def test_facts_of_a_deal_stand_in_any_order() -> None:
    facts = ("Acme renewal", "$40k", "15 dec", "60%", "negotiation", "@jo")
    said = {parse(f"new {' '.join(order)}", CONTEXT, command="deal").request for order in permutations(facts)}
    assert len(said) == 1
    deal = said.pop()
    assert isinstance(deal, CreateDeal)
    assert (deal.title, deal.stage, deal.owner) == ("Acme renewal", "negotiation", "jo")


def test_facts_of_a_log_stand_in_any_order_but_for_dates_after_next() -> None:
    facts = (
        'acme "wants 40 seats"',
        "25m",
        "yesterday 3pm",
        "stage:negotiation",
        "close:+2w",
        'next:"send it" due:fri',
    )
    orders = [order for order in permutations(facts) if order.index("yesterday 3pm") < order.index(facts[-1])]
    said = {parse(f"call {' '.join(order)}", CONTEXT, command="log").request for order in orders}
    assert len(said) == 1
    assert isinstance(said.pop(), LogActivity)


@pytest.mark.parametrize(
    "text",
    [
        "new " + "a" * 4_990,
        "new " + "1 " * 2_490,
        "new " + "1,1" * 1_600,
        "new " + "'a " * 1_600,
        "new " + '"' * 4_990,
        "new " + "a@" * 2_490,
        "new " + "a:" * 2_490,
        "new " + "next " * 990,
        "new " + "$1 000 " * 700,
        "call " + "D-1 " * 1_200,
    ],
)
@pytest.mark.parametrize("command", ["deal", "contact", "log", "task"])
def test_hostile_lines_take_no_time(command: str, text: str) -> None:
    started = time.process_time()
    _survives(text, command)
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("line", "example"),
    [("fri $22k Solar roof", "/deal new fri $22k Solar roof"), ("solar roof", "/deal show solar roof")],
)
def test_a_line_without_its_verb_with_the_facts_of_a_new_deal_is_meant_as_one(line: str, example: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse(line, CONTEXT, command="deal")
    assert refused.value.example == example


def test_a_question_is_answered_with_few_words_to_begin_with() -> None:
    with pytest.raises(BadInput, match=r"I don't know “what”\. Begin with deal, .*“help” tells all\.$"):
        parse("what is the status?", CONTEXT)


def test_a_line_that_is_too_long_is_refused_with_its_length() -> None:
    with pytest.raises(BadInput, match="5,001 characters"):
        parse("x" * 5_001, CONTEXT, command="task")


def test_stages_reasons_and_sources_are_the_workspaces_own() -> None:
    own = Context(
        CONTEXT.now,
        CONTEXT.zone,
        stages=(("demo", "Product Demo", "open"), ("won", "Gewonnen", "won")),
        sources=("Fair",),
        lost_reasons=("Too slow",),
    )
    assert encode(parse("move D-17 product demo", own, command="deal").request)["stage"] == "demo"
    assert encode(parse("move acme to Gewonnen", own, command="deal").request)["stage"] == "won"
    assert encode(parse("lost acme too slow", own, command="deal").request)["reason"] == "Too slow"
    assert encode(parse("new Jane from fair", own, command="lead").request)["source"] == "Fair"
    with pytest.raises(BadInput, match="demo or won"):
        parse("new Acme stage:negotiation", own, command="deal")


def test_a_missing_fact_brings_what_was_understood() -> None:
    with pytest.raises(MissingFact) as missing:
        parse("new $40k @jo", CONTEXT, command="deal")
    assert (missing.value.request, missing.value.field) == ("deal.new", "title")
    assert missing.value.known == {"value": Money.of(40_000, "USD"), "owner": "jo"}


@pytest.mark.parametrize("text", ["company list", "crm company list", "/crm company list", "/company list"])
def test_the_word_crm_before_a_noun_says_nothing(text: str) -> None:
    assert parse(text, CONTEXT).request == ListCompanies()
