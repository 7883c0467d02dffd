"""What is said of figures that look wrong and are right."""

import pytest
from reports.charts.samples import conversion_funnel, lead_conversion, report_of

from crmbot.reports.charts import chart_of
from crmbot.reports.registry import REGISTRY
from crmbot.reports.remarks import remark_of
from crmbot.reports.rendering.table import as_table
from crmbot.reports.values import Report

FUNNEL = "Above 100%: deals may come without a lead of this period."
LEADS = "Above 100%: leads from before this period moved on too."
FIGURES = [(40, 0), (13, 0), (253, 9_000), (0, 0), (28, 800)]


@pytest.mark.parametrize(
    ("report", "remark"),
    [
        (conversion_funnel(FIGURES), FUNNEL),
        (conversion_funnel([(3, 0), (3, 0), (3, 1), (3, 1), (3, 1)]), ""),
        (conversion_funnel([(0, 0)] * 5), ""),
        # of the step before less, of the leads more: 4 of 5, and 4 of 3
        (conversion_funnel([(3, 0), (3, 0), (5, 1), (4, 1), (0, 0)]), FUNNEL),
        (lead_conversion((10, 12, 5, 1)), LEADS),
        (lead_conversion((1, 1, 1, 2)), LEADS),
        (lead_conversion((10, 10, 10, 10)), ""),
        (report_of(next(name for name in REGISTRY if name == "pipeline")), ""),
    ],
)
def test_a_rate_above_one_is_explained(report: Report, remark: str) -> None:
    assert remark_of(report) == remark


@pytest.mark.parametrize(
    ("report", "remark"), [(conversion_funnel(FIGURES), FUNNEL), (lead_conversion((10, 12, 5, 1)), LEADS)]
)
def test_terminal_and_chart_say_it_whole(report: Report, remark: str) -> None:
    assert remark in as_table(report)
    assert remark.removesuffix(".") in (chart_of(report) or "")
