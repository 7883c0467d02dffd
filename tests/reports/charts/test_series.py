"""The figures of charts as plain series are those of the report, and the digests' charts are as sound as the others."""

from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest
from digest_values import HOSTILE, aging, forecast, overdue
from reports.charts import samples

from crmbot.reports.charts import VIEWS, draw, series_of, views_of
from crmbot.reports.charts.shapes import Label
from crmbot.reports.values import Report

K = 1_000_00
STAGES = samples.sales_pipeline([("new", 1, K, K)], [(1, K), (0, 0), (0, 0), (0, 0)])
SAMPLES = {
    ("conversion-funnel", "funnel"): samples.conversion_funnel([(5, K)] * 5),
    ("lead-conversion", "funnel"): samples.lead_conversion((4, 3, 2, 1)),
    ("pipeline", "stages"): samples.pipeline([("New", "open", 1, K, K)]),
    ("sales-pipeline", "stages"): STAGES,
    ("sales-pipeline", "aging"): STAGES,
    ("sales-forecast", "months"): samples.sales_forecast([("2031-05", 1, K, K, K)]),
    ("pipeline-changes", "waterfall"): samples.pipeline_changes(K, {"created": (1, K)}),
    ("activity-summary", "reps"): samples.activity_summary([("Jane", 1, 1, 1)]),
    ("lost-reasons", "reasons"): samples.lost_reasons([("Price", 1, K)]),
    ("customer-acquisition", "channels"): samples.customer_acquisition([("referral", 1, K)]),
}
MANY = [(f"rep {number}", number, 1, 2) for number in range(25)]


def rows(report: Report, view: str) -> dict[str, tuple[float, ...]]:
    series = series_of(report, view)
    assert series is not None
    assert all(len(figures) == len(series.labels) for _, figures in series.rows)
    return dict(series.rows)


def test_every_chart_has_its_series() -> None:
    for digest in (overdue(), aging(), forecast()):
        assert [series_of(digest, view) is not None for view in views_of(digest)] == [True]
    assert set(SAMPLES) == {(name, view) for name, views in VIEWS.items() for view in views}
    for (name, view), report in SAMPLES.items():
        assert (report.name, series_of(report, view) is not None) == (name, True)


def test_money_is_in_major_units_of_its_currency() -> None:
    report = samples.pipeline([("New", "open", 1, 1234_56, 617_28), ("Won", "won", 1, 5, 5)])
    assert rows(report, "stages") == {"Full value": (1234.56,), "Weighted": (617.28,)}
    yen = samples.pipeline([("New", "open", 1, 1234, 617)], currency="JPY")
    assert rows(yen, "stages")["Full value"] == (1234.0,)


def test_a_month_without_a_deal_has_its_place_between_others_where_there_is_room() -> None:
    gap = series_of(samples.sales_forecast([("2031-11", 1, K, K, K), ("2032-02", 1, K, K, K)]), "months")
    assert gap is not None
    assert gap.labels == ("Nov", "Dec", "Jan 2032", "Feb 2032")
    assert dict(gap.rows)["Full value"] == (1000.0, 0.0, 0.0, 1000.0)
    far = series_of(samples.sales_forecast([("2031-11", 1, K, K, K), ("2034-02", 1, K, K, K)]), "months")
    assert far is not None
    assert far.labels == ("Nov", "Feb 2034")


def test_what_has_no_room_is_summed_up_in_the_last_label() -> None:
    report = samples.activity_summary(MANY)
    series = series_of(report, "reps")
    assert series is not None
    assert series.labels[-1] == "16 others"
    assert [sum(figures) for _, figures in series.rows] == [sum(range(25)), 25, 50]


def test_what_moved_keeps_its_sign_and_what_only_moved_in_time_is_left_out() -> None:
    report = samples.pipeline_changes(100 * K, {"created": (1, 9 * K), "lost": (1, -4 * K), "pushed_out": (1, 5 * K)})
    series = series_of(report, "waterfall")
    assert series is not None
    assert dict(zip(series.labels, series.rows[0][1], strict=True)) == {
        "Created": 9_000.0,
        "Increased": 0.0,
        "Decreased": 0.0,
        "Reopened": 0.0,
        "Won": 0.0,
        "Lost": -4_000.0,
    }


def test_nothing_to_show_is_no_chart() -> None:
    assert series_of(samples.pipeline([("New", "open", 0, 0, 0)]), "stages") is None
    assert series_of(samples.pipeline([]), "horoscope") is None


def test_one_owner_alone_is_compared_with_nobody() -> None:
    assert series_of(overdue(owners=1), "owners") is None
    assert series_of(overdue(owners=2), "owners") is not None


@pytest.mark.parametrize("name", ["Jane", HOSTILE, "W" * 300, "", "名前" * 60])
@pytest.mark.parametrize("make", [overdue, aging, forecast])
def test_charts_of_digests_keep_their_labels_apart_and_inside(make: Callable[[str], Any], name: str) -> None:
    digest = make(name)
    chart = draw(digest)
    assert chart is not None
    labels = [label for label in chart.labels if label.text]
    assert [pair for pair in combinations(labels, 2) if pair[0].box.overlaps(pair[1].box)] == []
    assert all(label.box.left >= 0 and label.box.right <= chart.width for label in labels)


@pytest.mark.parametrize(("owners", "others"), [(10, False), (11, True)])
def test_many_owners_share_a_last_bar(owners: int, others: bool) -> None:
    chart = draw(overdue(owners=owners, items=1))
    assert chart is not None
    assert any("others" in label.text for label in chart.labels) is others


def test_months_are_named_evenly_where_there_is_not_room_for_all() -> None:
    months = [(f"2031-{month:02}", 1, K, K, 0) for month in range(1, 13)]
    chart = draw(samples.sales_forecast(months))
    assert chart is not None
    assert _named(chart.labels) == ["Jan", "Apr", "Jul", "Oct"]
    few = draw(samples.sales_forecast(months[:5]))
    assert few is not None
    assert _named(few.labels) == ["Jan", "Feb", "Mar", "Apr", "May"]


def _named(labels: tuple[Label, ...]) -> list[str]:
    months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}
    return [label.text for label in sorted(labels, key=lambda label: label.x) if label.text in months]
