"""Which charts there are of each report and digest, and the ways to have one."""

from collections.abc import Callable, Mapping
from typing import Any

from crmbot.reports.charts.frame import Plan, lay_out
from crmbot.reports.charts.plans.activities import plan_activity_summary
from crmbot.reports.charts.plans.customers import plan_customer_acquisition
from crmbot.reports.charts.plans.digests import meta_of, plan_aging_digest, plan_forecast_digest, plan_overdue
from crmbot.reports.charts.plans.forecast import plan_sales_forecast
from crmbot.reports.charts.plans.leads import plan_conversion_funnel, plan_lead_conversion
from crmbot.reports.charts.plans.lost_reasons import plan_lost_reasons
from crmbot.reports.charts.plans.pipeline import plan_aging, plan_pipeline, plan_sales_pipeline
from crmbot.reports.charts.plans.pipeline_changes import plan_pipeline_changes
from crmbot.reports.charts.shapes import Chart
from crmbot.reports.charts.svg import write_svg
from crmbot.reports.digests.aging import AgingDigest
from crmbot.reports.digests.base import Digest
from crmbot.reports.digests.forecast import ForecastDigest
from crmbot.reports.digests.overdue import OverdueDigest
from crmbot.reports.values import Report

Planner = Callable[[Any], Plan]

_PLANNERS: Mapping[str, Mapping[str, Planner]] = {
    "lead-conversion": {"funnel": plan_lead_conversion},
    "customer-acquisition": {"channels": plan_customer_acquisition},
    "activity-summary": {"reps": plan_activity_summary},
    "sales-pipeline": {"stages": plan_sales_pipeline, "aging": plan_aging},
    "pipeline": {"stages": plan_pipeline},
    "conversion-funnel": {"funnel": plan_conversion_funnel},
    "sales-forecast": {"months": plan_sales_forecast},
    "lost-reasons": {"reasons": plan_lost_reasons},
    "pipeline-changes": {"waterfall": plan_pipeline_changes},
}
_OF_DIGESTS: Mapping[type[Digest], Mapping[str, Planner]] = {
    OverdueDigest: {"owners": plan_overdue},
    AgingDigest: {"aging": plan_aging_digest},
    ForecastDigest: {"months": plan_forecast_digest},
}
VIEWS: Mapping[str, tuple[str, ...]] = {name: tuple(planners) for name, planners in _PLANNERS.items()}
"""The charts of each report; the first is drawn unless another is named."""


def views_of(values: Report | Digest) -> tuple[str, ...]:
    """Return the names of the charts that there are of a report or digest."""
    return tuple(_planners(values))


def draw(values: Report | Digest, view: str | None = None) -> Chart | None:
    """Return the layout of a chart, or None when the report or digest, or the view, has none."""
    planners = _planners(values)
    planner = next(iter(planners.values()), None) if view is None else planners.get(view)
    if planner is None:
        return None
    return lay_out(planner(values), meta_of(values) if isinstance(values, Digest) else values.meta)


def chart_of(values: Report | Digest, view: str | None = None) -> str | None:
    """Return a chart as SVG, or None when there is none."""
    chart = draw(values, view)
    return None if chart is None else write_svg(chart)


def _planners(values: Report | Digest) -> Mapping[str, Planner]:
    return _OF_DIGESTS.get(type(values), {}) if isinstance(values, Digest) else _PLANNERS.get(values.name, {})
