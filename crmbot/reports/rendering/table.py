"""A report as tables of text, and as aligned lines for a terminal."""

import textwrap
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from crmbot.domain.money import Money
from crmbot.reports.rendering.columns import TextTable, draw
from crmbot.reports.rendering.folding import fold_days
from crmbot.reports.rendering.sections import SUMMARY, Section, read_sections
from crmbot.reports.values import Report

_HIDDEN_COLUMNS = frozenset({"id", "user_id", "owner_id"})
_HIDDEN_FIGURES = frozenset({"as_of", "currency", "period.from", "period.to", "period_days"})
_NAMES = frozenset({"key", "step", "channel", "source"})
"""Columns whose words are names with underscores."""
_HEADS = {"user_name": "Owner", "owner_name": "Owner", "number": "Deal"}
"""What columns are called where their names are a program's."""
_KEYED = {"by_type": "Kind", "by_channel": "Channel", "by_category": "Category", "aging": "Age", "aging_value": "Age"}
"""What the keys of a section are."""
_EMPTY = "Nothing to report in this period."
_WARNINGS = "warnings"
_BY_STAGE = "by_stage"


def as_table(report: Report, width: int = 100) -> str:
    """Return the report as text of at most `width` columns: headings, figures to the right, long words cut with …."""
    lines = [report.title.upper(), *textwrap.wrap(circumstances(report), width)]
    tables, warnings = read_tables(report), read_warnings(report)
    if not tables and not warnings:
        lines += ["", _EMPTY]
    for table in tables:
        lines += ["", *([table.title] if table.title else []), *draw(table, width)]
    for warning in warnings:
        lines += ["", *textwrap.wrap(warning, width, initial_indent="! ", subsequent_indent="  ")]
    return "\n".join([*(line[:width].rstrip() for line in lines), ""])


def circumstances(report: Report) -> str:
    """Return the days a report is about, when it was computed, in which currency and over whose records."""
    meta, period = report.meta, report.meta.period
    whose = f"{report.owner_name or 'one owner'}'s records" if meta.owner_id else "all records"
    as_of = meta.as_of.astimezone(ZoneInfo(meta.timezone))
    return f"{period.from_on} to {period.to_on}, as of {as_of:%Y-%m-%d %H:%M} {meta.timezone}, {meta.currency}, {whose}"


def read_tables(report: Report) -> tuple[TextTable, ...]:
    """Return the report's tables with something in them, its single figures first; none when all of it is zero."""
    sections = [section for section in read_sections(report) if section.name != _WARNINGS]
    if not _has_figures(sections):
        return ()
    tables = (_as_text(_with_names(fold_days(section), report.stage_names)) for section in sections)
    return tuple(table for table in tables if table.rows)


def _with_names(section: Section, names: Mapping[str, str]) -> Section:
    """Return a section that calls stages by their names: keys are for programs."""
    columns = section.columns
    if "name" in columns and columns[0] in {"key", "stage"}:
        return Section(section.name, ("stage", *columns[2:]), tuple((row[1], *row[2:]) for row in section.rows))
    if section.name == _BY_STAGE and columns[0] == "key":
        rows = tuple((names.get(row[0], row[0]), *row[1:]) for row in section.rows)
        return Section(section.name, ("stage", *columns[1:]), rows)
    return section


def read_warnings(report: Report) -> tuple[str, ...]:
    """Return the sentences of the thresholds that were passed."""
    found = [section for section in read_sections(report) if section.name == _WARNINGS]
    return tuple(row[section.columns.index("message")] for section in found for row in section.rows)


def _has_figures(sections: list[Section]) -> bool:
    cells = (cell for section in sections for row in section.rows if row[0] not in _HIDDEN_FIGURES for cell in row)
    return any(
        (cell.minor if isinstance(cell, Money) else cell) for cell in cells if isinstance(cell, Money | int | float)
    )


def _as_text(section: Section) -> TextTable:
    summary = section.name == SUMMARY
    shown = [n for n, column in enumerate(section.columns) if column not in _HIDDEN_COLUMNS]
    rows = [row for row in section.rows if not (summary and row[0] in _HIDDEN_FIGURES)]
    return TextTable(
        title="" if summary else _words(section.name),
        heads=() if summary else tuple(_head(section, n) for n in shown),
        rows=tuple(
            tuple(
                f"D-{row[n]}"
                if section.columns[n] == "number"
                else _text(row[n], named=n == 0 and (summary or section.columns[n] in _NAMES))
                for n in shown
            )
            for row in rows
        ),
        right=tuple(
            place > 0
            and (
                summary
                or (
                    section.columns[n] != "number"
                    and all(isinstance(row[n], int | float | Money | None) for row in rows)
                )
            )
            for place, n in enumerate(shown)
        ),
    )


def _head(section: Section, place: int) -> str:
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


def _text(value: Any, *, named: bool) -> str:
    if value is None:
        return "-"
    if isinstance(value, Money):
        return f"{value.amount:,f}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.3f}".removesuffix("0")
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}Z"
    if isinstance(value, date):
        return value.isoformat()
    text = "".join(c if c.isprintable() else " " for c in str(value))
    return _words(text) if named else text


def _words(name: str) -> str:
    text = name.replace("_", " ").replace(".", ": ").replace("clv", "CLV")
    return text[:1].upper() + text[1:]
