"""The sums of an offer's lines are exact, and a line reads back as it was written."""

from decimal import Decimal

import pytest

from crmbot.domain.line_items import LineItem, as_typed, totals_of
from crmbot.domain.money import Money


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def test_sums_with_discounts_and_tax_by_rate() -> None:
    items = (
        # 40 x 100.00 less 10 % = 3,600.00, taxed 20 %
        LineItem("Seat", usd(10_000), Decimal(40), Decimal(10), Decimal(20)),
        # 2.5 x 333.33 = 833.325, half-up 833.33, taxed 20 %
        LineItem("Day", usd(33_333), Decimal("2.5"), tax_percent=Decimal(20)),
        # 1 x 50.00, taxed 7 %
        LineItem("Book", usd(5_000), tax_percent=Decimal(7)),
        # a gift: nothing, and no tax
        LineItem("Gift", usd(9_900), discount_percent=Decimal(100)),
    )
    sums = totals_of(items, "USD")
    assert sums.net == usd(360_000 + 83_333 + 5_000)
    # 7 % of 50.00 = 3.50; 20 % of 4,433.33 = 886.666, half-up 886.67, computed once for both lines
    assert sums.taxes == ((Decimal(7), usd(350)), (Decimal(20), usd(88_667)))
    assert sums.total == usd(448_333 + 350 + 88_667)


def test_a_currency_without_cents_rounds_to_whole_units() -> None:
    assert totals_of((LineItem("席", Money(999, "JPY"), Decimal("1.5")),), "JPY").total == Money(1499, "JPY")


def test_nothing_offered_comes_to_nothing() -> None:
    assert totals_of((), "EUR").total == Money(0, "EUR")


def test_lines_in_two_currencies_are_no_sum() -> None:
    with pytest.raises(ValueError, match="EUR"):
        totals_of((LineItem("Seat", Money(1, "EUR")),), "USD")


def test_a_line_says_only_what_it_has() -> None:
    assert as_typed(LineItem("Setup", usd(200_000))) == "1 x Setup @ 2000 USD"
    assert as_typed(LineItem("Seat", Money(1234, "KWD"))) == "1 x Seat @ 1.2340 KWD"
    full = LineItem("Seat", Money(12_345, "EUR"), Decimal("2.50"), Decimal("7.5"), Decimal(19))
    assert as_typed(full) == "2.5 x Seat @ 123.45 EUR -7.5% +19%"
