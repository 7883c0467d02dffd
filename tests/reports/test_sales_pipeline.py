"""sales-pipeline on workspaces made by hand; every number is reckoned in a comment."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from reports.rows import NOW, Rows, ago

from crmbot.domain.money import MAX_MINOR, Money
from crmbot.domain.stages import StageSpec
from crmbot.domain.windows import Window, last_days
from crmbot.errors import NotAllowed
from crmbot.store import Store

USD = "USD"


def _usd(amount: str) -> Money:
    return Money.of(amount, USD)


def test_every_figure_of_a_small_pipeline(rows: Rows) -> None:
    jane, omar = rows.user("Jane"), rows.user("Omar")
    rows.rate("EUR", date(2031, 3, 1), "1.25")
    # A, 5 days old:    100.01 at 25 % is 25.0025, so 25.00
    rows.deal(ago(5), 100_01, owner=jane, stage="qualified")
    # B, 40 days old:   80.01 EUR is 100.0125, so 100.01 USD; at 50 % is 50.005, so 50.01.
    #                   It stands in its stage for 40 days where 30 are usual: half of 50.01 is 25.005, so 25.01
    rows.deal(ago(40), 80_01, owner=jane, stage="proposal_sent", currency="EUR")
    # C, 100 days old:  1,000.00 at 75 % is 750.00, late and sure; 100 days are more than twice 30: a quarter, 187.50
    rows.deal(ago(100), 1000_00, owner=omar, stage="negotiation")
    # D, 70 days old:   nobody's, no value yet, in negotiation for 3 days, probability set to 59 %: not sure enough
    rows.deal(ago(70), None, stage="qualified", then=[(ago(3), {"stage": "negotiation", "probability": 59})])
    # E and F are closed, G is not made yet
    rows.deal(ago(20), 5000_00, owner=omar, then=[(ago(1), {"stage": "won"})])
    rows.deal(ago(20), 5000_00, owner=omar, then=[(ago(1), {"stage": "lost", "lost_reason": "Price"})])
    rows.deal(NOW, 5000_00, owner=omar)

    data = rows.compute("sales-pipeline")

    assert (data.period_days, data.total_opportunities) == (30, 4)
    assert data.pipeline_value == _usd("1200.02")  # 100.01 + 100.01 + 1000 + 0
    assert data.weighted_value == _usd("825.01")  # 25.00 + 50.01 + 750 + 0
    assert data.average_deal_size == _usd("300.01")  # 1200.02 / 4 is 300.005
    told = {key: (row.count, row.value, row.weighted_value) for key, row in data.by_stage.items()}
    assert list(told.items()) == [
        ("new_lead", (0, _usd("0"), _usd("0"))),
        ("qualified", (1, _usd("100.01"), _usd("25.00"))),
        ("proposal_sent", (1, _usd("100.01"), _usd("50.01"))),
        ("negotiation", (2, _usd("1000"), _usd("750"))),
    ]
    users = [(u.user_name, u.opportunities, u.pipeline_value, u.weighted_value, u.over_90_days) for u in data.by_user]
    assert users == [
        ("Omar", 1, _usd("1000"), _usd("750"), 1),
        ("Jane", 2, _usd("200.02"), _usd("75.01"), 0),
        ("Unassigned", 1, _usd("0"), _usd("0"), 0),
    ]
    assert list(data.aging.values()) == [1, 1, 1, 1]
    assert list(data.aging_value.values()) == [_usd("100.01"), _usd("100.01"), _usd("0"), _usd("1000")]
    assert (data.forecast.best_case, data.forecast.most_likely) == (_usd("1200.02"), _usd("825.01"))
    assert data.forecast.worst_case == _usd("750")
    assert (data.new_opportunities.count, data.new_opportunities.value) == (1, _usd("100.01"))  # A only
    assert (data.stale.count, data.stale.value) == (1, _usd("1000"))  # C, which nobody ever touched
    assert data.age_adjusted == _usd("237.51")  # 25.00 + 25.01 + 187.50 + 0
    # Omar and Jane average 412.505: 75.01 is below half of it. 825.01 is far above 1.25 x 237.51.
    assert [(w.code, w.user_name) for w in data.warnings] == [("low_pipeline", "Jane"), ("inflated_forecast", None)]


def test_an_empty_workspace_has_all_stages_and_no_deals(rows: Rows) -> None:
    data = rows.compute("sales-pipeline")
    assert data.total_opportunities == 0
    assert [row.count for row in data.by_stage.values()] == [0, 0, 0, 0]
    assert data.average_deal_size == _usd("0")
    assert (data.by_user, data.warnings) == ((), ())


@pytest.mark.parametrize(("days", "bucket"), [(0, 0), (29, 0), (30, 1), (60, 1), (61, 2), (90, 2), (91, 3), (4000, 3)])
@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/Santiago"])
def test_a_deal_is_as_old_as_the_calendar_says(sqlite_store: Store, zone: str, days: int, bucket: int) -> None:
    rows = Rows(sqlite_store, zone=ZoneInfo(zone))
    born = NOW.astimezone(rows.zone).date() - timedelta(days=days)
    midnight = datetime(born.year, born.month, born.day, tzinfo=rows.zone).astimezone(UTC)
    # The first and the last instant of that local day, and noon.
    for at in (midnight, midnight + timedelta(hours=23) - timedelta(microseconds=1), midnight + timedelta(hours=12)):
        rows.deal(min(at, NOW - timedelta(microseconds=1)), 100)
    assert list(rows.compute("sales-pipeline").aging.values()) == [3 if n == bucket else 0 for n in range(4)]


def test_a_past_window_ages_deals_by_its_last_day(rows: Rows) -> None:
    # Asked for the days up to 10 March: a deal of 8 February, 23:59 is 30 days old then, one of 9 February 29.
    rows.deal(datetime(2031, 2, 8, 23, 59, tzinfo=UTC), 100)
    rows.deal(datetime(2031, 2, 9, tzinfo=UTC), 100)
    data = rows.compute("sales-pipeline", Window(date(2031, 3, 1), date(2031, 3, 10), rows.zone))
    assert list(data.aging.values()) == [1, 1, 0, 0]


def test_a_past_window_reads_stage_value_owner_and_rate_as_they_were(rows: Rows) -> None:
    jane, omar = rows.user("Jane"), rows.user("Omar")
    rows.rate("EUR", date(2031, 3, 10), "2")
    rows.rate("EUR", date(2031, 3, 11), "3")
    later = {"value_minor": 999_00, "owner": omar, "stage": "negotiation"}
    edge = datetime(2031, 3, 11, tzinfo=UTC)
    rows.deal(ago(60), 10_00, owner=jane, stage="qualified", currency="EUR", then=[(edge, later)])
    window = Window(date(2031, 3, 1), date(2031, 3, 10), rows.zone)
    data = rows.compute("sales-pipeline", window)
    # At the end of the 10th the change at midnight has not happened, and the rate of the 10th holds: 10 EUR are 20 USD.
    assert (data.pipeline_value, data.by_user[0].user_name) == (_usd("20"), "Jane")
    assert data.by_stage["qualified"].count == 1
    # A tick later it has, at the rate of the 11th.
    data = rows.compute("sales-pipeline", last_days(30, date(2031, 3, 11), rows.zone), now=edge + timedelta(seconds=1))
    assert (data.pipeline_value, data.by_user[0].user_name) == (_usd("2997"), "Omar")


def test_a_deal_without_a_rate_is_counted_and_its_money_listed(rows: Rows) -> None:
    rows.deal(ago(1), 10_00)
    rows.deal(ago(1), 50_00, currency="CHF", number=77, title="Alpine")
    rows.rate("CHF", date(2031, 4, 1), "1.1")  # only from tomorrow on
    report = rows.report("sales-pipeline")
    assert (report.data.total_opportunities, report.data.pipeline_value) == (2, _usd("10"))
    [left_out] = report.meta.unconverted
    assert (left_out.number, left_out.title, left_out.amount) == (77, "Alpine", Money(5000, "CHF"))


@pytest.mark.parametrize(("days", "stale"), [(13, 0), (14, 1)])
@pytest.mark.parametrize("planned", [True, False])
def test_an_old_deal_is_stale_after_14_days_without_activity(rows: Rows, days: int, stale: int, planned: bool) -> None:
    deal = rows.deal(ago(91), 100)
    touched = ago(days)
    if planned:
        rows.activity("task", touched, deal_id=deal)
    else:
        # Made long ago, done on that day.
        rows.activity("call", ago(80), deal_id=deal, completed_at=touched)
    assert rows.compute("sales-pipeline").stale.count == stale


def test_stages_and_stale_times_are_the_workspaces_own(sqlite_store: Store) -> None:
    stages = (StageSpec("first", "First", probability=50), StageSpec("last", "Last", probability=60, late=True))
    rows = Rows(sqlite_store, stages=stages)
    rows.deal(ago(1000), 100_00, stage="first")
    rows.deal(ago(1000), 100_00, stage="last")
    data = rows.compute("sales-pipeline")
    # Without a usual time nothing is discounted; 60 % in a late stage is just sure enough.
    assert data.age_adjusted == data.weighted_value == _usd("110")
    assert data.forecast.worst_case == _usd("60")
    assert list(data.by_stage) == ["first", "last"]


def test_a_removed_stage_shows_only_while_deals_stand_there(rows: Rows) -> None:
    rows.stage(StageSpec("demo", "Demo", probability=40), position=2, removed_at=ago(10))
    past = Window(date(2031, 3, 1), date(2031, 3, 15), rows.zone)
    assert "demo" not in rows.compute("sales-pipeline").by_stage
    assert "demo" in rows.compute("sales-pipeline", past).by_stage


def test_a_rep_sees_their_own_and_nobody_elses(rows: Rows) -> None:
    jane, omar = rows.user("Jane"), rows.user("Omar")
    rows.deal(ago(1), 100_00, owner=jane)
    rows.deal(ago(1), 200_00, owner=omar)
    own = rows.report("sales-pipeline", viewer=jane)
    assert (own.data.pipeline_value, own.meta.scope) == (_usd("100"), "own")
    narrowed = rows.report("sales-pipeline", owner_id=omar)
    assert (narrowed.data.pipeline_value, narrowed.meta.scope, narrowed.meta.owner_id) == (_usd("200"), "all", omar)
    with pytest.raises(NotAllowed):
        rows.report("sales-pipeline", viewer=jane, owner_id=omar)


def test_thresholds_are_passed_only_beyond_them(rows: Rows) -> None:
    jane, omar = rows.user("Jane"), rows.user("Omar")
    # Weighted 10 each for three old deals of Jane, 90 for Omar: the average is 60, half of it 30, and Jane has 30.
    for _ in range(3):
        rows.deal(
            ago(91), 100_00, owner=jane, stage="new_lead", then=[(ago(2), {"stage": "qualified", "probability": 10})]
        )
    rows.deal(ago(1), 100_00, owner=omar, stage="negotiation", probability=90)
    assert rows.compute("sales-pipeline").warnings == ()
    rows.deal(ago(91), 0, owner=jane, stage="new_lead", then=[(ago(2), {"stage": "qualified"})])
    assert [w.code for w in rows.compute("sales-pipeline").warnings] == ["old_deals"]


def test_sums_beyond_64_bits_are_right(rows: Rows) -> None:
    # 1,000 deals of the largest amount that can be kept add up to 10^19 minor units; 2^63 is 9.2 x 10^18.
    for _ in range(1000):
        rows.deal(ago(100), MAX_MINOR, stage="negotiation")
    whole = Money(1000 * MAX_MINOR, "USD")
    data = rows.compute("sales-pipeline")
    assert (data.pipeline_value, data.aging_value["over_90_days"], data.stale.value) == (whole, whole, whole)
    assert data.forecast.most_likely == Money(750 * MAX_MINOR, "USD")
    assert [stage.value for stage in rows.compute("pipeline").stages if stage.count] == [whole]


def test_an_amount_too_large_to_convert_by_the_database_is_converted_all_the_same(rows: Rows) -> None:
    rows.rate("EUR", NOW.date(), "999999.123456789")
    rows.deal(ago(1), MAX_MINOR, currency="EUR", stage="negotiation")
    rows.deal(ago(1), 1, currency="EUR", stage="negotiation")
    # 10^16 x 999,999.123456789 and one more: 999,999; weighted by 75 % each, rounded half-up.
    first, second = 9_999_991_234_567_890_000_000, 999_999
    data = rows.compute("sales-pipeline")
    assert data.pipeline_value.minor == first + second
    assert data.weighted_value.minor == first * 75 // 100 + (second * 75 + 50) // 100
    assert (data.total_opportunities, data.new_opportunities.count) == (2, 2)
