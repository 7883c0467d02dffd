from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from reports.charts import samples

from crmbot.reports.charts import VIEWS, chart_of, draw
from crmbot.reports.charts.palette import GOOD, PALE, STRONG
from crmbot.reports.charts.shapes import Chart, Polygon, Rect
from crmbot.reports.registry import REGISTRY
from crmbot.reports.values import Report

SNAPSHOTS = Path(__file__).parent / "snapshots"
K = 1_000_00
"""A thousand dollars in cents."""

FUNNEL = samples.conversion_funnel([(240, 0), (96, 0), (61, 1_830 * K), (34, 1_120 * K), (13, 402 * K)])
STAGES = (("New Lead", "open", 12, 200 * K, 20 * K), ("Negotiation", "open", 7, 400 * K, 300 * K))
PIPELINE = samples.pipeline((*STAGES, ("Won", "won", 88, 4_200 * K, 4_200 * K)), unconverted=2)
CHANGES = samples.pipeline_changes(
    1_420 * K,
    {"created": (9, 310 * K), "decreased": (2, -38 * K), "won": (4, -180 * K), "pushed_out": (1, 50 * K)},
)


def drawn(report: Report, view: str | None = None) -> Chart:
    chart = draw(report, view)
    assert chart is not None
    return chart


def words(chart: Chart) -> list[str]:
    return [label.text for label in chart.labels]


def bars(chart: Chart, fill: str) -> list[Rect]:
    # The legend's are square.
    shapes = [shape for shape in chart.shapes if isinstance(shape, Rect) and shape.paint.fill == fill]
    return [shape for shape in shapes if shape.width != shape.height]


@pytest.mark.parametrize(("name", "report"), [("funnel", FUNNEL), ("pipeline", PIPELINE), ("changes", CHANGES)])
def test_charts_are_written_as_before(name: str, report: Report) -> None:
    assert chart_of(report) == (SNAPSHOTS / f"{name}.svg").read_text("utf-8")


def test_every_report_has_a_chart() -> None:
    assert set(REGISTRY) == set(VIEWS)


def test_there_is_no_chart_of_another_report_or_view() -> None:
    other = replace(PIPELINE, name="horoscope")
    assert chart_of(other) is None
    assert chart_of(PIPELINE, "aging") is None


@pytest.mark.parametrize(
    ("report", "view", "sentence"),
    [
        (samples.conversion_funnel([(0, 0)] * 5), None, "No leads and no deals in this period"),
        (samples.lead_conversion((0, 0, 0, 0)), None, "No leads moved in this period"),
        (samples.pipeline([]), None, "No open deals"),
        (samples.sales_pipeline([("new", 0, 0, 0)]), None, "No open deals"),
        (samples.sales_pipeline([]), "aging", "No open deals"),
        (samples.sales_forecast([]), None, "No open deals and none won in this period"),
        (samples.pipeline_changes(0, {}), None, "Nothing moved in this period"),
        (samples.activity_summary([]), None, "No activities in this period"),
        (samples.lost_reasons([]), None, "No deals were lost in this period"),
        (samples.customer_acquisition([]), None, "No new customers in this period"),
    ],
)
def test_an_empty_report_says_so_kindly(report: Report, view: str | None, sentence: str) -> None:
    assert sentence in words(drawn(report, view))
    assert sentence in drawn(report, view).description


def test_title_period_and_currency_stand_above() -> None:
    assert words(drawn(FUNNEL))[:3] == [
        "Conversion funnel",
        "2\N{EN DASH}31 May 2031 · USD",
        "13 deals won for 240 leads (5.4%)",
    ]
    assert "As of 31 May 2031 · USD" in words(drawn(PIPELINE))
    assert "2\N{EN DASH}31 May 2031" in words(drawn(samples.activity_summary([("Jane", 1, 1, 1)])))


def test_one_owners_report_says_so() -> None:
    own = samples.report_of("lost-reasons", data=samples.lost_reasons([("Price", 1, K)]).data, scope="own")
    assert "2\N{EN DASH}31 May 2031 · USD · one owner's records" in words(drawn(own))


def test_a_funnel_shows_counts_values_and_rates() -> None:
    assert set(words(drawn(FUNNEL))) >= {"Leads", "240", "40%", "96", "64%", "61", "$1.8M", "13", "38%"}


def test_a_rate_from_nothing_is_a_dash() -> None:
    assert "\N{EN DASH}" in words(drawn(samples.lead_conversion((5, 0, 3, 1))))


def test_bars_are_as_long_as_their_values() -> None:
    chart = drawn(PIPELINE)
    weighted, rest = bars(chart, STRONG.fill), bars(chart, PALE.fill)
    full = [one.width + other.width for one, other in zip(weighted, rest, strict=True)]
    assert full[0] / full[1] == pytest.approx(200 / 400)
    assert [one.width / both for one, both in zip(weighted, full, strict=True)] == pytest.approx([0.1, 0.75])


