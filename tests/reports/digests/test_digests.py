"""The digests say what the reports say at the same moment, and what changed in a week."""

import json
from datetime import date

import pytest
from reports.rows import NOW, Rows, ago

from crmbot.domain.money import Money
from crmbot.domain.windows import since_last_week
from crmbot.reports.digests import DIGESTS
from crmbot.reports.digests.aging import AgingDigest, aging
from crmbot.reports.digests.forecast import ForecastDigest, forecast
from crmbot.reports.digests.overdue import OverdueDigest, overdue


def _usd(amount: str) -> Money:
    return Money.of(amount, "USD")


def _overdue(rows: Rows, **options: int) -> OverdueDigest:
    with rows.reading() as session:
        return overdue(session, rows.scope(), **options)


def _aging(rows: Rows, **options: int) -> AgingDigest:
    with rows.reading() as session:
        return aging(session, rows.scope(), **options)


def _forecast(rows: Rows, **options: int) -> ForecastDigest:
    with rows.reading() as session:
        return forecast(session, rows.scope(), **options)


def test_overdue_activities_stand_by_owner_the_oldest_first(rows: Rows) -> None:
    jane, omar = rows.user("Jane"), rows.user("Omar")
    deal, contact = rows.deal(ago(9), 1, number=17, title="Acme renewal"), rows.contact("Eve")
    rows.activity(
        "call", ago(30), jane, due_at=ago(3), subject="Call Eve", number=201, deal_id=deal, contact_id=contact
    )
    rows.activity("task", ago(30), jane, due_on=date(2031, 3, 11), subject="Send contract", number=202)
    rows.activity("task", ago(30), omar, due_at=ago(0, hours=2), subject="Today", number=203, contact_id=contact)
    # Overdue a week ago and done since; done; not due yet.
    rows.activity("task", ago(30), omar, due_at=ago(8), completed_at=ago(6))
    rows.activity("task", ago(30), omar, due_at=ago(20), completed_at=ago(9))
    rows.activity("task", ago(30), omar, due_at=ago(-1))

    digest = _overdue(rows)

    summary = rows.compute("activity-summary")
    assert (digest.overdue, digest.total, digest.overdue_rate) == (summary.overdue, summary.total, summary.overdue_rate)
    assert (digest.overdue, digest.overdue_last_week, digest.change, digest.more) == (3, 2, 1, 0)
    assert [(owner.user_name, owner.overdue) for owner in digest.owners] == [("Jane", 2), ("Omar", 1)]
    items = [item for owner in digest.owners for item in owner.items]
    told = [(item.reference, item.subject, item.days_overdue, item.about and item.about.title) for item in items]
    assert told == [
        ("A-202", "Send contract", 20, None),
        ("A-201", "Call Eve", 3, "Acme renewal"),
        ("A-203", "Today", 0, "Eve"),
    ]
    assert items[1].about is not None
    assert items[1].about.reference == "D-17"


def test_a_long_list_is_shared_out_among_the_owners(rows: Rows) -> None:
    owners = [rows.user(name) for name in ("Jane", "Omar")]
    for n in range(10):
        rows.activity("task", ago(60), owners[0], due_at=ago(40 + n))
    rows.activity("task", ago(60), owners[1], due_at=ago(1))
    digest = _overdue(rows, limit=4)
    assert [(owner.overdue, len(owner.items), owner.more) for owner in digest.owners] == [(10, 2, 8), (1, 1, 0)]
    assert digest.more == 8


def test_the_aging_digest_has_the_buckets_of_sales_pipeline(rows: Rows) -> None:
    jane = rows.user("Jane")
    old = rows.deal(ago(120), 100_00, owner=jane, stage="qualified", number=17, title="Acme")
    rows.activity("call", ago(60), deal_id=old, completed_at=ago(50))
    rows.deal(ago(95), 200_00, number=18)  # 88 days old a week ago
    rows.deal(ago(3), 400_00)

    digest = _aging(rows)

    data = rows.compute("sales-pipeline")
    assert [(b.key, b.count, b.value) for b in digest.buckets] == [
        (key, data.aging[key], data.aging_value[key]) for key in data.aging
    ]
    assert (digest.stale, digest.open_deals, digest.pipeline_value) == (data.stale, 3, data.pipeline_value)
    assert (digest.over_90_days.count, digest.over_90_days_last_week.count) == (2, 1)
    assert digest.old_deals_by_owner == {"Jane": 1, "Unassigned": 1}
    first, second = digest.deals
    assert (first.reference, first.title, first.owner_name, first.stage) == ("D-17", "Acme", "Jane", "Qualified")
    assert (first.value, first.age_days, first.last_touch_at, first.stale) == (_usd("100"), 120, ago(50), True)
    assert (second.age_days, second.last_touch_at) == (95, None)
    assert _aging(rows, limit=1).more == 1


def test_the_forecast_digest_agrees_with_its_three_reports(rows: Rows) -> None:
    rows.rate("EUR", date(2031, 1, 1), "1.5")
    rows.deal(ago(60), 100_00, stage="negotiation", expected_close=date(2031, 4, 5))
    rows.deal(ago(3), 10_00, stage="qualified", currency="EUR", number=18, title="Globex")
    rows.deal(ago(60), 700_00, stage="negotiation", number=19, title="Acme", then=[(ago(2), {"stage": "won"})])

    digest = _forecast(rows)

    data, ahead = rows.compute("sales-pipeline"), rows.compute("sales-forecast")
    changes = rows.compute("pipeline-changes", since_last_week(NOW, rows.zone))
    assert (digest.forecast, digest.age_adjusted) == (data.forecast, data.age_adjusted)
    assert (digest.by_category, digest.by_month, digest.no_date) == (ahead.by_category, ahead.by_month, ahead.no_date)
    assert (digest.opening_value, digest.closing_value) == (changes.opening_value, changes.closing_value)
    assert {m.movement: (m.count, m.value) for m in digest.movements if m.count} == {
        "created": (1, _usd("15")),
        "won": (1, _usd("-700")),
    }
    assert [(deal.movement, deal.reference, deal.value) for deal in digest.deals] == [
        ("won", "D-19", _usd("-700")),
        ("created", "D-18", _usd("15")),
    ]
    # A week ago 800 were open and 600 likely; now 115 are, and 75 and 3.75 likely.
    assert digest.last_week.most_likely == _usd("600")
    assert (digest.change.best_case, digest.change.most_likely) == (_usd("-685"), _usd("-521.25"))


@pytest.mark.parametrize("name", DIGESTS)
def test_every_digest_is_json_prints_its_period_and_knows_when_it_is_empty(rows: Rows, name: str) -> None:
    with rows.reading() as session:
        digest = DIGESTS[name](session, rows.scope())
    assert digest.is_empty
    told = json.loads(json.dumps(digest.as_json()))
    assert told["period"] == {"from": "2031-03-02", "to": "2031-03-31"}
    assert (told["as_of"], told["compared_to"]) == ("2031-03-31T12:00:00Z", "2031-03-24T12:00:00Z")


@pytest.mark.parametrize("name", DIGESTS)
def test_a_reps_digest_is_about_their_own_records(rows: Rows, name: str) -> None:
    jane, omar = rows.user("Jane"), rows.user("Omar")
    rows.deal(ago(100), 777_00, owner=omar, title="Secret")
    rows.activity("task", ago(30), omar, due_at=ago(9), subject="Secret")
    with rows.reading() as session:
        assert DIGESTS[name](session, rows.scope(jane)).is_empty
        assert not DIGESTS[name](session, rows.scope(omar)).is_empty
