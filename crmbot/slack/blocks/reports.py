"""The card of a report: its figures, the first breakdown as a table, the others as text."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from crmbot.crm.answers import ReportAnswer
from crmbot.domain.money import Money
from crmbot.reports.rendering.sections import SUMMARY, Section, read_sections
from crmbot.reports.values import Report
from crmbot.slack.blocks.charts import chart_blocks
from crmbot.slack.blocks.primitives import context, fields, header, section, sentence, stack, table
from crmbot.slack.message import Block, Message
from crmbot.slack.mrkdwn import Mrkdwn, bold, escape, join, one_line
from crmbot.slack.reader import Reader

_HIDDEN = frozenset({"id", "user_id", "owner_id", "as_of", "currency", "period.from", "period.to", "period_days"})
_MOST_ROWS = 12
_MOST_FIGURES = 10
_MOST_SECTIONS = 8


def report_message(answer: ReportAnswer, reader: Reader) -> Message:
    """Return a report as it would be read aloud: period first, then the figures, then where they come from."""
    report = answer.report
    if not isinstance(report, Report):
        return Message(escape(answer.said), (sentence(answer.said),))
    sections = [part for part in read_sections(report) if part.rows]
    figures = [row for part in sections if part.name == SUMMARY for row in part.rows if row[0] not in _HIDDEN]
    rest = [part for part in sections if part.name != SUMMARY][:_MOST_SECTIONS]
    charts, pictures = chart_blocks(report)
    tables = [_as_table(part, reader) if place == 0 else _as_lines(part, reader) for place, part in enumerate(rest)]
    blocks = stack(
        header(report.title),
        context(_circumstances(report)),
        fields((_words(name), _shown(value, reader)) for name, value in figures[:_MOST_FIGURES]),
        charts,
        *tables,
        None if rest or figures else context("Nothing to report in this period."),
    )
    return Message(escape(answer.said), blocks, pictures)


def _circumstances(report: Report) -> Mrkdwn:
    meta = report.meta
    as_of = meta.as_of.astimezone(ZoneInfo(meta.timezone))
    whose = "all records" if meta.scope == "all" and meta.owner_id is None else "one owner's records"
    period = f"{meta.period.from_on} to {meta.period.to_on}"
    return join([period, f"as of {as_of:%Y-%m-%d %H:%M} {meta.timezone}", meta.currency, whose])


def _as_table(part: Section, reader: Reader) -> tuple[Block, ...]:
    # What has a name needs no key beside it.
    hidden = _HIDDEN | ({"key"} if "name" in part.columns else set())
    shown = [place for place, column in enumerate(part.columns) if column not in hidden]
    heads = [_words(part.columns[place]) for place in shown]
    rows = [[_plain(row[place], reader) for place in shown] for row in part.rows[:_MOST_ROWS]]
    numeric = [at for at, place in enumerate(shown) if all(_is_figure(row[place]) for row in part.rows)]
    return stack(section(bold(_words(part.name))), table(heads, rows, numeric=numeric), _left(part))


def _as_lines(part: Section, reader: Reader) -> tuple[Block, ...]:
    shown = [place for place, column in enumerate(part.columns) if column not in _HIDDEN]
    lines = []
    for row in part.rows[:_MOST_ROWS]:
        first, *others = shown
        facts = [f"{_words(part.columns[at]).lower()} {_plain(row[at], reader)}" for at in others]
        lines.append(Mrkdwn(f"• {one_line(_words(_plain(row[first], reader)), 80)}: {one_line(', '.join(facts), 200)}"))
    return stack(section(join([bold(_words(part.name)), *lines], "\n")), _left(part))


def _left(part: Section) -> Block | None:
    left = len(part.rows) - _MOST_ROWS
    return context(f"… and {left} more") if left > 0 else None


def _is_figure(value: Any) -> bool:
    return value is None or (isinstance(value, int | float | Money) and not isinstance(value, bool))


def _shown(value: Any, reader: Reader) -> Mrkdwn:
    return one_line(_plain(value, reader), 200)


def _plain(value: Any, reader: Reader) -> str:
    match value:
        case None:
            return "–"  # noqa: RUF001 - a dash
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            return f"{value:.3f}".rstrip("0").rstrip(".")
        case datetime():
            return f"{value.astimezone(reader.zone):%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case tuple():
            return f"{len(value):,}"
    return str(value)


def _words(name: str) -> str:
    text = name.replace("_", " ").replace(".", ": ")
    return text[:1].upper() + text[1:]
