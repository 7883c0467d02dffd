"""Deals: every change is kept, probability follows the stage, closing and reopening."""

from datetime import date, timedelta
from typing import Any

import pytest
from factories import Crm, refusal

from crmbot.crm.requests import (
    AssignDeal,
    CreateCompany,
    CreateContact,
    CreateDeal,
    LoseDeal,
    MoveDeal,
    ReopenDeal,
    Request,
    SetDeal,
    WinDeal,
)
from crmbot.domain.money import Money
from crmbot.errors import Ambiguous, BadInput, Conflict, CrmError, MissingFact, NotAllowed, NotFound
from crmbot.models import Deal, DealVersion

K40 = Money.of(40_000, "USD")


def stages_and_chances(crm: Crm) -> list[tuple[str, int, bool]]:
    """Return the kept versions in order: outcome, probability, whether it was set by hand."""
    versions = crm.rows(DealVersion, order=DealVersion.valid_from)
    return [(version.outcome, version.probability, version.probability_is_manual) for version in versions]


def test_a_new_deal_starts_in_the_first_open_stage_with_its_probability(crm: Crm) -> None:
    outcome = crm.do(CreateDeal("Acme renewal", value=K40))
    view: Any = outcome.record
    assert outcome.said == "Opened D-1 Acme renewal, $40,000 in New Lead."
    assert (view.stage_key, view.probability, view.outcome, view.value) == ("new_lead", 10, "open", K40)
    assert view.owner.name == "Jane Roe"


def test_what_is_said_with_a_new_deal_is_kept(crm: Crm) -> None:
    crm.do(CreateContact("Jo Doe", ("jo@acme.com",)))
    view = crm.made(
        CreateDeal(
            "Acme renewal",
            value=Money(1_234_567, "EUR"),
            stage="nego",
            probability=66,
            expected_close=date(2031, 12, 15),
            owner="sam",
            contact="jo doe",
        )
    )
    assert (view.value, view.stage, view.probability) == (Money(1_234_567, "EUR"), "Negotiation", 66)
    assert (view.expected_close, view.owner.name) == (date(2031, 12, 15), "Sam Poe")
    assert (view.contact.title, view.company.title) == ("Jo Doe", "Acme")


@pytest.mark.parametrize(
    ("request_", "error", "words"),
    [
        (CreateDeal(" "), MissingFact, "What is the deal called?"),
        (CreateDeal("x" * 301), BadInput, "at most 300 characters"),
        (CreateDeal("A", stage="won"), BadInput, "starts in an open stage"),
        (CreateDeal("A", stage="closing"), BadInput, "There is no stage “closing”. The stages are New Lead,"),
        (CreateDeal("A", probability=101), BadInput, "between 0 % and 100 %"),
        (SetDeal("D-1", probability=-1), BadInput, "between 0 % and 100 %"),
        (SetDeal("D-1", title="y" * 301), BadInput, "at most 300 characters"),
        (SetDeal("D-1", clear=("title",)), BadInput, "can't be emptied"),
        (SetDeal("D-1", forecast_category="sure"), BadInput, "There are pipeline, best_case"),
        (SetDeal("D-1", stage="won"), BadInput, "commands of their own"),
        (LoseDeal("D-1"), MissingFact, "Why was D-1 Acme lost?"),
        (LoseDeal("D-1", "  "), MissingFact, "Why was D-1 Acme lost?"),
        (MoveDeal("D-1", "lost"), MissingFact, "Why was D-1 Acme lost?"),
        (ReopenDeal("D-1"), Conflict, "D-1 Acme is open already"),
    ],
)
def test_a_refusal_says_why_and_changes_nothing(crm: Crm, request_: Request, error: type[CrmError], words: str) -> None:
    crm.do(CreateDeal("Acme"))
    before = crm.dump()
    with refusal(error, words):
        crm.do(request_)
    assert crm.dump() == before


def test_probability_follows_the_stage_until_it_is_set_by_hand(crm: Crm) -> None:
    crm.do(CreateDeal("Acme"))
    assert crm.made(MoveDeal("D-1", "Qualified")).probability == 25
    assert crm.made(SetDeal("D-1", probability=60)).probability == 60
    assert crm.made(MoveDeal("D-1", "Negotiation")).probability == 60
    assert crm.made(SetDeal("D-1", automatic_probability=True)).probability == 75
    assert crm.made(MoveDeal("D-1", "Proposal Sent")).probability == 50


