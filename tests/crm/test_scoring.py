"""Scores of leads by rules, and by hand."""

from dataclasses import replace

import pytest
from factories import Crm

from crmbot.crm.requests import ConvertLead, CreateLead, SetLead, SetLeadStatus, ShowLead, Undo
from crmbot.domain.scoring import LeadFact, Rule
from crmbot.jobs.scoring import rescore_leads
from crmbot.models import Lead

RULES = (
    Rule(LeadFact.SOURCE, ("referral",), 20),
    Rule(LeadFact.EMAIL_DOMAIN, ("business",), 10),
    Rule(LeadFact.STATUS, ("qualified",), 5),
)


def use(crm: Crm, *rules: Rule) -> None:
    """Let the config have these rules from now on."""
    crm.policy = replace(crm.policy, scoring=rules)
    crm.service.policy = crm.policy


@pytest.fixture(autouse=True)
def _rules(crm: Crm) -> None:
    use(crm, *RULES)


def score(crm: Crm, lead: str = "L-1") -> tuple[int | None, tuple[str, ...]]:
    """Return a lead's score and why it has it."""
    view = crm.ask(ShowLead(lead)).record
    return view.score, view.score_reasons


def test_a_new_lead_is_scored_and_the_card_says_why(crm: Crm) -> None:
    crm.do(CreateLead("Jane Doe", "jane@acme.example", source="Referral"))
    assert score(crm) == (30, ("+20 referral", "+10 business domain"))


def test_a_score_follows_what_changes_and_undo_follows_back(crm: Crm) -> None:
    crm.do(CreateLead("Jane Doe", "jane@gmail.com"))
    outcome = crm.do(SetLead("L-1", email="jane@acme.example"))
    first = outcome.entry_id
    assert [(change.label, change.before, change.after) for change in outcome.changes] == [
        ("Email", "jane@gmail.com", "jane@acme.example"),
        ("Score", "0", "10"),
    ]
    second = crm.do(SetLeadStatus("L-1", "qualified")).entry_id
    assert score(crm)[0] == 15
    for entry in (second, first):
        crm.do(Undo(entry))
    assert score(crm)[0] == 0


def test_a_converted_lead_is_scored_by_its_new_status(crm: Crm) -> None:
    crm.do(CreateLead("Jane Doe", source="referral"))
    crm.do(SetLeadStatus("L-1", "qualified"))
    crm.do(ConvertLead("L-1"))
    assert score(crm)[0] == 20


def test_a_score_by_hand_stays_until_it_is_given_back(crm: Crm) -> None:
    crm.do(CreateLead("Jane Doe"))
    crm.do(SetLead("L-1", score=80))
    crm.do(SetLead("L-1", source="referral"))
    assert score(crm) == (80, ("set by hand",))
    outcome = crm.do(SetLead("L-1", automatic_score=True))
    assert [(change.before, change.after) for change in outcome.changes] == [("80", "20")]
    crm.do(Undo())
    assert score(crm) == (80, ("set by hand",))
    crm.do(Undo())
    assert score(crm)[0] == 20


def test_the_same_number_by_hand_is_told_as_such(crm: Crm) -> None:
    crm.do(CreateLead("Jane Doe", source="referral"))
    assert crm.do(SetLead("L-1", score=20)).changes[0].after == "20 by hand"


def test_other_rules_score_all_leads_anew_once(crm: Crm) -> None:
    for name, by_hand in (("Jane", None), ("Lee", 7)):
        crm.do(CreateLead(name, source="referral", score=by_hand))
    use(crm, Rule(LeadFact.SOURCE, ("referral",), 33))
    assert rescore_leads(crm.store, crm.policy) == 1
    assert [row.score for row in crm.rows(Lead, order=Lead.number)] == [33, 7]
    assert rescore_leads(crm.store, crm.policy) == 0
    use(crm)
    assert rescore_leads(crm.store, crm.policy) == 1
    assert [row.score for row in crm.rows(Lead, order=Lead.number)] == [None, 7]


def test_undo_is_not_hindered_by_a_score_that_was_reckoned_since(crm: Crm) -> None:
    crm.do(CreateLead("Jane Doe"))
    crm.do(SetLead("L-1", source="referral"))
    use(crm, Rule(LeadFact.SOURCE, ("referral",), 33))
    rescore_leads(crm.store, crm.policy)
    crm.do(Undo())
    assert score(crm) == (0, ())
