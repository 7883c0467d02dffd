"""The reports by name, and the one way to compute any of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from crmbot.domain.windows import Window
from crmbot.errors import Candidate, NotFound
from crmbot.reports.activity_summary import compute_activity_summary
from crmbot.reports.conversion_funnel import compute_conversion_funnel
from crmbot.reports.customer_acquisition import compute_customer_acquisition
from crmbot.reports.lead_conversion import compute_lead_conversion
from crmbot.reports.lost_reasons import compute_lost_reasons
from crmbot.reports.pipeline import compute_pipeline
from crmbot.reports.pipeline_changes import compute_pipeline_changes
from crmbot.reports.sales_forecast import compute_sales_forecast
from crmbot.reports.sales_pipeline import compute_sales_pipeline
from crmbot.reports.snapshot import Snapshot
from crmbot.reports.values import Report, Scope

PARAMS = ("period", "date_from", "date_to", "owner")


@dataclass(frozen=True, slots=True)
class ReportDefinition:
    """A report: its name in addresses and commands, its title, the parameters it takes, how it is computed."""

    name: str
    title: str
    compute: Callable[[Snapshot], Any]
    params: tuple[str, ...] = PARAMS


_ALL = (
    ReportDefinition("lead-conversion", "Lead conversion", compute_lead_conversion),
    ReportDefinition("customer-acquisition", "Customer acquisition", compute_customer_acquisition),
    ReportDefinition("activity-summary", "Activity summary", compute_activity_summary),
    ReportDefinition("sales-pipeline", "Sales pipeline", compute_sales_pipeline),
    ReportDefinition("pipeline", "Pipeline", compute_pipeline),
    ReportDefinition("conversion-funnel", "Conversion funnel", compute_conversion_funnel),
    ReportDefinition("sales-forecast", "Sales forecast", compute_sales_forecast),
    ReportDefinition("lost-reasons", "Lost reasons", compute_lost_reasons),
    ReportDefinition("pipeline-changes", "Pipeline changes", compute_pipeline_changes),
)
REGISTRY: Mapping[str, ReportDefinition] = {report.name: report for report in _ALL}


def compute(session: Session | Connection, name: str, scope: Scope, window: Window) -> Report:
    """Compute a report from what the session's one snapshot shows; writes nothing.

    Raises:
        NotFound: there is no report of that name.
        NotAllowed: the viewer may not see that owner's records.
    """
    definition = find_report(name)
    snapshot = Snapshot(session, scope, window)
    data = definition.compute(snapshot)
    owner = snapshot.user_name(scope.owner) if scope.owner else None
    return Report(definition.name, definition.title, data, snapshot.meta(), snapshot.stage_names(), owner)


def find_report(name: str) -> ReportDefinition:
    """Return a report's definition; NotFound names the nearest."""
    definition = REGISTRY.get(name)
    if definition is None:
        nearest = tuple(Candidate(word, REGISTRY[word].title) for word in get_close_matches(name, REGISTRY, 3))
        raise NotFound(
            f"There is no report “{name}”. There are: {', '.join(REGISTRY)}.", nearest=nearest, field="report"
        )
    return definition
