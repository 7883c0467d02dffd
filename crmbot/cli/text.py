"""Answers as plain text for a terminal."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import singledispatch
from zoneinfo import ZoneInfo

from crmbot.crm import answers
from crmbot.crm.entrances import WebLink
from crmbot.crm.offered import ProposalView
from crmbot.domain.line_items import as_typed
from crmbot.domain.nouns import titled
from crmbot.reports.digests.base import Digest

_MAX_WIDTH = 100


@singledispatch
def as_text(answer: answers.Answer, zone: ZoneInfo) -> str:
    """Return an answer as lines of text; instants stand in `zone`."""
    del zone
    return answer.said


@as_text.register
def _outcome(answer: answers.Outcome, zone: ZoneInfo) -> str:
    lines = [f"Dry run, nothing was changed. It would say: {answer.said}" if answer.dry_run else answer.said]
    lines += [f"  Note: {warning}" for warning in answer.warnings]
    lines += [
        f"  {change.record} {change.label}: {change.before or '-'} -> {change.after or '-'}"
        for change in answer.changes
    ]
    lines += [f"  {_line(record, zone)}" for record in answer.also]
    lines += [said for said in (answer.secret, answer.link) if said]
    return "\n".join(lines)


@as_text.register
def _shown(answer: answers.Shown, zone: ZoneInfo) -> str:
    lines = [_line(answer.record, zone)]
    if isinstance(answer.record, answers.ActivityView):
        lines += [f"  {label}: {said}" for label, said in _carried(answer.record, zone) if said]
    if isinstance(answer.record, ProposalView):
        lines += [f"  {as_typed(item)}" for item in answer.record.items]
    lines += [f"  {_line(record, zone)}" for record in answer.related]
    if answer.mail_address:
        lines.append(f"  Mail to {answer.mail_address} is logged here.")
    for entry in answer.timeline:
        by = f" ({entry.by})" if entry.by else ""
        lines.append(f"  {_moment(entry.at, zone)}  {entry.text}{by}")
    return "\n".join(lines)


@as_text.register
def _listing(answer: answers.Listing, zone: ZoneInfo) -> str:
    lines = [answer.said, *(f"  {_line(record, zone)}" for record in answer.records)]
    pages = -(-answer.total // answer.per_page)
    if pages > 1:
        more = " or more" if answer.more else ""
        lines.append(f"  page {answer.page} of {pages}{more}; the next one: page:{answer.page + 1}")
    return "\n".join(lines)


@as_text.register
def _board(answer: answers.Board, zone: ZoneInfo) -> str:
    lines = [answer.said]
    for column in answer.columns:
        lines.append(_sum(column))
        lines += [f"  {_line(deal, zone)}" for deal in column.deals]
        hidden = column.count - len(column.deals)
        if hidden:
            lines.append(f"  and {hidden} more")
    if answer.unconverted:
        lines.append("Without a rate, in no sum: " + ", ".join(link.reference for link in answer.unconverted))
    return "\n".join(lines)


def _sum(column: answers.BoardColumn) -> str:
    return f"{column.name}: {column.count}, {column.value}, weighted {column.weighted}"


@as_text.register
def _today(answer: answers.Today, zone: ZoneInfo) -> str:
    lines = [answer.said]
    for title, records, total in (
        ("Overdue", answer.overdue, answer.overdue_total),
        ("Due today", answer.due_today, answer.due_total),
        ("Going stale", answer.stale, answer.stale_total),
    ):
        left = [f"and {total - len(records)} more"] if total > len(records) else []
        lines += _section(title, [*(_line(record, zone) for record in records), *left])
    if answer.triage:
        lines.append(f"{answer.triage} {'mail waits' if answer.triage == 1 else 'mails wait'} in triage.")
    if answer.pipeline and any(column.count for column in answer.pipeline.columns):
        lines += ["Open pipeline:", *(f"  {_sum(column)}" for column in answer.pipeline.columns if column.count)]
    return "\n".join(lines)


@as_text.register
def _found(answer: answers.Found, zone: ZoneInfo) -> str:
    del zone
    rows = [f"  {hit.link.reference}  {hit.link.title}  {', '.join(hit.facts)}".rstrip() for hit in answer.hits]
    return "\n".join([answer.said, *rows])


@as_text.register
def _table(answer: answers.Table, zone: ZoneInfo) -> str:
    del zone
    return "\n".join([answer.said, *_columns([answer.columns, *answer.rows])]) if answer.rows else answer.said


@as_text.register
def _help(answer: answers.Help, zone: ZoneInfo) -> str:
    del zone
    lines = [answer.said]
    for title, rows in answer.groups:
        lines += ["", title, *(f"  {line}" for line in _columns(rows))]
    return "\n".join(lines)


@as_text.register
def _mail(answer: answers.MailAnswer, zone: ZoneInfo) -> str:
    return answer.said if answer.activity is None else f"{answer.said}\n  {_line(answer.activity, zone)}"


@as_text.register
def _entrance(answer: WebLink, zone: ZoneInfo) -> str:
    del zone
    return f"{answer.said} It opens once, within {answer.minutes} minutes:\n{answer.url}"


@as_text.register
def _triage(answer: answers.Triage, zone: ZoneInfo) -> str:
    rows = [
        f"  {_moment(mail.sent_at, zone)}  {mail.from_name or mail.from_address}: {mail.subject} ({mail.reason})"
        for mail in answer.emails
    ]
    return "\n".join([answer.said, *rows])


@as_text.register
def _report(answer: answers.ReportAnswer, zone: ZoneInfo) -> str:
    del zone
    if isinstance(answer.report, Digest):
        from crmbot.mail.digests import render_digest

        return f"{answer.said}\n\n{render_digest(answer.name, answer.report, '')['text']}"
    from crmbot.reports.rendering.table import as_table

    return as_table(answer.report, _MAX_WIDTH)


def _line(record: answers.Record, zone: ZoneInfo) -> str:
    match record:
        case answers.DealView():
            closed = record.closed_at and record.closed_at.astimezone(zone)
            expected = record.expected_close and f"closes {record.expected_close:%a %-d %b %Y}"
            facts: Sequence[object] = (
                record.value,
                record.stage if closed else f"{record.stage} {record.probability} %",
                f"closed {closed:%a %-d %b %Y}" if closed else expected,
                record.lost_reason,
                *(f"{party.reference} {party.title}" for party in (record.contact, record.company) if party),
                record.owner and record.owner.name,
            )
        case answers.LeadView():
            facts = (
                titled(record.status),
                record.company_name,
                record.email,
                titled(record.source),
                record.owner and record.owner.name,
            )
        case answers.ContactView():
            facts = (record.role, record.company and record.company.title, *record.emails, record.phone, _worth(record))
        case answers.CompanyView():
            facts = (record.domain, record.industry, record.size, _worth(record))
        case answers.ActivityView():
            facts = (
                record.activity_kind,
                *(f"{link.reference} {link.title}" for link in record.about),
                _due(record, zone),
                record.owner and record.owner.name,
            )
        case ProposalView():
            until = record.expires_on and f"valid until {record.expires_on:%a %-d %b %Y}"
            facts = (record.status, record.totals.total, record.accepted_by, until, " ".join(record.deal), record.owner)
    return "  ".join([record.reference, record.title, ", ".join(str(fact) for fact in facts if fact)]).rstrip()


def _worth(party: answers.ContactView | answers.CompanyView) -> str:
    return f"lifetime value {party.lifetime_value}" if party.lifetime_value is not None else ""


def _carried(activity: answers.ActivityView, zone: ZoneInfo) -> Iterable[tuple[str, str]]:
    """Yield what mail brought: a meeting's place and answers, and the files."""
    meeting = activity.meeting
    if meeting is None:
        yield "Attendees", ", ".join(activity.attendees)
    else:
        if meeting.cancelled_at:
            yield "Was planned for", _moment(meeting.starts_at, zone) if meeting.starts_at else _day(meeting.starts_on)
        yield "Where", meeting.place or ""
        yield "Repeats", "" if meeting.cancelled_at else meeting.repeats or ""
        yield "Attendees", ", ".join(f"{name} ({answer})" for name, answer in meeting.attendees)
    kept = (f"{one.name} ({one.size:,} B{'' if one.kept else ', too large to be kept'})" for one in activity.files)
    yield "Files", ", ".join(kept)
    yield "Outcome", activity.outcome or ""
    yield "Notes", activity.notes or ""


def _day(day: date | None) -> str:
    return f"{day:%a %-d %b %Y}" if day else ""


def _due(record: answers.ActivityView, zone: ZoneInfo) -> str:
    if record.completed_at:
        return f"done {_moment(record.completed_at, zone)}"
    if record.due_at:
        return f"due {_moment(record.due_at, zone)}"
    return f"due {_day(record.due_on)}" if record.due_on else ""


def _section(title: str, lines: Iterable[str]) -> list[str]:
    rows = [f"  {line}" for line in lines]
    return [f"{title}:", *rows] if rows else []


def _columns(rows: Iterable[Sequence[str]]) -> list[str]:
    cells = [list(row) for row in rows]
    widths = [max(len(row[place]) for row in cells) for place in range(len(cells[0]))] if cells else []
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%a %-d %b %Y, %H:%M %Z}"
