"""The card of a report: its headline figures, warnings and charts, then its breakdowns."""

from collections.abc import Callable, Mapping, Sequence

from crmbot.crm.answers import ReportAnswer
from crmbot.domain.money import without_rate
from crmbot.reports.remarks import remark_of
from crmbot.reports.values import Report, Unconverted
from crmbot.slack.blocks.charts import chart_blocks
from crmbot.slack.blocks.primitives import context, fields, header, section, sentence, stack, table
from crmbot.slack.blocks.reports.deals import (
    tell_lost_reasons,
    tell_pipeline,
    tell_pipeline_changes,
    tell_sales_forecast,
    tell_sales_pipeline,
)
from crmbot.slack.blocks.reports.people import (
    tell_activity_summary,
    tell_conversion_funnel,
    tell_customer_acquisition,
    tell_lead_conversion,
)
from crmbot.slack.blocks.reports.telling import Breakdown, Lines, Telling
from crmbot.slack.message import Block, Message
from crmbot.slack.mrkdwn import Mrkdwn, bold, escape, join, one_line
from crmbot.slack.reader import Reader

_MOST_ROWS = 12
_MOST_NAMED = 5
_TELLERS: Mapping[str, Callable[[Report, Reader], Telling]] = {
    "activity-summary": tell_activity_summary,
    "conversion-funnel": tell_conversion_funnel,
    "customer-acquisition": tell_customer_acquisition,
    "lead-conversion": tell_lead_conversion,
    "lost-reasons": tell_lost_reasons,
    "pipeline": tell_pipeline,
    "pipeline-changes": tell_pipeline_changes,
    "sales-forecast": tell_sales_forecast,
    "sales-pipeline": tell_sales_pipeline,
}


def report_message(answer: ReportAnswer, reader: Reader) -> Message:
    """Return a report as it would be read aloud: period first, then the figures, then where they come from."""
    report = answer.report
    if not isinstance(report, Report):
        return Message(escape(answer.said), (sentence(answer.said),))
    telling = _TELLERS[report.name](report, reader)
    charts, pictures = chart_blocks(report)
    hint = without_rate([deal.currency for deal in report.meta.unconverted])
    head = (header(_heading(report, reader)), context(_circumstances(report, reader)), sentence(hint) if hint else None)
    if telling.anything:
        blocks = stack(
            *head,
            fields((label, one_line(value)) for label, value in telling.figures),
            _warnings(telling.warnings),
            charts,
            *(_part(part) for part in telling.parts),
            _remark(report),
            _left_out(report.meta.unconverted),
        )
    else:
        blocks = stack(*head, sentence("Nothing to report in this period."), _left_out(report.meta.unconverted))
    return Message(escape(answer.said), blocks, pictures if telling.anything else ())


def _heading(report: Report, reader: Reader) -> str:
    """Return the title; where one person's records are counted, it says whose."""
    if report.meta.owner_id is None:
        return report.title
    whose = "your own records" if report.meta.owner_id == reader.user_id else _whose(report, reader)
    return f"{report.title}: {whose}"


def _circumstances(report: Report, reader: Reader) -> Mrkdwn:
    meta = report.meta
    period = f"{reader.exact_day(meta.period.from_on)} to {reader.exact_day(meta.period.to_on)}"
    foreign = f"days of {meta.timezone}" if meta.timezone != reader.zone.key else ""
    as_of = Mrkdwn(f"as of {reader.moment(meta.as_of)}")
    return join([period, as_of, foreign, f"sums in {meta.currency}", _whose(report, reader)])


def _whose(report: Report, reader: Reader) -> str:
    owner = report.meta.owner_id
    if owner is None:
        return "everybody's records"
    if owner == reader.user_id:
        return "your records"
    return f"{report.owner_name}'s records" if report.owner_name else "one owner's records"


def _warnings(warnings: Sequence[str]) -> Block | None:
    return section(join([f"⚠️ {warning}" for warning in warnings[:_MOST_ROWS]], "\n")) if warnings else None


def _part(part: Breakdown | Lines) -> tuple[Block, ...]:
    if isinstance(part, Lines):
        lines = [Mrkdwn(f"• {one_line(line, 200)}") for line in part.lines]
        return stack(section(join([bold(part.title), *lines], "\n")))
    if not part.rows:
        return ()
    numeric = range(part.words, len(part.heads))
    return stack(
        section(bold(part.title)),
        table(part.heads, part.rows[:_MOST_ROWS], numeric=numeric),
        _left(part),
    )


def _left(part: Breakdown) -> Block | None:
    left = len(part.rows) - _MOST_ROWS
    return context(f"… and {left} more") if left > 0 else None


def _remark(report: Report) -> Block | None:
    remark = remark_of(report)
    return context(remark) if remark else None


def _left_out(found: Sequence[Unconverted]) -> Block | None:
    if not found:
        return None
    named = ", ".join(f"D-{deal.number} {deal.title} ({deal.amount})" for deal in found[:_MOST_NAMED])
    more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
    return context(f"Without a rate for their currency, so not in the sums: {named}{more}")
