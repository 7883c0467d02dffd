"""Digests as mail: the numbers and the order of the Slack digests, for an inbox."""

from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from crmbot.mail.letters import render_letter
from crmbot.mail.lines import one_line
from crmbot.mail.phrases import WIDTH, Phrases
from crmbot.reports.charts import draw, series_of, views_of, write_svg
from crmbot.reports.digests.aging import AgingDigest
from crmbot.reports.digests.base import LIMIT, Digest
from crmbot.reports.digests.forecast import ForecastDigest
from crmbot.reports.digests.overdue import OverdueDigest
from crmbot.reports.rendering.columns import TextTable
from crmbot.reports.rendering.table import read_tables, read_warnings
from crmbot.reports.values import Report

_AGES = {
    "under_30_days": "Under 30 days",
    "30_to_60_days": "30 to 60 days",
    "60_to_90_days": "60 to 90 days",
    "over_90_days": "Over 90 days",
}

_CHART_WIDTH = 440
"""Pixels; at this width a chart's letters are a little larger than those around it."""


def render_digest(name: str, values: Digest | Report, late: str) -> dict[str, Any]:
    """Return subject, text and HTML of the digest `name` as a `mail.send` row carries them; `late` says why it is."""
    template, more = _look(values)
    meta = values.meta if isinstance(values, Report) else values
    charts = _charts(values)
    common = {"d": values, "meta": meta, "w": Phrases(ZoneInfo(meta.timezone)), "width": WIDTH, "charts": charts}
    letter = render_letter(template, digest=one_line(name), late=_sentence(late), **common, **more)
    return dict(letter) | ({"pictures": charts} if charts else {})


def _charts(values: Digest | Report) -> list[dict[str, Any]]:
    """Return the charts that say something: content id, alternative text, shape, and the drawing."""
    found = []
    for view in views_of(values):
        chart = draw(values, view) if series_of(values, view) else None
        if chart is not None:
            height = round(chart.height / chart.width * _CHART_WIDTH)
            told = {"alt": chart.description, "width": _CHART_WIDTH, "height": height}
            found.append({"cid": f"chart-{view}", **told, "svg": write_svg(chart)})
    return found


def _sentence(text: str) -> str:
    line = one_line(text)
    return f"{line[:1].upper()}{line[1:]}"


def _look(values: Digest | Report) -> tuple[str, dict[str, Any]]:
    """Return the template of the values, and what it needs beside them."""
    match values:
        case OverdueDigest():
            return "digest_overdue", {"title": "Overdue activities"}
        case AgingDigest():
            return "digest_aging", {"title": "Aging pipeline", "ages": _ages(values)}
        case ForecastDigest():
            return "digest_forecast", {"title": "Forecast", "cases": _cases(values), "months": _months(values)}
        case Report():
            tables = tuple(_shorten(table) for table in read_tables(values))
            return "digest_report", {"title": values.title, "tables": tables, "warnings": read_warnings(values)}
    raise TypeError(f"{type(values).__name__} is no digest")


def _shorten(table: TextTable) -> TextTable:
    """Return a table of at most so many rows; the last says how many more there are."""
    left = len(table.rows) - LIMIT
    if left <= 0:
        return table
    last = (f"… and {left:,} more", *[""] * (len(table.right) - 1))
    return replace(table, rows=(*table.rows[:LIMIT], last))


def _ages(digest: AgingDigest) -> TextTable:
    rows = tuple(
        (
            _AGES.get(one.key, one.key),
            f"{one.count:,}",
            str(one.value),
            f"{one.count_last_week:,}",
            str(one.value_last_week),
        )
        for one in digest.buckets
    )
    heads = ("Age", "Deals", "Value", "Week ago", "Value then")
    return TextTable("Open deals by age", heads, rows, (False, True, True, True, True))


def _cases(digest: ForecastDigest) -> TextTable:
    names = (("Best case", "best_case"), ("Most likely", "most_likely"), ("Worst case", "worst_case"))
    words = Phrases(ZoneInfo(digest.timezone))
    rows = tuple(
        (
            label,
            str(getattr(digest.forecast, name)),
            str(getattr(digest.last_week, name)),
            words.signed(getattr(digest.change, name)),
        )
        for label, name in names
    )
    return TextTable("This week and last", ("Forecast", "Now", "A week ago", "Change"), rows, (False, True, True, True))


def _months(digest: ForecastDigest) -> TextTable:
    rows = tuple(
        (
            f"{date.fromisoformat(f'{row.month}-01'):%b %Y}",
            f"{row.deals:,}",
            str(row.weighted_value),
            str(row.won_value),
        )
        for row in digest.by_month[:12]
    )
    heads = ("Month", "Open deals", "Weighted", "Won")
    return TextTable("By month of expected close", heads, rows, (False, True, True, True))


def _month(key: str) -> str:
    return f"{date.fromisoformat(f'{key}-01'):%b %Y}"
