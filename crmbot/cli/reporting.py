"""`crmbot report`: a report as a table, JSON, CSV, or its chart."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import click

from crmbot.cli.opening import actor_of, crmbot
from crmbot.reports.registry import REGISTRY
from crmbot.reports.rendering.csv import as_csv
from crmbot.reports.rendering.envelope import as_envelope
from crmbot.reports.rendering.table import as_table
from crmbot.reports.values import Report, ReportRequest

_FORMATS = ("table", "json", "csv", "svg", "png")


_EPILOG = f"The reports are {', '.join(REGISTRY)}."


@click.command("report", epilog=_EPILOG)
@click.argument("name")
@click.option("--period", help="7, 30 or 90 days, today included.")
@click.option("--from", "date_from", metavar="DATE", help="First day, YYYY-MM-DD.")
@click.option("--to", "date_to", metavar="DATE", help="Last day, YYYY-MM-DD.")
@click.option("--owner", metavar="WHO", help="Only this user's records.")
@click.option("--as", "email", metavar="EMAIL", help="The user who asks; the whole workspace when left out.")
@click.option("--format", "form", type=click.Choice(_FORMATS), default="table", show_default=True)
@click.option("--view", help="Which chart, where a report has several, as aging of sales-pipeline.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write it there.")
@click.pass_context
def report_command(
    ctx: click.Context, /, name: str, form: str, view: str | None, output: Path | None, email: str | None, **asked: Any
) -> None:
    """Print a report, or draw its chart (svg, png)."""
    if form == "png" and output is None and sys.stdout.isatty():
        raise click.UsageError("A picture is nothing for a terminal. Name a file: -o chart.png")
    root = ctx.find_root()
    with crmbot(root) as bot:
        actor = actor_of(root, bot, email)
        report = bot.service.report(actor, ReportRequest(name, **asked))
    written = _written(report, form, view)
    if output is None:
        click.echo(written, nl=isinstance(written, str) and not written.endswith("\n"))
    else:
        output.write_bytes(written if isinstance(written, bytes) else written.encode())


def _written(report: Report, form: str, view: str | None) -> str | bytes:
    match form:
        case "json":
            return json.dumps(as_envelope(report), ensure_ascii=False, indent=2)
        case "csv":
            return as_csv(report)
        case "svg" | "png":
            return _drawn(report, form, view)
    return as_table(report, shutil.get_terminal_size((100, 24)).columns)


def _drawn(report: Report, form: str, view: str | None) -> str | bytes:
    from crmbot.reports.charts import VIEWS, chart_of, png_of

    svg = chart_of(report, view)
    if svg is None:
        raise click.UsageError(f"{report.name} has no chart “{view}”. There are: {', '.join(VIEWS[report.name])}")
    return png_of(svg) if form == "png" else svg
