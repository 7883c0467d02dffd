"""The report engine: read only, each report computed once as a frozen typed value."""

from crmbot.reports.registry import REGISTRY, ReportDefinition, compute, find_report
from crmbot.reports.values import Meta, Report, ReportRequest, ReportSettings, Scope

__all__ = [
    "REGISTRY",
    "Meta",
    "Report",
    "ReportDefinition",
    "ReportRequest",
    "ReportSettings",
    "Scope",
    "compute",
    "find_report",
]
