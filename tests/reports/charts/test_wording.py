from datetime import date

import pytest

from crmbot.domain.money import Money
from crmbot.reports.charts.wording import (
    MINUS,
    counted,
    days_between,
    exact_money,
    percent,
    short_count,
    short_money,
    words,
)


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (0, "USD", "0"),
        (1, "USD", "$0.01"),
        (99, "USD", "$0.99"),
        (950, "USD", "$9.50"),
        (999, "USD", "$9.99"),
        (1_250, "USD", "$13"),
        (99_949, "USD", "$999"),
        (99_950, "USD", "$1k"),
        (100_000, "USD", "$1k"),
        (123_456, "USD", "$1.2k"),
        (1_234_567, "USD", "$12.3k"),
        (45_000_000, "EUR", "€450k"),
        (99_949_999, "USD", "$999k"),
        (99_950_000, "USD", "$1M"),
        (120_000_000, "USD", "$1.2M"),
        (123_456_789_00, "GBP", "£123M"),
        (9_990_000_000_00, "USD", "$10B"),
        (10**17, "USD", "$1,000T"),
        (1_500, "JPY", "¥1.5k"),
        (1, "KWD", "0.001 KWD"),
        (150_000, "CHF", "1.5k CHF"),
        (-45_000_000, "EUR", MINUS + "€450k"),
        (-1, "CHF", MINUS + "0.01 CHF"),
    ],
)
def test_money_is_short_and_right(minor: int, currency: str, text: str) -> None:
    assert short_money(Money(minor, currency)) == text


@pytest.mark.parametrize(("minor", "text"), [(0, "0"), (1_000_00, "+$1k"), (-1_000_00, MINUS + "$1k")])
def test_signed_money_says_which_way(minor: int, text: str) -> None:
    assert short_money(Money(minor, "USD"), signed=True) == text


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (0, "USD", "0"),
        (25, "USD", "$0.25"),
        (250_000_00, "USD", "$250k"),
        (1_225_000_00, "USD", "$1.225M"),
        (-50_000_00, "EUR", MINUS + "€50k"),
        (2_000_00, "CHF", "2k"),
    ],
)
def test_ticks_are_exact(minor: int, currency: str, text: str) -> None:
    assert exact_money(Money(minor, currency)) == text


@pytest.mark.parametrize(
    ("rate", "text"),
    [(0.0, "0%"), (0.005, "0.5%"), (0.054, "5.4%"), (0.38, "38%"), (0.385, "39%"), (1.0, "100%"), (12345.0, "1.2M%")],
)
def test_rates_are_percents(rate: float, text: str) -> None:
    assert percent(rate) == text


@pytest.mark.parametrize(("count", "text"), [(0, "0"), (9_999, "9,999"), (12_345, "12.3k"), (4_000_000, "4M")])
def test_counts_are_short(count: int, text: str) -> None:
    assert short_count(count) == text


def test_nouns_agree_with_their_count() -> None:
    assert [counted(n, "deal") for n in (0, 1, 2)] == ["0 deals", "1 deal", "2 deals"]
    assert counted(2, "activity", "activities") == "2 activities"
    assert words("proposals_sent") == "Proposals sent"


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        (date(2031, 5, 2), date(2031, 5, 31), "2\N{EN DASH}31 May 2031"),
        (date(2031, 4, 20), date(2031, 5, 3), "20 Apr \N{EN DASH} 3 May 2031"),
        (date(2030, 12, 20), date(2031, 1, 3), "20 Dec 2030 \N{EN DASH} 3 Jan 2031"),
        (date(2031, 5, 2), date(2031, 5, 2), "2 May 2031"),
    ],
)
def test_days_say_nothing_twice(first: date, last: date, text: str) -> None:
    assert days_between(first, last) == text
