"""Nouns with their article and number."""

import pytest

from crmbot.domain.nouns import counted, with_article


@pytest.mark.parametrize(
    ("noun", "told"), [("deal", "a deal"), ("activity", "an activity"), ("user", "a user"), ("company", "a company")]
)
def test_a_noun_has_its_article(noun: str, told: str) -> None:
    assert with_article(noun) == told


@pytest.mark.parametrize(
    ("count", "noun", "told"),
    [
        (1, "leads", "1 lead"),
        (1, "companies", "1 company"),
        (2, "company", "2 companies"),
        (0, "deals", "0 deals"),
        (1, "activity", "1 activity"),
        (1200, "activity", "1,200 activities"),
    ],
)
def test_a_noun_is_in_the_right_number(count: int, noun: str, told: str) -> None:
    assert counted(count, noun) == told
