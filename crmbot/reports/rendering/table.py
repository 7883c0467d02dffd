"""A report as tables of text, and as aligned lines for a terminal."""

import textwrap
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from crmbot.domain.money import Money, without_rate
from crmbot.reports.remarks import remark_of
from crmbot.reports.rendering.columns import TextTable, draw
from crmbot.reports.rendering.folding import day_words, days_between, fold_days
from crmbot.reports.rendering.sections import SUMMARY, Section, read_sections
from crmbot.reports.rendering.wording import cell_text, head_text, section_title
from crmbot.reports.values import Report

_HIDDEN_COLUMNS = frozenset({"id", "user_id", "owner_id", "currency"})
_HIDDEN_FIGURES = frozenset({"as_of", "currency", "period.from", "period.to", "period_days"})
_EMPTY = "Nothing to report in this period."
_WARNINGS = "warnings"
_BY_STAGE = "by_stage"


def as_table(report: Report, width: int = 100) -> str:
    """Return the report as text of at most `width` columns: headings, figures to the right, long words cut with …."""
    lines = [report.title.upper(), *textwrap.wrap(circumstances(report), width)]
    lines += textwrap.wrap(without_rate([deal.currency for deal in report.meta.unconverted]), width)
    tables, warnings = read_tables(report), read_warnings(report)
    if not tables and not warnings:
        lines += ["", _EMPTY]
    for table in tables:
        lines += ["", *([table.title] if table.title else []), *draw(table, width)]
    remark = remark_of(report)
    lines += ["", *textwrap.wrap(remark, width)] if remark else []
    for warning in warnings:
        lines += ["", *textwrap.wrap(warning, width, initial_indent="! ", subsequent_indent="  ")]
    return "\n".join([*(line[:width].rstrip() for line in lines), ""])


def circumstances(report: Report) -> str:
    """Return the days a report is about, when it was computed, in which currency and over whose records."""
    meta, period = report.meta, report.meta.period
    whose = f"{report.owner_name or 'one owner'}'s records" if meta.owner_id else "all records"
    as_of = meta.as_of.astimezone(ZoneInfo(meta.timezone))
    return (
        f"{days_between(period.from_on, period.to_on)}, as of {day_words(as_of)}, {as_of:%H:%M} {meta.timezone}, "
        f"{meta.currency}, {whose}"
    )


def read_tables(report: Report) -> tuple[TextTable, ...]:
    """Return the report's tables with something in them, its single figures first; none when all of it is zero."""
    sections = [section for section in read_sections(report) if section.name != _WARNINGS]
    if not _has_figures(sections):
        return ()
    zone = ZoneInfo(report.meta.timezone)
    tables = (_as_text(_with_names(fold_days(section), report.stage_names), zone) for section in sections)
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


def _as_text(section: Section, zone: ZoneInfo) -> TextTable:
    summary = section.name == SUMMARY
    shown = [n for n, column in enumerate(section.columns) if column not in _HIDDEN_COLUMNS]
    rows = [row for row in section.rows if not (summary and row[0] in _HIDDEN_FIGURES)]
    return TextTable(
        title="" if summary else section_title(section.name),
        heads=() if summary else tuple(head_text(section, n) for n in shown),
        rows=tuple(tuple(cell_text(section, row, n, zone) for n in shown) for row in rows),
        right=tuple(place > 0 and (summary or _holds_figures(section, n)) for place, n in enumerate(shown)),
    )


def _holds_figures(section: Section, place: int) -> bool:
    if section.columns[place] == "number":
        return False
    said = [row[place] for row in section.rows if row[place] is not None]
    return bool(said) and all(isinstance(value, int | float | Money) for value in said)
