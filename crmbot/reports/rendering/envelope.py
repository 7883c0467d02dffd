"""A report as the JSON object of the API."""

from typing import Any

from crmbot.reports.rendering.plain import plain
from crmbot.reports.values import Report


def as_envelope(report: Report) -> dict[str, Any]:
    """Return `success`, `message`, `data` and `meta` (reports.md, Envelope)."""
    return {
        "success": True,
        "message": f"{report.title} report generated successfully",
        "data": plain(report.data),
        "meta": plain(report.meta),
    }
