"""Digests as mail: the numbers and the order of the Slack digests, for an inbox."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from crmbot.mail.letters import render_letter
from crmbot.mail.outgoing import one_line
from crmbot.mail.phrases import WIDTH, Phrases
from crmbot.reports.digests import AgingDigest, ForecastDigest, OverdueDigest
from crmbot.reports.digests.base import Digest
from crmbot.reports.rendering.columns import TextTable
from crmbot.reports.rendering.table import read_tables, read_warnings
from crmbot.reports.values import Report

_AGES = {
    "under_30_days": "Under 30 days",
    "30_to_60_days": "30 to 60 days",
    "60_to_90_days": "60 to 90 days",
    "over_90_days": "Over 90 days",
}


def render_digest(name: str, values: Digest | Report, late: str) -> dict[str, Any]:
    """Return subject, text and HTML of the digest `name` as a `mail.send` row carries them; `late` says why it is."""
    zone = ZoneInfo(values.timezone if isinstance(values, Digest) else values.meta.timezone)
    template, more = _look(values)
    common = {"d": values, "w": Phrases(zone), "digest": one_line(name), "late": _sentence(late), "width": WIDTH}
    return dict(render_letter(template, **common, **more))


def _sentence(text: str) -> str:
    line = one_line(text)
    return f"{line[:1].upper()}{line[1:]}"


def _look(values: Digest | Report) -> tuple[str, Mapping[str, Any]]:
    """Return the template of the values, and what it needs beside them."""
    match values:
        case OverdueDigest():
            return "digest_overdue", {"title": "Overdue activities", "meta": values}
        case AgingDigest():
            return "digest_aging", {"title": "Aging pipeline", "meta": values, "ages": _ages(values)}
        case ForecastDigest():
            tables = {"cases": _cases(values), "months": _months(values)}
            return "digest_forecast", {"title": "Forecast", "meta": values, **tables}
        case Report():
            tables = {"tables": read_tables(values), "warnings": read_warnings(values)}
            return "digest_report", {"title": values.title, "meta": values.meta, **tables}
    raise TypeError(f"{type(values).__name__} is no digest")


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
    return TextTable("Forecast", ("Forecast", "Now", "A week ago", "Change"), rows, (False, True, True, True))


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
