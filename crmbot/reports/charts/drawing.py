"""Which charts there are of each report, and the ways to have one."""

from collections.abc import Callable, Mapping

from crmbot.reports.charts.frame import Plan, lay_out
from crmbot.reports.charts.plans.activities import plan_activity_summary
from crmbot.reports.charts.plans.forecast import plan_sales_forecast
from crmbot.reports.charts.plans.leads import plan_conversion_funnel, plan_lead_conversion
from crmbot.reports.charts.plans.lost_reasons import plan_lost_reasons
from crmbot.reports.charts.plans.pipeline import plan_aging, plan_pipeline, plan_sales_pipeline
from crmbot.reports.charts.plans.pipeline_changes import plan_pipeline_changes
from crmbot.reports.charts.shapes import Chart
from crmbot.reports.charts.svg import write_svg
from crmbot.reports.values import Report

Planner = Callable[[Report], Plan]

_PLANNERS: Mapping[str, Mapping[str, Planner]] = {
    "lead-conversion": {"funnel": plan_lead_conversion},
    "activity-summary": {"reps": plan_activity_summary},
    "sales-pipeline": {"stages": plan_sales_pipeline, "aging": plan_aging},
    "pipeline": {"stages": plan_pipeline},
    "conversion-funnel": {"funnel": plan_conversion_funnel},
    "sales-forecast": {"months": plan_sales_forecast},
    "lost-reasons": {"reasons": plan_lost_reasons},
    "pipeline-changes": {"waterfall": plan_pipeline_changes},
}
VIEWS: Mapping[str, tuple[str, ...]] = {name: tuple(planners) for name, planners in _PLANNERS.items()}
"""The charts of each report that has any; the first is drawn unless another is named."""


def draw(report: Report, view: str | None = None) -> Chart | None:
    """Return the layout of a report's chart, or None when the report, or the view, has none."""
    planners = _PLANNERS.get(report.name, {})
    planner = next(iter(planners.values()), None) if view is None else planners.get(view)
    return None if planner is None else lay_out(planner(report), report.meta)


def chart_of(report: Report, view: str | None = None) -> str | None:
    """Return a report's chart as SVG, or None when there is none."""
    chart = draw(report, view)
    return None if chart is None else write_svg(chart)


def alt_of(report: Report, view: str | None = None) -> str | None:
    """Return what a report's chart says, in words for those who can't see it, or None when there is none."""
    chart = draw(report, view)
    return None if chart is None else chart.description
