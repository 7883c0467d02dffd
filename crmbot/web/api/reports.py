"""GET /reports/NAME: any report as JSON, CSV, or its chart."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from crmbot.errors import BadInput
from crmbot.packing import packed
from crmbot.reports.charts import VIEWS, chart_of, png_of
from crmbot.reports.rendering.csv import as_csv
from crmbot.reports.rendering.envelope import as_envelope
from crmbot.reports.values import Report, ReportRequest
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
    view: str | None = None,
) -> Response:
    """Compute a report for the caller; CSV by `?format=csv` or `Accept: text/csv`, its chart by svg or png."""
    report = service.report(caller, ReportRequest(name, period, date_from, date_to, owner))
    wants_csv = format == "csv" or (format is None and "text/csv" in request.headers.get("accept", ""))
    if wants_csv:
        headers = {"Content-Disposition": f'attachment; filename="{report.name}.csv"'}
        return Response(as_csv(report), media_type="text/csv; charset=utf-8", headers=headers)
    if format in {"svg", "png"}:
        return _chart(report, format, view)
    if format not in {None, "json"}:
        raise BadInput(f"format must be json, csv, svg or png, not “{format}”.", field="format")
    return Response(packed(as_envelope(report)), media_type="application/json")


def _chart(report: Report, form: str, view: str | None) -> Response:
    svg = chart_of(report, view)
    if svg is None:
        raise BadInput(f"view must be {' or '.join(VIEWS[report.name])}, not “{view}”.", field="view")
    headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox"}
    if form == "svg":
        return Response(svg, media_type="image/svg+xml", headers=headers)
    return Response(png_of(svg), media_type="image/png", headers=headers)
