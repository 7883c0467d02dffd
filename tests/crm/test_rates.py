"""Currency rates, dated."""

from datetime import date

import pytest
from factories import Crm

from crmbot.crm.requests import ListRates, SetRate, Undo
from crmbot.errors import BadInput, NotAllowed


def rows(crm: Crm) -> tuple[tuple[str, ...], ...]:
    found: tuple[tuple[str, ...], ...] = crm.ask(ListRates()).rows
    return found


def test_a_rate_counts_from_its_day_on_today_unless_said(any_crm: Crm) -> None:
    outcome = any_crm.do(SetRate("eur", "1.08"), "ada")
    any_crm.do(SetRate("EUR", "1.2", on=date(2031, 1, 1)), "ada")
    assert outcome.said == "1 EUR is 1.08 USD from Wed 5 Mar 2031 on."
    assert rows(any_crm) == (("EUR", "2031-03-05", "1.08"), ("EUR", "2031-01-01", "1.2"))


def test_a_rate_of_the_same_day_is_replaced_and_comes_back_by_undo(any_crm: Crm) -> None:
    any_crm.do(SetRate("EUR", "1.08"), "ada")
    any_crm.do(SetRate("EUR", "1.09"), "ada")
    assert rows(any_crm) == (("EUR", "2031-03-05", "1.09"),)
    any_crm.do(Undo(), "ada")
    assert rows(any_crm) == (("EUR", "2031-03-05", "1.08"),)


@pytest.mark.parametrize(
    ("currency", "rate"),
    [("EURO", "1"), ("USD", "1"), ("EUR", "0"), ("EUR", "-1"), ("EUR", "NaN"), ("EUR", "x"), ("EUR", "1e99"),
     ("EUR", "0.0000000001")],
)  # fmt: skip
def test_what_is_no_rate_is_refused(crm: Crm, currency: str, rate: str) -> None:
    with pytest.raises(BadInput):
        crm.do(SetRate(currency, rate), "ada")
    assert rows(crm) == ()


def test_only_admins_set_rates(crm: Crm) -> None:
    with pytest.raises(NotAllowed):
        crm.do(SetRate("EUR", "1.08"), "max")
