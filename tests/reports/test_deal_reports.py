"""pipeline, sales-forecast, lost-reasons and pipeline-changes on workspaces made by hand."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from reports.rows import NOW, Rows, ago

from crmbot.domain.money import Money
from crmbot.domain.windows import Window, since_last_week
from crmbot.reports import ReportRequest

MARCH = Window(date(2031, 3, 1), date(2031, 3, 31), ZoneInfo("UTC"))


def _usd(amount: str) -> Money:
    return Money.of(amount, "USD")


def test_the_pipeline_shows_every_stage_and_certain_outcomes(rows: Rows) -> None:
    rows.deal(ago(900), 100_01, stage="qualified")  # at 25 %: 25.0025
    # Left with 40 % by hand: a won deal weighs all of it, a lost one nothing.
    rows.deal(ago(900), 200_00, then=[(ago(800), {"stage": "won", "probability": 40})])
    rows.deal(ago(900), 300_00, then=[(ago(800), {"stage": "lost", "probability": 40})])
    stages = rows.compute("pipeline").stages
    assert [(s.key, s.kind, s.count, s.value, s.weighted_value) for s in stages] == [
        ("new_lead", "open", 0, _usd("0"), _usd("0")),
        ("qualified", "open", 1, _usd("100.01"), _usd("25")),
        ("proposal_sent", "open", 0, _usd("0"), _usd("0")),
        ("negotiation", "open", 0, _usd("0"), _usd("0")),
        ("won", "won", 1, _usd("200"), _usd("200")),
        ("lost", "lost", 1, _usd("300"), _usd("0")),
    ]


def test_a_forecast_puts_every_open_deal_in_one_place(rows: Rows) -> None:
    rows.deal(ago(9), 100_00, stage="qualified", expected_close=date(2031, 3, 31))  # today is not past
    rows.deal(ago(9), 200_00, stage="qualified", expected_close=date(2031, 3, 30))
    rows.deal(ago(9), 400_00, stage="negotiation")
    rows.deal(ago(9), 800_00, stage="proposal_sent", expected_close=date(2032, 2, 29), forecast_category="commit")
    rows.deal(ago(9), 1600_00, stage="qualified", expected_close=date(2031, 4, 1), forecast_category="omitted")
    # Won inside the window, in March; won before it; lost.
    rows.deal(ago(90), 3200_00, expected_close=date(2031, 5, 1), then=[(ago(20), {"stage": "won"})])
    rows.deal(ago(90), 6400_00, then=[(ago(40), {"stage": "won"})])
    rows.deal(ago(90), 6400_00, expected_close=date(2031, 4, 9), then=[(ago(20), {"stage": "lost"})])

    data = rows.compute("sales-forecast")

    assert [(m.month, m.deals, m.value, m.weighted_value, m.won_value) for m in data.by_month] == [
        ("2031-03", 1, _usd("100"), _usd("25"), _usd("3200")),
        ("2032-02", 1, _usd("800"), _usd("400"), _usd("0")),
    ]
    assert (data.no_date.deals, data.no_date.weighted_value) == (1, _usd("300"))
    assert (data.past_due.deals, data.past_due.value) == (1, _usd("200"))
    assert [(name, c.deals, c.value, c.weighted_value) for name, c in data.by_category.items()] == [
        ("pipeline", 2, _usd("300"), _usd("75")),
        ("best_case", 0, _usd("0"), _usd("0")),
        ("commit", 2, _usd("1200"), _usd("700")),
        ("closed", 1, _usd("3200"), _usd("3200")),
        ("omitted", 1, _usd("1600"), _usd("400")),
    ]


def test_lost_reasons_are_those_of_the_loss_that_stands(rows: Rows) -> None:
    jane = rows.user("Jane")
    lost: dict[str, Any] = {"stage": "lost"}
    # Lost for its price from negotiation; the reason was put right a day later.
    price = [(ago(20), {"stage": "negotiation"}), (ago(9), lost), (ago(8), lost | {"lost_reason": "Price"})]
    rows.deal(ago(60), 100_00, owner=jane, then=price)
    # Lost, reopened, lost again: the second loss counts.
    again = [
        (ago(30), lost | {"lost_reason": "Timing"}),
        (ago(20), {"stage": "qualified", "lost_reason": None}),
        (ago(9), lost | {"lost_reason": "Price"}),
    ]
    rows.deal(ago(60), 200_00, owner=jane, then=again)
    rows.deal(ago(60), 400_00, then=[(ago(9), lost)])
    # Lost before the window, though changed in it; lost and open again.
    rows.deal(ago(60), 800_00, then=[(ago(40), lost), (ago(9), lost | {"value_minor": 900_00})])
    rows.deal(ago(60), 800_00, then=[(ago(9), lost), (ago(8), {"stage": "qualified"})])

    data = rows.compute("lost-reasons")

    assert (data.total.count, data.total.value) == (3, _usd("700"))
    reasons = [(r.reason, r.count, r.value, r.share) for r in data.by_reason]
    assert reasons == [("Price", 2, _usd("300"), 0.667), ("unspecified", 1, _usd("400"), 0.333)]
    assert [(s.stage, s.count) for s in data.by_stage] == [("new_lead", 1), ("qualified", 1), ("negotiation", 1)]
    assert [(u.user_name, u.count) for u in data.by_user] == [("Jane", 2), ("Unassigned", 1)]


def test_what_moved_leads_from_the_opening_to_the_closing_value(rows: Rows) -> None:
    jane = rows.user("Jane")
    april, may = date(2031, 4, 30), date(2031, 5, 1)
    rows.deal(ago(60), 1_00, number=1)  # stands still
    rows.deal(ago(5), 2_00, number=2)  # created
    up = {"value_minor": 9_00, "expected_close": may}
    rows.deal(ago(60), 4_00, number=3, expected_close=april, then=[(ago(5), up)])  # +5, and 9 pushed out
    rows.deal(ago(60), 8_00, number=4, then=[(ago(5), {"value_minor": 7_00, "expected_close": april})])  # -1, dated
    rows.deal(ago(60), 16_00, number=5, expected_close=may, then=[(ago(5), {"expected_close": april})])  # pulled in
    won = [(ago(60), {"stage": "won"}), (ago(5), {"stage": "qualified", "value_minor": 30_00})]
    rows.deal(ago(70), 32_00, number=6, then=won)  # reopened with 30
    rows.deal(ago(60), 64_00, number=7, then=[(ago(5), {"stage": "won", "value_minor": 60_00})])  # won: 64 leave
    rows.deal(ago(60), 128_00, number=8, then=[(ago(5), {"stage": "lost"})])  # lost
    rows.deal(ago(6), 256_00, number=9, then=[(ago(5), {"stage": "won"})])  # made and won in between: in neither
    rows.deal(ago(60), 512_00, number=10, then=[(ago(5), {"owner": jane, "probability": 1})])  # nothing that counts

    data = rows.compute("pipeline-changes", since_last_week(NOW, rows.zone))

    told = {name: (getattr(data, name).count, getattr(data, name).value) for name in _MOVES}
    assert told == {
        "created": (1, _usd("2")),
        "increased": (1, _usd("5")),
        "decreased": (1, _usd("-1")),
        "pulled_in": (1, _usd("16")),
        "pushed_out": (1, _usd("9")),
        "reopened": (1, _usd("30")),
        "won": (1, _usd("-64")),
        "lost": (1, _usd("-128")),
    }
    # 1 + 4 + 8 + 16 + 64 + 128 + 512, and 733 + 2 + 5 - 1 + 30 - 64 - 128
    assert (data.opening_value, data.closing_value) == (_usd("733"), _usd("577"))
    [pushed] = data.pushed_out.deals
    assert (pushed.number, pushed.close_before, pushed.close_after) == (3, april, may)


_MOVES = ("created", "increased", "decreased", "pulled_in", "pushed_out", "reopened", "won", "lost")


def test_both_snapshots_are_told_at_the_later_rate_and_owner(rows: Rows) -> None:
    jane, omar = rows.user("Jane"), rows.user("Omar")
    rows.rate("EUR", date(2031, 1, 1), "1")
    rows.rate("EUR", date(2031, 3, 31), "2")
    rows.deal(ago(60), 10_00, owner=omar, currency="EUR", then=[(ago(5), {"owner": jane, "value_minor": 11_00})])
    week = since_last_week(NOW, rows.zone)
    data = rows.compute("pipeline-changes", week, viewer=jane)
    assert (data.opening_value, data.increased.value, data.closing_value) == (_usd("20"), _usd("2"), _usd("22"))
    assert rows.compute("pipeline-changes", week, viewer=omar).opening_value == _usd("0")


def test_a_change_at_the_opening_instant_is_a_movement(rows: Rows) -> None:
    rows.deal(ago(60), 10_00, then=[(datetime(2031, 3, 1, tzinfo=UTC), {"value_minor": 30_00})])
    data = rows.compute("pipeline-changes", MARCH)
    assert (data.opening_value, data.increased.value) == (_usd("10"), _usd("20"))


def test_changes_are_told_since_last_week_unless_asked_otherwise(rows: Rows) -> None:
    assert ReportRequest("pipeline-changes").window(NOW, rows.zone).starts_at == ago(7)
    assert ReportRequest("pipeline-changes", period="7").window(NOW, rows.zone).starts_at == ago(6, hours=12)
    assert ReportRequest("pipeline").window(NOW, rows.zone).days == 30
