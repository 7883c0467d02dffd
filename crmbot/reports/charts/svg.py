"""A chart as SVG text: no scripts, no styles, nothing from elsewhere, every text escaped."""

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from crmbot.paths import TEMPLATES
from crmbot.reports.charts.shapes import PAPER, Chart

FAMILY = "Inter, Helvetica, Arial, sans-serif"


def write_svg(chart: Chart) -> str:
    """Return the chart as a whole SVG document; the same chart gives the same text."""
    return _environment.get_template("chart.svg").render(chart=chart, paper=PAPER, family=FAMILY)


def _number(value: float) -> str:
    """Return a coordinate with at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


_environment = Environment(
    loader=FileSystemLoader(TEMPLATES / "charts"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters["n"] = _number