def test_what_is_closed_or_unconverted_is_told_below() -> None:
    assert words(drawn(PIPELINE))[-2:] == [
        "Won: 88 deals, $4.2M",
        "2 deals without an exchange rate left out of the sums",
    ]


def test_ages_show_value_and_count() -> None:
    ages = ((14, 420 * K), (12, 610 * K), (9, 330 * K), (7, 287 * K))
    chart = drawn(samples.sales_pipeline([("new", 42, 1_647 * K, K)], ages, stale=(5, 190 * K)), "aging")
    said = {"$420k", "14 deals", "Over 90 days", "$287k", "5 old deals without recent activity, worth $190k"}
    assert set(words(chart)) >= said


def test_months_between_are_shown_empty_and_columns_stack() -> None:
    months = [("2031-05", 3, 100 * K, 60 * K, 200 * K), ("2031-08", 1, 300 * K, 150 * K, 0)]
    chart = drawn(samples.sales_forecast(months, past_due=(3, 90 * K, 45 * K)))
    assert [text for text in words(chart) if text in {"May", "Jun", "Jul", "Aug", "2031"}] == [
        *("May", "Jun", "Jul", "Aug", "2031"),
    ]
    (won,), (first, second) = bars(chart, GOOD.fill), bars(chart, STRONG.fill)
    assert won.height / first.height == pytest.approx(200 / 60)
    assert second.height / first.height == pytest.approx(150 / 60)
    assert first.y + first.height == pytest.approx(won.y)
    assert "Past due: 3 deals, $90k, $45k weighted" in words(chart)


@pytest.mark.parametrize(
    ("months", "first", "last"),
    [(("2031-05", "2031-06"), "May", "Jun"), (("2022-01", "2031-05", "2131-07"), "Earlier", "Later")],
)
def test_far_months_are_folded(months: Sequence[str], first: str, last: str) -> None:
    chart = drawn(samples.sales_forecast([(month, 1, 10 * K, 10 * K, 0) for month in months]))
    found = sorted(bars(chart, STRONG.fill), key=lambda bar: bar.x)
    assert len(found) == len(months)
    assert {first, last} <= set(words(chart))


def test_a_waterfall_leads_from_opening_to_closing() -> None:
    chart = drawn(CHANGES)
    assert set(words(chart)) >= {"$1.4M", "+$310k", "\N{MINUS SIGN}$38k", "\N{MINUS SIGN}$180k", "$1.5M"}
    assert "Up $92k to $1.5M" in words(chart)
    assert "Pushed out: 1 deal, $50k" in words(chart)


@pytest.mark.parametrize(("opening", "cuts"), [(1_420 * K, 4), (100 * K, 0), (10**15, 0)])
def test_a_cut_axis_is_marked_on_the_bars(opening: int, cuts: int) -> None:
    chart = drawn(samples.pipeline_changes(opening, {"created": (9, 310 * K)}))
    assert sum(isinstance(shape, Polygon) for shape in chart.shapes) == cuts


def test_the_rest_shares_one_bar_which_is_cut_when_longer() -> None:
    reps = [(f"Rep {n}", 5, 3, 2) for n in range(50)]
    chart = drawn(samples.activity_summary(reps))
    assert {"41 others", "205 completed · 82 overdue", "410"} <= set(words(chart))
    assert sum(isinstance(shape, Polygon) for shape in chart.shapes) == 2
    assert {bar.width for bar in bars(chart, STRONG.fill)} == {bars(chart, STRONG.fill)[0].width}


def test_reasons_show_share_and_the_unnamed_one() -> None:
    chart = drawn(samples.lost_reasons([("Price", 3, 30 * K), ("unspecified", 1, 10 * K)]))
    assert {"Price", "$30k · 75%", "3", "No reason given", "$10k · 25%"} <= set(words(chart))


def draw_name(report: Report) -> str:
    """Return the only bar's name as it stands in the layout."""
    return next(text for text in words(drawn(report)) if text.startswith("<"))


HOSTILE = '</text><script>alert(1)</script><image href="http://x/"/>&amp;"\''


def test_names_are_escaped() -> None:
    report = samples.pipeline([(HOSTILE, "open", 1, 0, 0)])
    svg = chart_of(report)
    assert svg is not None
    root = ET.fromstring(svg)  # noqa: S314 - it is our own
    assert {element.tag.rpartition("}")[2] for element in root.iter()} == {"svg", "desc", "rect", "g", "line", "text"}
    values = {value for element in root.iter() for value in element.attrib.values()}
    assert not [value for value in values if "http" in value or "url(" in value or "javascript" in value]
    assert {element.text for element in root.iter() if "script" in (element.text or "")} >= {draw_name(report)}


def test_the_words_for_those_who_cannot_see_it_are_bounded() -> None:
    alt = drawn(samples.activity_summary([("W" * 10**6, 1, 1, 1)] * 30)).description
    assert len(alt) <= 2000
    assert alt.startswith("Activities by rep. 2\N{EN DASH}31 May 2031. 33% of 90 activities completed, 30 overdue.")
