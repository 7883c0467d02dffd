"""Whoever lets two letters change places, or types one too many, is told the record that was meant."""

import pytest
from factories import Crm, refusal
from hypothesis import given
from hypothesis import strategies as st

from crmbot.crm.lookup.slips import corrections
from crmbot.crm.requests import CreateContact, CreateDeal, Find, ShowContact, ShowDeal
from crmbot.errors import NotFound

WORDS = st.text("abcdefgh", min_size=6, max_size=9)


@given(WORDS, st.integers(0, 4))
def test_the_word_before_a_slip_is_among_its_corrections(word: str, at: int) -> None:
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    assert word == swapped or word in corrections(swapped)
    assert word in corrections(f"{word[:at]}x{word[at:]}")


@pytest.mark.parametrize("slip", ["norhtwind", "northwindd tender", "tender nrothwind"])
def test_the_record_meant_is_told_among_hundreds_of_newer_ones_that_begin_alike(crm: Crm, slip: str) -> None:
    crm.do(CreateDeal("Northwind tender"))
    for number in range(410):
        crm.do(CreateDeal(f"Northwest {number}"))
    with refusal(NotFound, "Did you mean “Northwind tender” (D-1)?"):
        crm.ask(ShowDeal(slip))
    assert crm.ask(Find(slip)).hits[0].link.reference == "D-1"


@pytest.mark.parametrize("slip", ["Johnanna Reyes", "Reyes Johanan", "johanan"])
def test_a_slip_in_a_persons_name_is_told_in_any_order(any_crm: Crm, slip: str) -> None:
    any_crm.do(CreateContact("Johanna Reyes"))
    any_crm.do(CreateContact("John Ray"))
    with refusal(NotFound, "Did you mean “Johanna Reyes” (C-1)?"):
        any_crm.ask(ShowContact(slip))


def test_of_two_words_with_slips_neither_hides_the_latest_names(crm: Crm) -> None:
    crm.do(CreateDeal("Acme renewal"))
    with refusal(NotFound, "Did you mean “Acme renewal” (D-1)?"):
        crm.ask(ShowDeal("caem renewla"))
