"""A report as aligned text for a terminal."""

import textwrap
import unicodedata
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from crmbot.domain.money import Money
from crmbot.reports.rendering.sections import SUMMARY, Section, read_sections
from crmbot.reports.values import Report

_GAP = "  "
_HIDDEN_COLUMNS = frozenset({"id", "user_id", "owner_id"})
_HIDDEN_FIGURES = frozenset({"as_of", "currency", "period.from", "period.to", "period_days"})
_NAMES = frozenset({"key", "step", "channel", "source"})
"""Columns whose words are names with underscores."""
_EMPTY = "Nothing to report in this period."
_SMALLEST = 8


def as_table(report: Report, width: int = 100) -> str:
    """Return the report as text of at most `width` columns: headings, figures to the right, long words cut with …."""
    meta, period = report.meta, report.meta.period
    whose = "all records" if meta.scope == "all" and meta.owner_id is None else "one owner's records"
    as_of = meta.as_of.astimezone(ZoneInfo(meta.timezone))
    sections = read_sections(report)
    lines = [
        report.title.upper(),
        f"{period.from_on} to {period.to_on}, as of {as_of:%Y-%m-%d %H:%M} {meta.timezone}, {meta.currency}, {whose}",
    ]
    if not _has_figures(sections):
        return "\n".join([*lines, "", _EMPTY, ""])
    for section in sections:
        if section.name == "warnings":
            lines += _warn(section, width)
        elif section.rows:
            lines += _draw(section, width)
    return "\n".join([*(line[:width].rstrip() for line in lines), ""])


def _has_figures(sections: tuple[Section, ...]) -> bool:
    cells = (cell for section in sections for row in section.rows if row[0] not in _HIDDEN_FIGURES for cell in row)
    return any(
        (cell.minor if isinstance(cell, Money) else cell) for cell in cells if isinstance(cell, Money | int | float)
    )


def _draw(section: Section, width: int) -> list[str]:
    summary = section.name == SUMMARY
    shown = [n for n, column in enumerate(section.columns) if column not in _HIDDEN_COLUMNS]
    rows = [row for row in section.rows if not (summary and row[0] in _HIDDEN_FIGURES)]
    if not rows:
        return []
    texts = [[_text(row[n], named=n == 0 and (summary or section.columns[n] in _NAMES)) for n in shown] for row in rows]
    right = [all(isinstance(row[n], int | float | Money | None) for row in rows) or summary for n in shown]
    right[0] = False
    heads = [] if summary else [[_words(section.columns[n]) for n in shown]]
    bodies = [max(_width(line[n]) for line in texts) for n in range(len(shown))]
    wide = [max(_width(line[n]) for line in [*heads, *texts]) for n in range(len(shown))]
    # Figures are never cut, their headings and words may be.
    sizes = _fit(wide, [body if to_right else _SMALLEST for body, to_right in zip(bodies, right, strict=True)], width)
    drawn = [_line(line, sizes, right) for line in [*heads, *texts]]
    if summary:
        return ["", *drawn]
    rule = "─" * min(width, max(_width(line) for line in drawn))
    return ["", _words(section.name), drawn[0], rule, *drawn[1:]]


def _warn(section: Section, width: int) -> list[str]:
    message = section.columns.index("message")
    wrapped = (textwrap.wrap(row[message], width, initial_indent="! ", subsequent_indent="  ") for row in section.rows)
    return [line for lines in wrapped for line in ("", *lines)]


def _fit(sizes: list[int], least: list[int], width: int) -> list[int]:
    """Shorten the widest columns until the line fits, none below what it needs at least."""
    sizes = list(sizes)
    while sum(sizes) + len(_GAP) * (len(sizes) - 1) > width:
        widest = max(range(len(sizes)), key=lambda n: (sizes[n] > least[n], sizes[n]))
        if sizes[widest] <= least[widest]:
            break
        sizes[widest] -= 1
    return sizes


def _line(texts: list[str], sizes: list[int], right: list[bool]) -> str:
    cells = []
    for text, size, to_right in zip(texts, sizes, right, strict=True):
        shown = _cut(text, size)
        pad = " " * (size - _width(shown))
        cells.append(pad + shown if to_right else shown + pad)
    return _GAP.join(cells).rstrip()


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


def _width(text: str) -> int:
    """Return how many columns a terminal gives the text."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _cut(text: str, size: int) -> str:
    if _width(text) <= size:
        return text
    while _width(text) > size - 1:
        text = text[:-1]
    return f"{text}…"