def test_zero_percent_by_hand_is_kept(crm: Crm) -> None:
    crm.do(CreateDeal("Acme", probability=0))
    assert crm.made(MoveDeal("D-1", "Negotiation")).probability == 0


def test_winning_keeps_value_and_moment(crm: Crm) -> None:
    crm.do(CreateDeal("Acme", value=K40, probability=20))
    outcome = crm.do(WinDeal("acme", value=Money.of(41_000, "USD")))
    view: Any = outcome.record
    assert outcome.said == "Won D-1 Acme, $41,000."
    assert (view.outcome, view.stage, view.probability, view.closed_at) == ("won", "Won", 100, crm.clock())


def test_closing_a_deal_tells_every_fact_it_changes(crm: Crm) -> None:
    crm.do(CreateDeal("Acme", value=K40))
    won = crm.do(WinDeal("acme", value=Money.of(41_000, "USD")))
    assert [(change.label, change.before, change.after) for change in won.changes] == [
        ("Value", "$40,000", "$41,000"),
        ("Stage", "New Lead", "Won"),
    ]
    crm.do(CreateDeal("Globex"))
    lost = crm.do(LoseDeal("globex", "price"))
    assert [(change.label, change.before, change.after) for change in lost.changes] == [
        ("Stage", "New Lead", "Lost"),
        ("Lost because", "", "Price"),
    ]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("price", "Price"), ("NO  budget", "No budget"), ("too slow,  they said", "too slow, they said")],
)
def test_a_lost_reason_takes_the_workspaces_spelling(crm: Crm, typed: str, kept: str) -> None:
    crm.do(CreateDeal("Acme"))
    view = crm.made(LoseDeal("acme", typed))
    assert (view.lost_reason, view.outcome, view.probability) == (kept, "lost", 0)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("solar roof too expensive", "too expensive"),
        ("Acme solar roof they chose another", "they chose another"),
        ("D-1 no budget", "No budget"),
    ],
)
def test_the_words_behind_a_deals_name_are_why_it_was_lost(crm: Crm, typed: str, kept: str) -> None:
    crm.do(CreateDeal("Acme solar roof"))
    assert crm.made(LoseDeal(typed)).lost_reason == kept


@pytest.mark.parametrize("typed", ["acme solar roff", "acme fence"])
def test_words_that_may_be_a_name_are_not_why_another_deal_was_lost(crm: Crm, typed: str) -> None:
    crm.do(CreateDeal("Acme solar roof"))
    with pytest.raises(NotFound):
        crm.do(LoseDeal(typed))


def test_of_several_deals_the_one_that_is_chosen_keeps_why_it_was_lost(crm: Crm) -> None:
    for title in ("Solar roof north", "Solar roof south"):
        crm.do(CreateDeal(title))
    with pytest.raises(Ambiguous) as several:
        crm.do(LoseDeal("solar roof too expensive"))
    assert {one.text for one in several.value.candidates} == {"too expensive"}
    with pytest.raises(NotFound) as nothing:
        crm.do(LoseDeal("solor ruf north too expensive"))
    assert {one.text for one in nothing.value.nearest} == {"too expensive"}


def test_reopening_goes_back_to_the_stage_and_the_probability_by_hand(crm: Crm) -> None:
    crm.do(CreateDeal("Acme", probability=33, stage="negotiation"))
    crm.do(LoseDeal("acme", "price"))
    view = crm.made(ReopenDeal("acme"))
    assert (view.stage, view.probability, view.outcome) == ("Negotiation", 33, "open")
    assert (view.closed_at, view.lost_reason) == (None, None)
    assert stages_and_chances(crm) == [("open", 33, True), ("lost", 0, True), ("open", 33, True)]


def test_reopening_by_name_means_the_closed_deal(crm: Crm) -> None:
    crm.do(CreateCompany("Acme"))
    crm.do(CreateDeal("Last year", company="Acme"))
    crm.do(WinDeal("D-1"))
    crm.do(CreateDeal("This year", company="Acme"))
    assert crm.made(ReopenDeal("acme")).reference == "D-1"


