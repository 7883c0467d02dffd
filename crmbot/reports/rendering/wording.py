"""The words of a report's figures for people: headings, amounts, rates and days; names are a program's."""

import re
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from crmbot.reports.rendering.folding import day_words
from crmbot.reports.rendering.sections import SUMMARY, Row, Section

_NAMES = frozenset({"key", "step", "channel", "source"})
"""Columns whose words are names with underscores."""
_HEADS = {
    "user_name": "Owner",
    "owner_name": "Owner",
    "number": "Deal",
    "rate_from_previous": "Of the step before",
    "rate_from_first": "Of the first step",
    "conversion_rate": "Conversion",
    "total_clv": "Lifetime value",
    "average_clv": "On average",
    "weighted_value": "Weighted",
    "value_before": "Before",
    "value_after": "After",
    "close_before": "Close before",
    "close_after": "Close after",
}
"""What columns are called where their names are a program's."""
_FIGURES = {
    "average_clv": "Average lifetime value",
    "median_hours_to_contact": "Hours to first contact, median",
    "total_new_customers": "New customers",
    "total_opportunities": "Open deals",
    "total.count": "Deals lost",
    "total.value": "Value lost",
    "stale.count": "Over 90 days, no recent activity: deals",
    "stale.value": "Over 90 days, no recent activity: value",
}
"""What single figures are called where their names are a program's."""
_RATES = frozenset({"share", "overall"})
_KEYS = frozenset({"unspecified", "unknown"})
"""Names that are no person's words, shown like other words."""
_KEYED = {"by_type": "Kind", "by_channel": "Channel", "by_category": "Category", "aging": "Age", "aging_value": "Age"}
"""What the keys of a section are."""
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")


def cell_text(section: Section, row: Row, place: int, zone: ZoneInfo) -> str:
    """Return a cell as people write it; of the single figures the first cell is what the second is called."""
    column, value = section.columns[place], row[place]
    if column == "number":
        return f"D-{value}"
    if section.name == SUMMARY:
        return _figure_name(value) if place == 0 else _text(value, row[0], zone)
    if place == 0 and isinstance(value, str) and (column in _NAMES or value in _KEYS):
        return _words(value)
    if column == "month" and _MONTH.fullmatch(str(value)):
        return f"{date.fromisoformat(f'{value}-01'):%b %Y}"
    return _text(value, column, zone)


def head_text(section: Section, place: int) -> str:
    """Return a column's heading; what is counted by a key is no value."""
    column = section.columns[place]
    if column == "key":
        return _KEYED.get(section.name, "Key")
    if (
        column == "value"
        and section.columns == ("key", "value")
        and all(isinstance(row[1], int) for row in section.rows)
    ):
        return "Count"
    return _HEADS.get(column) or _words(column)


def _text(value: Any, name: str, zone: ZoneInfo) -> str:
    """Return a value as people write it; rates, which their names tell, in percent."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return _number(value * 100, 1) + "%" if _is_rate(name) else _number(value, 2)
    if isinstance(value, datetime):
        return f"{value.astimezone(zone):%a %-d %b %Y, %H:%M}"
    if isinstance(value, date):
        return day_words(value)
    return "".join(c if c.isprintable() else " " for c in str(value))


def _number(value: float, decimals: int) -> str:
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".")


def _is_rate(name: str) -> bool:
    *around, last = name.split(".")
    return last in _RATES or "rate" in last.split("_") or any(part.endswith("rates") for part in around)


def _figure_name(name: str) -> str:
    """Return what a single figure is called: funnel.new, Funnel: new; created.count, Created: deals."""
    if name in _FIGURES:
        return _FIGURES[name]
    counted = name.removesuffix(".count")
    return _words(counted) if counted == name else f"{_words(counted)}: deals"


def section_title(name: str) -> str:
    """Return a breakdown's title: created.deals is Created."""
    return "In no sum, without a rate" if name == "unconverted" else _words(name.removesuffix(".deals"))


def _words(name: str) -> str:
    text = name.replace("_", " ").replace(".", ": ").replace("clv", "CLV")
    return text[:1].upper() + text[1:]
