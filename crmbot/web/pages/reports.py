"""Reports in a browser: their charts, their tables, and their figures as CSV."""

from markupsafe import Markup
from starlette.responses import Response

from crmbot.reports.charts import VIEWS, chart_of
from crmbot.reports.registry import REGISTRY
from crmbot.reports.rendering.csv import as_csv
from crmbot.reports.rendering.table import circumstances, read_tables, read_warnings
from crmbot.reports.values import Report, ReportRequest
from crmbot.web.pages.visits import Visit

PERIODS = ("7", "30", "90")


def report_list(visit: Visit) -> Response:
    """Show which reports there are."""
    titles = [(name, name.replace("-", " ").capitalize()) for name in REGISTRY]
    return visit.draw("reports.html", reports=titles)


def report_page(visit: Visit) -> Response:
    """Show one, over the period that the address asks for."""
    name, asked = visit.request.path_params["name"], visit.asked
    wanted = ReportRequest(
        name, asked("period") or None, asked("date_from") or None, asked("date_to") or None, asked("owner") or None
    )
    report = visit.service.report(visit.actor, wanted)
    if asked("format") == "csv":
        headers = {"Content-Disposition": f'attachment; filename="{report.name}.csv"', "Cache-Control": "no-store"}
        return Response(as_csv(report), media_type="text/csv; charset=utf-8", headers=headers)
    return visit.draw(
        "report.html",
        report=report,
        about=circumstances(report),
        charts=_charts(report),
        tables=read_tables(report),
        warnings=read_warnings(report),
        periods=PERIODS,
        period=asked("period") or ("" if asked("date_from") or asked("date_to") else "30"),
        query=visit.request.url.query,
    )


def _charts(report: Report) -> list[Markup]:
    """Return the report's pictures; their words were escaped when they were drawn."""
    drawn = (chart_of(report, view) for view in VIEWS[report.name])
    return [Markup(svg) for svg in drawn if svg]  # noqa: S704 - made by our own template, which escapes
