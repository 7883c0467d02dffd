"""The reports by name, and the one way to compute any of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from crmbot.domain.registries import Registry
from crmbot.domain.windows import Window
from crmbot.errors import Candidate, NotFound
from crmbot.reports.snapshot import Snapshot
from crmbot.reports.values import Report, Scope

PARAMS = ("period", "date_from", "date_to", "owner")


@dataclass(frozen=True, slots=True)
class ReportDefinition:
    """A report: its name in addresses and commands, its title and the parameters it takes."""

    name: str
    title: str
    params: tuple[str, ...] = PARAMS


_ALL = (
    ReportDefinition("lead-conversion", "Lead conversion"),
    ReportDefinition("customer-acquisition", "Customer acquisition"),
    ReportDefinition("activity-summary", "Activity summary"),
    ReportDefinition("sales-pipeline", "Sales pipeline"),
    ReportDefinition("pipeline", "Pipeline"),
    ReportDefinition("conversion-funnel", "Conversion funnel"),
    ReportDefinition("sales-forecast", "Sales forecast"),
    ReportDefinition("lost-reasons", "Lost reasons"),
    ReportDefinition("pipeline-changes", "Pipeline changes"),
)
REGISTRY: Mapping[str, ReportDefinition] = {report.name: report for report in _ALL}

COMPUTES: Registry[str, Callable[[Snapshot], Any]] = Registry(
    "crmbot.reports",
    {
        "lead-conversion": "lead_conversion.compute_lead_conversion",
        "customer-acquisition": "customer_acquisition.compute_customer_acquisition",
        "activity-summary": "activity_summary.compute_activity_summary",
        "sales-pipeline": "sales_pipeline.compute_sales_pipeline",
        "pipeline": "pipeline.compute_pipeline",
        "conversion-funnel": "conversion_funnel.compute_conversion_funnel",
        "sales-forecast": "sales_forecast.compute_sales_forecast",
        "lost-reasons": "lost_reasons.compute_lost_reasons",
        "pipeline-changes": "pipeline_changes.compute_pipeline_changes",
    },
)
"""How each report is computed."""


def compute(session: Session | Connection, name: str, scope: Scope, window: Window) -> Report:
    """Compute a report from what the session's one snapshot shows; writes nothing.

    Raises:
        NotFound: there is no report of that name.
        NotAllowed: the viewer may not see that owner's records.
    """
    definition = find_report(name)
    snapshot = Snapshot(session, scope, window)
    data = COMPUTES[definition.name](snapshot)
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
