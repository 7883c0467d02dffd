"""A forecast is scored against what came true, and names the deals that should be closed by now."""

from datetime import date

import pytest
from reports.rows import Rows, ago

from crmbot.domain.money import Money
from crmbot.reports.digests.forecast import ForecastDigest, forecast

# NOW is Monday, 31 March 2031, noon; 30 days ago it was Saturday, 1 March, 90 days ago Tuesday, 31 December 2030.


def _usd(amount: str) -> Money:
    return Money.of(amount, "USD")


def _forecast(rows: Rows, **options: int) -> ForecastDigest:
    with rows.reading() as session:
        return forecast(session, rows.scope(), **options)


def test_the_forecast_of_some_days_ago_stands_beside_what_was_won_since(rows: Rows) -> None:
    march = {"stage": "negotiation", "expected_close": date(2031, 3, 20)}
    # Expected in March, won in March: 75 % of 400 were forecast, 400 came.
    rows.deal(ago(60), 400_00, **march, then=[(ago(5), {"stage": "won"})])
    # Expected in March and still open: 75 % of 100.
    rows.deal(ago(60), 100_00, **march)
    # Expected in June: no part of it.
    rows.deal(ago(60), 900_00, stage="negotiation", expected_close=date(2031, 6, 1))
    # Past due already a month ago: no part of the forecast for the days since.
    rows.deal(ago(60), 700_00, stage="negotiation", expected_close=date(2031, 2, 1))
    # Never expected, made and won since: it came all the same.
    rows.deal(ago(10), 50_00, stage="qualified", then=[(ago(1), {"stage": "won"})])
    # Won before: no part of what came.
    rows.deal(ago(60), 30_00, stage="qualified", then=[(ago(40), {"stage": "won"})])

    scores = {score.days: score for score in _forecast(rows).scores}

    month = scores[30]
    assert (month.deals, month.value, month.weighted) == (2, _usd("500"), _usd("375"))
    assert (month.won_deals, month.won, month.hit_rate) == (2, _usd("450"), 1.2)
    # Ninety days ago nothing was there; 480 came since.
    assert (scores[90].weighted, scores[90].won, scores[90].hit_rate) == (_usd("0"), _usd("480"), 0.0)


def test_what_was_left_out_of_the_forecast_is_left_out_of_its_score(rows: Rows) -> None:
    rows.deal(ago(60), 400_00, stage="negotiation", expected_close=date(2031, 3, 20), forecast_category="omitted")
    assert _forecast(rows).scores == ()


def test_a_score_does_not_change_with_what_became_of_the_deals_later(rows: Rows) -> None:
    moved = [(ago(20), {"value_minor": 900_00, "expected_close": date(2031, 9, 1)})]
    rows.deal(ago(60), 100_00, stage="negotiation", expected_close=date(2031, 3, 20), then=moved)
    (score,) = (score for score in _forecast(rows).scores if score.days == 30)
    assert (score.weighted, score.won) == (_usd("75"), _usd("0"))


def test_amounts_in_another_currency_are_converted(rows: Rows) -> None:
    rows.rate("EUR", date(2031, 1, 1), "1.5")
    rows.deal(ago(60), 100_00, stage="negotiation", currency="EUR", expected_close=date(2031, 3, 20))
    (score,) = (score for score in _forecast(rows).scores if score.days == 30)
    assert score.weighted == _usd("112.50")


def test_deals_past_their_expected_close_are_named_the_longest_overdue_first(rows: Rows) -> None:
    jane = rows.user("Jane")
    rows.deal(ago(60), 100_00, number=17, title="Acme", expected_close=date(2031, 3, 21), owner_id=jane)
    rows.deal(ago(60), None, number=18, title="Globex", expected_close=date(2031, 3, 1))
    rows.deal(ago(60), 100_00, number=19, expected_close=date(2031, 3, 31))
    rows.deal(ago(60), 100_00, number=20, expected_close=date(2031, 3, 1), forecast_category="omitted")
    rows.deal(ago(60), 100_00, number=21, expected_close=date(2031, 3, 1), then=[(ago(5), {"stage": "lost"})])

    digest = _forecast(rows)

    told = [(deal.reference, deal.days_late, deal.owner_name, deal.value) for deal in digest.late]
    assert told == [("D-18", 30, "Unassigned", None), ("D-17", 10, "Jane", _usd("100"))]
    assert len(digest.late) == digest.past_due.deals


@pytest.mark.parametrize("limit", [1, 3])
def test_no_more_deals_are_named_than_asked_for(rows: Rows, limit: int) -> None:
    for number in range(17, 22):
        rows.deal(ago(60), 100_00, number=number, expected_close=date(2031, 3, 1))
    assert [deal.reference for deal in _forecast(rows, limit=limit).late] == ["D-17", "D-18", "D-19"][:limit]