@pytest.mark.parametrize("again", [WinDeal("D-1"), LoseDeal("D-1", "price"), MoveDeal("D-1", "Qualified")])
def test_a_closed_deal_tells_who_closed_it_and_when(crm: Crm, again: Request) -> None:
    crm.do(CreateDeal("Acme"))
    crm.do(WinDeal("D-1"), "max")
    crm.do(SetDeal("D-1", value=K40), "ada")
    with pytest.raises(Conflict, match=r"D-1 Acme is won already by Max Chief, 5 Mar 2031 10:30.*/deal reopen D-1"):
        crm.do(again)
    with refusal(Conflict, "is won already by you"):
        crm.do(again, "max")


def test_set_changes_only_what_was_said(crm: Crm) -> None:
    crm.do(CreateDeal("Acme", value=K40, expected_close=date(2031, 6, 1)))
    outcome = crm.do(SetDeal("acme", expected_close=date(2031, 7, 1), forecast_category="best case"))
    told = [(change.label, change.before, change.after) for change in outcome.changes]
    assert told == [
        ("Expected close", "Sun 1 Jun 2031", "Tue 1 Jul 2031"),
        ("Forecast category", "", "best case"),
    ]
    view: Any = outcome.record
    assert (view.title, view.value, view.stage) == ("Acme", K40, "New Lead")


def test_clear_empties_a_fact(crm: Crm) -> None:
    crm.do(CreateDeal("Deal", value=K40, expected_close=date(2031, 6, 1), company="Acme"))
    crm.do(SetDeal("D-1", forecast_category="commit"))
    view = crm.made(SetDeal("D-1", clear=("value", "expected_close", "company", "forecast_category")))
    assert (view.value, view.expected_close, view.company) == (None, None, None)
    assert crm.rows(Deal)[0].forecast_category is None


def test_a_deal_keeps_its_own_currency(crm: Crm) -> None:
    crm.do(CreateDeal("Acme", value=Money.of("1000.50", "EUR")))
    crm.do(MoveDeal("acme", "Qualified"))
    crm.do(SetDeal("acme", value=Money.of(5_000, "JPY")))
    kept = [(version.value_minor, version.currency) for version in crm.rows(DealVersion, order=DealVersion.valid_from)]
    assert kept == [(100_050, "EUR"), (100_050, "EUR"), (5_000, "JPY")]


def test_a_rep_cant_change_anothers_deal_but_a_manager_can(crm: Crm) -> None:
    crm.do(CreateDeal("Acme"))
    for request in (MoveDeal("D-1", "Qualified"), SetDeal("D-1", value=K40), WinDeal("D-1"), AssignDeal("D-1", "me")):
        with refusal(NotAllowed, "D-1 Acme belongs to Jane Roe. Ask them or a manager"):
            crm.do(request, "sam")
    assert crm.made(AssignDeal("D-1", "sam"), "max").owner.name == "Sam Poe"
    assert crm.made(MoveDeal("D-1", "Qualified"), "sam").stage == "Qualified"


def test_what_changes_nothing_is_told_and_kept_nowhere(crm: Crm) -> None:
    crm.do(CreateDeal("Acme", value=K40))
    before = crm.dump()
    for request in (SetDeal("D-1", value=K40), MoveDeal("D-1", "New Lead"), AssignDeal("D-1", "jane")):
        assert crm.do(request).entry_id is None
    assert crm.dump() == before


def test_two_changes_at_one_instant_are_one_version(crm: Crm) -> None:
    crm.ask(CreateDeal("Acme"))
    crm.ask(MoveDeal("D-1", "Qualified"))
    assert stages_and_chances(crm) == [("open", 25, False)]


def test_a_clock_that_went_back_leaves_no_gap(crm: Crm) -> None:
    crm.do(CreateDeal("Acme"))
    crm.clock.advance(timedelta(hours=-1))
    crm.do(MoveDeal("D-1", "Qualified"))
    assert stages_and_chances(crm) == [("open", 25, False)]


def test_a_deal_that_somebody_has_is_not_given_to_them_again(crm: Crm) -> None:
    crm.do(CreateDeal("Acme"))
    outcome = crm.do(AssignDeal("D-1", "me"))
    assert (outcome.said, outcome.changes, outcome.entry_id) == ("D-1 Acme is yours already.", (), None)
    assert crm.do(AssignDeal("D-1", "jane"), "max").said == "D-1 Acme is Jane Roe's already."
