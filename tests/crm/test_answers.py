"""Answers are frozen; what is told of their entry in the journal is told by a copy."""

from dataclasses import fields, replace

from crmbot.crm.answers import Answer, Change, Outcome
from crmbot.crm.requests import ShowDeal
from crmbot.crm.requests.base import Offer

TOLD = Outcome(
    "Moved.",
    changes=(Change("D-1", "Stage", "New", "Won"),),
    repeated=True,
    dry_run=True,
    secret="s",
    link="https://example.org",
    learnt="acme",
    offer=Offer("Next?", (("Show", ShowDeal("D-1")),)),
    warnings=("Look again.",),
)


def test_an_outcome_with_its_entry_says_all_that_it_said_before() -> None:
    assert TOLD.with_entry("01m8") == replace(TOLD, entry_id="01m8")
    assert [one.name for one in fields(Outcome)][-1] == "entry_id"


def test_an_answer_that_tells_no_entry_stays_what_it_is() -> None:
    answer = Answer("Nothing.")
    assert answer.with_entry("01m8") is answer
