"""GET /reports/NAME: any report as JSON or CSV."""

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from crmbot.reports.rendering import as_csv, as_envelope
from crmbot.reports.values import ReportRequest
from crmbot.web.auth import Caller, Service

router = APIRouter(tags=["reports"])


@router.get("/reports/{name}")
def show_report(
    request: Request,
    caller: Caller,
    service: Service,
    name: str,
    period: str | None = None,
    date_from: str | None = None,
    date_to: str | None = None,
    owner: str | None = None,
    format: str | None = None,  # noqa: A002 - the parameter's public name
) -> Response:
    """Compute a report for the caller; CSV by `?format=csv` or `Accept: text/csv`."""
    report = service.report(caller, ReportRequest(name, period, date_from, date_to, owner))
    wants_csv = format == "csv" or (format is None and "text/csv" in request.headers.get("accept", ""))
    if wants_csv:
        headers = {"Content-Disposition": f'attachment; filename="{report.name}.csv"'}
        return Response(as_csv(report), media_type="text/csv; charset=utf-8", headers=headers)
    body: dict[str, Any] = as_envelope(report)
    return JSONResponse(body)
