"""Colours and type sizes: after Okabe and Ito, whose hues most colour-blind people can tell apart."""

from crmbot.reports.charts.lettering import Style
from crmbot.reports.charts.shapes import Paint

WIDTH = 400.0
"""A chart's width in its own units; at 800 pixels each is two."""
MARGIN = 18.0
CONTENT = WIDTH - 2 * MARGIN

INK = "#1d1c1d"
MUTED = "#5c6470"
GRID = "#e3e6ea"
RULE = "#8a919c"

LEVEL = Paint("#4a5361", "#4a5361")
STRONG = Paint("#0b5fa5", "#0b5fa5")
PALE = Paint("#cfe2f3", "#0b5fa5")
GOOD = Paint("#1f9a6e", "#1f9a6e")
BAD = Paint("#d0560b", "#d0560b")
REST = Paint("#d5d9df", "#79818d")
ASLEEP = Paint(GRID, GRID)
BRIDGE = "#e4eef7"

TITLE = Style(17, 600, INK)
SUBTITLE = Style(11, 400, MUTED)
HEADLINE = Style(13, 400, INK)
NAME = Style(12.5, 400, INK)
AMOUNT = Style(12.5, 600, INK)
DETAIL = Style(11, 400, MUTED)
TICK = Style(10.5, 400, MUTED)
KIND = Style(14, 600, INK)
