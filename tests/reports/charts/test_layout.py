from itertools import combinations
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reports.charts.hostile import REPORTS

from crmbot.reports.charts import VIEWS, draw
from crmbot.reports.charts.palette import BRIDGE
from crmbot.reports.charts.shapes import PAPER, Box, Chart, Polygon, Rect
from crmbot.reports.charts.svg import write_svg

GROUND = {BRIDGE, PAPER}
"""Colours that words may stand on."""
SLACK = 0.01


def bounds(rect: Rect) -> Box:
    return Box(rect.x, rect.y, rect.x + rect.width, rect.y + rect.height)


def is_inside(box: Box, chart: Chart) -> bool:
    return (
        box.left >= -SLACK
        and box.top >= -SLACK
        and box.right <= chart.width + SLACK
        and box.bottom <= chart.height + SLACK
    )


def test_hostile_reports_cover_every_chart() -> None:
    assert set(REPORTS) == {(name, view) for name, views in VIEWS.items() for view in views}


@pytest.mark.parametrize("name", REPORTS, ids="/".join)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_label_overlaps_another_or_leaves_the_chart(name: tuple[str, str], data: st.DataObject) -> None:
    chart = draw(data.draw(REPORTS[name]), name[1])
    assert chart is not None
    boxes = [label.box for label in chart.labels if label.text]
    assert [box for box in boxes if not is_inside(box, chart)] == []
    assert [pair for pair in combinations(chart.labels, 2) if pair[0].box.overlaps(pair[1].box)] == []
    bars = [bounds(shape) for shape in chart.shapes if isinstance(shape, Rect) and shape.paint.fill not in GROUND]
    assert [
        bar for bar in bars if not is_inside(bar, chart) or bar.right - bar.left < 1 or bar.bottom - bar.top < 1
    ] == []
    assert [(box, bar) for box in boxes for bar in bars if box.overlaps(bar)] == []
    corners = [point for shape in chart.shapes if isinstance(shape, Polygon) for point in shape.points]
    assert all(0 <= x <= chart.width and 0 <= y <= chart.height for x, y in corners)


@pytest.mark.parametrize("name", REPORTS, ids="/".join)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_every_chart_is_xml_with_its_words_as_they_are(name: tuple[str, str], data: st.DataObject) -> None:
    chart = draw(data.draw(REPORTS[name]), name[1])
    assert chart is not None
    root = ET.fromstring(write_svg(chart))  # noqa: S314 - it is our own
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == [label.text for label in chart.labels if label.text]
    assert {element.tag.removeprefix("{http://www.w3.org/2000/svg}") for element in root.iter()} <= {
        *("svg", "desc", "g", "rect", "line", "polygon", "text"),
    }
    assert len(chart.description) <= 2000
