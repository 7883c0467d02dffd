"""Charts of the reports: values -> layout -> SVG -> PNG; nothing is computed from the store here."""

from crmbot.reports.charts.drawing import VIEWS, alt_of, chart_of, draw
from crmbot.reports.charts.png import png_of

__all__ = ["VIEWS", "alt_of", "chart_of", "draw", "png_of"]
