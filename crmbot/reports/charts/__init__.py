"""Charts of the reports: values -> layout -> SVG -> PNG; nothing is computed from the store here."""

from crmbot.reports.charts.drawing import VIEWS, chart_of, draw, views_of
from crmbot.reports.charts.png import png_of
from crmbot.reports.charts.series import Series, series_of
from crmbot.reports.charts.svg import write_svg

__all__ = ["VIEWS", "Series", "chart_of", "draw", "png_of", "series_of", "views_of", "write_svg"]
