"""What a lead is worth by rules."""

import pytest

from crmbot.domain.scoring import LeadFact, Operator, Rule, score

LEAD = {
    LeadFact.NAME: "Jane Doe",
    LeadFact.SOURCE: "web_form",
    LeadFact.EMAIL: "jane@acme.example",
    LeadFact.COMPANY_NAME: "Acme University",
    LeadFact.STATUS: "new",
}


def test_points_of_the_rules_that_fit_are_added_and_told() -> None:
    rules = (
        Rule(LeadFact.SOURCE, ("referral", "Web form"), 20),
        Rule(LeadFact.EMAIL_DOMAIN, ("business",), 10),
        Rule(LeadFact.COMPANY_NAME, ("university",), -15, Operator.CONTAINS, "schools buy late"),
        Rule(LeadFact.SOURCE, ("cold call",), 99),
    )
    found = score(rules, LEAD)
    assert found.points == 15
    assert found.reasons == ("+20 referral or Web form", "+10 business domain", "-15 schools buy late")


@pytest.mark.parametrize(
    ("rule", "fits"),
    [
        (Rule(LeadFact.SOURCE, ("WEB-FORM",), 1), False),
        (Rule(LeadFact.SOURCE, ("web form",), 1), True),
        (Rule(LeadFact.SOURCE, ("referral",), 1, Operator.IS_NOT), True),
        (Rule(LeadFact.SOURCE, ("web form", "x"), 1, Operator.IS_NOT), False),
        (Rule(LeadFact.EMAIL, ("JANE@acme.example",), 1), True),
        (Rule(LeadFact.EMAIL, (".example",), 1, Operator.ENDS), True),
        (Rule(LeadFact.EMAIL, ("jane",), 1, Operator.BEGINS), True),
        (Rule(LeadFact.EMAIL_DOMAIN, ("acme.example",), 1), True),
        (Rule(LeadFact.EMAIL_DOMAIN, ("business",), 1, Operator.IS_NOT), False),
        (Rule(LeadFact.COMPANY_NAME, ("*",), 1), True),
        (Rule(LeadFact.COMPANY_NAME, ("*",), 1, Operator.IS_NOT), False),
        (Rule(LeadFact.STATUS, ("qualified",), 1), False),
        (Rule(LeadFact.NAME, ("doe",), 1, Operator.CONTAINS_NOT), False),
    ],
)
def test_a_rule_fits_or_does_not(rule: Rule, fits: bool) -> None:
    assert bool(score((rule,), LEAD).points) is fits


@pytest.mark.parametrize(("operator", "points"), [(Operator.IS, 0), (Operator.IS_NOT, 5)])
def test_a_fact_nobody_knows_fits_only_the_rule_that_asks_for_its_absence(operator: Operator, points: int) -> None:
    assert score((Rule(LeadFact.EMAIL, ("*",), 5, operator),), {}).points == points
    assert score((Rule(LeadFact.EMAIL_DOMAIN, ("business",), 5, operator),), {}).points == 0


def test_a_free_mail_address_is_no_business() -> None:
    facts = {LeadFact.EMAIL: "jane@gmail.com"}
    assert score((Rule(LeadFact.EMAIL_DOMAIN, ("business",), 10),), facts).points == 0


def test_a_rule_without_a_label_tells_what_it_looks_at() -> None:
    assert Rule(LeadFact.COMPANY_NAME, ("*",), 5).words == "company name known"
    assert Rule(LeadFact.EMAIL, ("*",), 5, Operator.IS_NOT).words == "email missing"
    assert Rule(LeadFact.NAME, ("inc", "ltd"), 5, Operator.ENDS).words == "name ends inc or ltd"
