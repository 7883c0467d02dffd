"""The reports computed the slow way, straight from reports.md; shares no code with the engine."""

from collections.abc import Callable

from reports.oracle.activities import activity_summary
from reports.oracle.outcomes import (
    conversion_funnel,
    customer_acquisition,
    lead_conversion,
    lost_reasons,
    sales_forecast,
)
from reports.oracle.pipelines import MOVES, pipeline, pipeline_changes, sales_pipeline
from reports.oracle.world import Facts, Oracle, World

__all__ = ["MOVES", "REPORTS", "Oracle", "World"]

REPORTS: dict[str, Callable[[Oracle], Facts]] = {
    "lead-conversion": lead_conversion,
    "customer-acquisition": customer_acquisition,
    "activity-summary": activity_summary,
    "sales-pipeline": sales_pipeline,
    "pipeline": pipeline,
    "conversion-funnel": conversion_funnel,
    "sales-forecast": sales_forecast,
    "lost-reasons": lost_reasons,
    "pipeline-changes": pipeline_changes,
}
