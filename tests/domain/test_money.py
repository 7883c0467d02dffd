"""Money: whole minor units, rounded half-up, told as people write it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbot.domain.money import (
    CURRENCIES,
    MAX_MINOR,
    Money,
    exponent,
    ratio,
    round_half_up,
    weighted,
    without_rate,
)


@pytest.mark.parametrize(
    ("amount", "currency", "minor", "text"),
    [
        ("1234.50", "USD", 123_450, "$1,234.50"),
        (40_000, "USD", 4_000_000, "$40,000"),
        ("-5", "EUR", -500, "-€5"),
        ("-0.05", "USD", -5, "-$0.05"),
        (1_000_000, "JPY", 1_000_000, "¥1,000,000"),
        ("1.234", "KWD", 1_234, "1.234 KWD"),
        ("7", "CHF", 700, "7 CHF"),
        (Decimal("1E3"), "USD", 100_000, "$1,000"),
        (0, "USD", 0, "$0"),
    ],
)
def test_amounts_are_kept_exactly_and_told(amount: Decimal | int | str, currency: str, minor: int, text: str) -> None:
    money = Money.of(amount, currency)
    assert (money.minor, str(money)) == (minor, text)
    assert Money.of(money.amount, currency) == money


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("1.005", "USD"), ("1.5", "JPY"), ("x", "USD"), ("NaN", "USD"), ("Infinity", "USD"), ("", "USD"), ("1e30", "USD")],
)
def test_what_is_no_amount_of_the_currency_is_refused(amount: str, currency: str) -> None:
    with pytest.raises(ValueError, match=r"amount|decimals"):
        Money.of(amount, currency)


@pytest.mark.parametrize(
    ("value", "expected"), [("0.5", 1), ("-0.5", -1), ("1.5", 2), ("2.5", 3), ("2.4999", 2), ("-2.5", -3)]
)
def test_halves_are_rounded_away_from_zero(value: str, expected: int) -> None:
    assert round_half_up(Decimal(value)) == expected


@given(st.integers(0, MAX_MINOR), st.integers(0, 100))
def test_a_weighted_value_is_the_share_rounded_half_up(minor: int, probability: int) -> None:
    assert weighted(minor, probability) == round_half_up(Decimal(minor) * probability / 100)


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_ratio_has_three_decimals(part: int, whole: int) -> None:
    exact = Decimal(part) / Decimal(whole)
    assert abs(Decimal(str(ratio(part, whole))) - exact) <= Decimal("0.0005")


def test_a_ratio_of_nothing_is_zero() -> None:
    assert ratio(3, 0) == 0.0


@pytest.mark.parametrize(
    ("money", "rate", "currency", "expected"),
    [
        (Money(10_000, "EUR"), "1.1", "USD", 11_000),
        (Money(1, "EUR"), "0.5", "USD", 1),
        (Money(1_000, "JPY"), "0.0065", "USD", 650),
        (Money(100, "USD"), "153.4567", "JPY", 153),
    ],
)
def test_converting_minds_both_currencies_decimals(money: Money, rate: str, currency: str, expected: int) -> None:
    assert money.converted(Decimal(rate), currency) == Money(expected, currency)


def test_every_currency_has_a_code_of_three_letters_and_at_most_three_decimals() -> None:
    assert len(CURRENCIES) > 150
    assert all(len(code) == 3 and code.isupper() and 0 <= exponent(code) <= 3 for code in CURRENCIES)


def test_sums_that_leave_deals_out_say_what_helps() -> None:
    assert without_rate([]) == ""
    assert without_rate(["EUR", "EUR"]) == "Without 2 deals in EUR: an admin sets a rate with crmbot rate set EUR 1.08."
    assert without_rate(["JPY", "CHF"]).startswith("Without 2 deals in CHF, JPY: an admin")
