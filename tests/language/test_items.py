"""The lines of an offer, as people type them."""

from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbot.domain.line_items import LineItem, as_typed
from crmbot.domain.money import Money
from crmbot.errors import BadInput
from crmbot.language.context import Context
from crmbot.language.items import read_items

CONTEXT = Context(now=datetime(2031, 3, 5, tzinfo=UTC), zone=ZoneInfo("UTC"))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Setup $2000", "1 x Setup @ 2000 USD"),
        ("40 x Seat, yearly @ $100 -10% +20%", "40 x Seat, yearly @ 100 USD -10% +20%"),
        ("40x Seat @ 100 EUR", "40 x Seat @ 100 EUR"),
        ("40 × Seat à €100", "40 x Seat @ 100 EUR"),  # noqa: RUF001 - as typed
        ("Setup: 2.000,50 EUR, tax 19%", "1 x Setup @ 2000.50 EUR +19%"),
        ("2.5 x Day of help at 1200 discount 10% vat 19%", "2.5 x Day of help @ 1200 USD -10% +19%"),
        ("2,5 x Tag @ 800 EUR 5% Rabatt", "2.5 x Tag @ 800 EUR -5%"),
        ("License 2026 $500", "1 x License 2026 @ 500 USD"),
        ("12 months support 100", "1 x 12 months support @ 100 USD"),
        ("Training @ 1,5k EUR", "1 x Training @ 1500 EUR"),
        ("Seat - 100 USD", "1 x Seat @ 100 USD"),
        ("Phase 2 @ 500 CHF", "1 x Phase 2 @ 500 CHF"),
        ("40 seats @ $100", "40 x seats @ 100 USD"),
        ("40 seats $100 each -10%", "40 x seats @ 100 USD -10%"),
        ("40 seats $4000", "1 x 40 seats @ 4000 USD"),
    ],
)
def test_one_line(typed: str, meant: str) -> None:
    assert [as_typed(item) for item in read_items(typed, CONTEXT)] == [meant]


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("Seat", "without a price"),
        ("100", "no words"),
        ("10 x @ 4", "no words"),
        ("Seat $5 20%", "-20% is a discount, \\+20% is tax"),
        ("Seat $5 -10% -20%", "two percents"),
        ("Seat $5 -101%", "100 % at most"),
        ("0 x Seat $5", "more than 0"),
        ("A $5; B 5 EUR", "USD and EUR"),
        ("Seat @ 1.234", "unclear"),
        (";".join(["Seat $1"] * 51), "50 at most"),
    ],
)
def test_what_is_no_line_is_told_with_an_example(typed: str, why: str) -> None:
    with pytest.raises(BadInput, match=why) as refused:
        read_items(typed, CONTEXT)
    assert refused.value.example or "unclear" in why


def test_lines_stand_below_each_other_or_between_semicolons() -> None:
    below = read_items("Seat $1\n\n 2 x Setup $2 \n", CONTEXT)
    assert below == read_items("Seat $1; 2 x Setup $2", CONTEXT)
    assert [item.quantity for item in below] == [1, 2]


_words = st.from_regex(r"[A-Za-z][A-Za-z ,()]{0,30}[A-Za-z]", fullmatch=True).map(lambda text: " ".join(text.split()))
_percent = st.decimals(0, 100, places=2).map(lambda number: number.normalize() + 0)


@given(
    st.builds(
        LineItem,
        _words.filter(lambda text: not text.lower().endswith((" at", " for", " je", " x", ","))),
        st.builds(Money, st.integers(0, 10**9), st.sampled_from(["USD", "EUR", "JPY", "KWD"])),
        st.decimals(Decimal("0.01"), 9999, places=2),
        _percent,
        _percent,
    )
)
def test_a_line_written_out_reads_the_same(item: LineItem) -> None:
    assert read_items(as_typed(item), CONTEXT) == (item,)


@given(st.text(max_size=80))
def test_any_text_is_lines_or_a_sentence(text: str) -> None:
    with suppress(BadInput):
        assert all(item.description for item in read_items(text, CONTEXT))


@pytest.mark.parametrize("said", [" ", ",", ", ", ": ", "1 ", "1,", "a ", "- ", "@ ", "1% ", "40 x "])
def test_however_long_a_line_goes_on_it_is_read_at_once(said: str) -> None:
    began = process_time()
    with suppress(BadInput):
        read_items("\n".join(f"a{(said * 5_000)[:5_000]}b" for _ in range(5)), CONTEXT)
    assert process_time() - began < 1
