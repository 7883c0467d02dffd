"""Amounts, days, scores and chances as other systems write them."""

from pathlib import Path

import pytest
from factories import Crm
from tables import take

from crmbot.crm.spreadsheets.reading import amount, day
from crmbot.domain.money import Money
from crmbot.errors import BadInput

AMOUNTS = [
    ("40000", Money(4_000_000, "USD")),
    ("€ 1.234,50", Money(123_450, "EUR")),
    ("1,234", Money(123_400, "USD")),
    ("12,5", Money(1_250, "USD")),
    ("-3", Money(-300, "USD")),
    ("JPY 500", Money(500, "JPY")),
]


@pytest.mark.parametrize(("text", "value"), AMOUNTS)
def test_amounts_are_read(text: str, value: Money) -> None:
    assert amount(text, "USD") == value


@pytest.mark.parametrize("text", ["1.234", "abc", "12.345,67.8", "1e5", "NaN", "10.999 USD"])
def test_amounts_that_are_none_or_unclear_are_refused(text: str) -> None:
    with pytest.raises(BadInput):
        amount(text, "USD")


@pytest.mark.parametrize(
    ("text", "order", "iso"),
    [("2031-12-15", None, "2031-12-15"), ("15.12.2031", None, "2031-12-15"), ("12/15/2031 00:00", None, "2031-12-15"),
     ("03/04/2031", "dmy", "2031-04-03"), ("03/04/2031", "mdy", "2031-03-04"), ("05.05.2031", None, "2031-05-05")],
)  # fmt: skip
def test_days_are_read(text: str, order: str | None, iso: str) -> None:
    assert day(text, order).isoformat() == iso


@pytest.mark.parametrize(("column", "value"), [("Score", "1e999999"), ("Score", "NaN"), ("Score", "Infinity")])
def test_absurd_scores_are_refused(crm: Crm, tmp_path: Path, column: str, value: str) -> None:
    result = take(crm, tmp_path / "leads.csv", f"Name,{column}\nJo,{value}\n")
    assert result.refused == [(0, f"“{value}” is no score.")]


@pytest.mark.parametrize("value", ["1e999999", "NaN", "Infinity", "33.3", "101"])
def test_absurd_chances_are_refused(crm: Crm, tmp_path: Path, value: str) -> None:
    assert take(crm, tmp_path / "deals.csv", f"Deal name,Probability\nOfen,{value}\n").refusals == 1
