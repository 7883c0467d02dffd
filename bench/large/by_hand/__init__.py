"""The reports as an expert writes them by hand: plain SQL for one database at a time, with the least Python around it.

They read the same tables by the same covering indexes, know that nothing was changed after the moment they ask for, and
answer for a whole workspace in US dollars with rates of at most four decimals; the figures are those of the engine.
"""

from bench.large.by_hand.activities import activity_summary
from bench.large.by_hand.changes import pipeline_changes
from bench.large.by_hand.deals import conversion_funnel, lost_reasons, pipeline, sales_forecast
from bench.large.by_hand.leads import customer_acquisition, lead_conversion
from bench.large.by_hand.open_deals import sales_pipeline

BY_HAND = {
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
