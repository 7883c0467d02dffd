"""Cards of what was looked up: a record with its timeline, lists, the board, today, search, triage, tables."""

from functools import partial

from crmbot.crm.answers import (
    ActivityView,
    Board,
    BoardColumn,
    Found,
    Link,
    Listing,
    Shown,
    Table,
    TimelineEntry,
    Today,
    Triage,
)
from crmbot.crm.carried import FileView
from crmbot.crm.requests import ListTriage, Request, ShowPipeline, ShowToday
from crmbot.domain.ids import Kind
from crmbot.slack.blocks.buttons import record_actions
from crmbot.slack.blocks.carried import file_menu
from crmbot.slack.blocks.lines import (
    ACTIVITY_ICONS,
    ICONS,
    entry,
    person,
    record_line,
    record_row,
    settling,
    share_record,
)
from crmbot.slack.blocks.outcomes import share_button, triage_blocks
from crmbot.slack.blocks.primitives import (
    actions,
    bar_chart,
    context,
    header,
    in_order,
    section,
    sentence,
    stack,
    table,
)
from crmbot.slack.blocks.records import record_card
from crmbot.slack.message import Block, Element, Message
from crmbot.slack.mrkdwn import Mrkdwn, bold, bold_title, escape, join, one_line, title_line
from crmbot.slack.press import press_button
from crmbot.slack.prose import prose
from crmbot.slack.reader import Reader, count

_MOST_ROWS = 10
_MOST_LINES = 8
_MOST_DEALS = 5
_LOG = {**ACTIVITY_ICONS, "note": "📝", "stage": "➡️", "status": "➡️", "proposal": "📄"}
_FACT = partial(title_line, limit=60)
_EMPTY_TIMELINE = "Nothing logged yet."


def shown_message(shown: Shown, reader: Reader) -> Message:
    """Return a record with what happened to it and what hangs on it."""
    lines = [_timeline_line(told, reader) for told in shown.timeline[:_MOST_LINES]]
    left = len(shown.timeline) - len(lines)
    more = f"… and {count(left, 'earlier entry', 'earlier entries')}" if left else ""
    blocks = in_order(
        *record_card(shown.record, reader),
        context(_mail_home(shown.mail_address)) if shown.mail_address else None,
        section(join([*lines, more], "\n")) if lines else context(_EMPTY_TIMELINE),
        *[record_row(record, reader) for record in shown.related[:_MOST_ROWS]],
        record_actions(shown.record, reader, file_menu(_files(shown)), share_record(shown.record.reference)),
    )
    return Message(escape(shown.said), blocks)


def _files(shown: Shown) -> list[tuple[str, FileView]]:
    """Return the files of an activity, or of the latest mails on a record's timeline."""
    record = shown.record
    if isinstance(record, ActivityView):
        return [(record.reference, one) for one in record.files]
    return [(told.reference or "", one) for told in shown.timeline for one in told.files]


def _mail_home(address: str) -> Mrkdwn:
    """Return where mail is logged with the record."""
    return Mrkdwn(f"✉️ Mail to {one_line(address, 200)} is logged here")


def _timeline_line(told: TimelineEntry, reader: Reader) -> Mrkdwn:
    by = f" · {title_line(told.by, 60)}" if told.by else ""
    by += f" · 📎 {len(told.files)}" if told.files else ""
    return Mrkdwn(f"{_LOG.get(told.what, '•')} {reader.moment(told.at)}  {one_line(told.text, 160)}{by}")


def listing_message(listing: Listing, reader: Reader, asked: Request | None) -> Message:
    """Return records in order, each with a button that opens it, and buttons to turn the page."""
    shown = listing.records[:_MOST_ROWS]
    pages = -(-listing.total // listing.per_page) if listing.per_page else 1
    counted = f"more than {listing.total:,}" if listing.more else f"{listing.total:,} in all"
    place = f"Page {listing.page} of {pages:,}{' or more' if listing.more else ''} · {counted}" if pages > 1 else None
    blocks = in_order(
        sentence(listing.said),
        *[record_row(record, reader) for record in shown],
        context(place) if place else None,
        actions(*_page_buttons(listing.page, pages, asked)),
    )
    return Message(escape(listing.said), blocks)


def _page_buttons(page: int, pages: int, asked: Request | None) -> list[Element | None]:
    if asked is None or not hasattr(asked, "page"):
        return []
    turns = [("Back", page - 1, "list.back"), ("More", page + 1, "list.more")]
    return [
        # As `dataclasses.replace` does, in a quarter of the steps.
        press_button(label, type(asked)(**{**vars(asked), "page": to}), action_id=action)
        for label, to, action in turns
        if 1 <= to <= pages
    ]


def board_message(board: Board, _reader: Reader, asked: Request | None) -> Message:
    """Return the pipeline stage by stage, with a chart of its value."""
    full = [column for column in board.columns if column.count]
    money = [(column.name, float(column.value.amount)) for column in board.columns]
    left = ", ".join(f"{link.reference} {link.title}" for link in board.unconverted[:_MOST_LINES])
    note = f"Without a rate for their currency, so not in the sums: {left}" if left else None
    blocks = in_order(
        sentence(board.said),
        bar_chart("Open value by stage", [("Value", money)]) if full else None,
        *[_column(column) for column in full],
        context(note) if note else None,
        actions(share_button(asked or ShowPipeline())) if full else None,
    )
    return Message(escape(board.said), blocks)


def _column(column: BoardColumn) -> Block:
    lines = [
        f"• {title_line(deal.title, 80)}  {deal.reference} · {deal.value or 'no value'} · {person(deal.owner)}"
        for deal in column.deals[:_MOST_DEALS]
    ]
    left = column.count - len(lines)
    if left > 0:
        lines.append(f"… and {left} more")
    return section(Mrkdwn("\n".join([_head(column), *lines])))


def today_message(today: Today, reader: Reader) -> Message:
    """Return what waits for the reader or whose day it is, each with the buttons that settle it."""
    again = ShowToday(today.whose.id if today.whose else None)
    waits = today.overdue or today.due_today or today.stale or today.triage
    blocks = stack(
        section(prose("today", today=today, reader=reader, waits=waits)),
        _tasks("⏰ Overdue", today.overdue, today.overdue_total, reader, again),
        _tasks("📅 Today", today.due_today, today.due_total, reader, again),
        _stale(today, reader),
        actions(press_button(f"Look at {count(today.triage, 'waiting mail')}", ListTriage())) if today.triage else None,
        _sums("💼 Pipeline" if today.whose else "💼 My pipeline", today.pipeline) if today.pipeline else None,
    )
    return Message(escape(today.said), blocks)


def _sums(title: str, board: Board) -> list[Block | None] | None:
    """Return what stands in each stage; nothing where no deal is open."""
    full = [column for column in board.columns if column.count]
    if not full:
        return None
    total = Mrkdwn(f"{bold(board.total)}, weighted {one_line(board.weighted)}")
    left = ", ".join(f"{link.reference} {link.title}" for link in board.unconverted[:_MOST_DEALS])
    note = f"Without a rate for their currency, so not in the sums: {left}" if left else None
    return [header(title), section(join([total, *map(_head, full)], "\n")), context(note) if note else None]


def _head(column: BoardColumn) -> Mrkdwn:
    return Mrkdwn(
        f"{bold_title(column.name, 60)}  {count(column.count, 'deal')} · {column.value} · weighted {column.weighted}"
    )


def numbered(title: str, total: int) -> Block:
    """Return the heading of entries with how many there are, unless there is only one."""
    return header(f"{title} ({total})" if total > 1 else title)


def left_out(left: int, command: str, reader: Reader) -> Block | None:
    """Return how many entries are not shown, and the command that lists them all; None when all are shown."""
    return context(f"… and {left} more: {reader.command(command)}") if left > 0 else None


def _stale(today: Today, reader: Reader) -> list[Block | None] | None:
    shown = today.stale[:_MOST_LINES]
    if not shown:
        return None
    total = max(today.stale_total, len(shown))
    listed = "/deal list stale" if today.whose else "/deal list stale mine"
    rows = [record_row(deal, reader) for deal in shown]
    return [numbered("🕸️ Going stale", total), *rows, left_out(total - len(shown), listed, reader)]


def _tasks(
    title: str, tasks: tuple[ActivityView, ...], total: int, reader: Reader, again: ShowToday
) -> list[Block | None] | None:
    if not tasks:
        return None
    total = max(total, len(tasks))
    blocks: list[Block | None] = [numbered(title, total)]
    for task in tasks[:_MOST_LINES]:
        blocks.append(section(record_line(task, reader)))
        blocks.append(settling(task, again))
    listed = "/task list all" if again.owner else "/task list"
    blocks.append(left_out(total - min(len(tasks), _MOST_LINES), listed, reader))
    return blocks


def found_message(found: Found, _reader: Reader) -> Message:
    """Return what a search found, each with a button that opens it."""
    rows = [_hit(*hit) for hit in found.hits[:_MOST_ROWS]]
    return Message(escape(found.said), (sentence(found.said), *rows))


def _hit(link: Link, kind: Kind, facts: tuple[str, ...]) -> Block:
    reference, title = link
    told = " · ".join(filter(None, map(_FACT, facts)))
    return entry(Mrkdwn(f"{ICONS[kind]} {bold_title(title)}  {reference}\n{told}"), reference)


def triage_message(triage: Triage, reader: Reader) -> Message:
    """Return the mail that waits, each with what can be done."""
    rows = [triage_blocks(email, reader, ListTriage()) for email in triage.emails[:_MOST_LINES]]
    left = triage.total - len(rows)
    blocks = stack(sentence(triage.said), *rows, context(f"… and {left} more" if left > 0 else None))
    return Message(escape(triage.said), blocks)


def table_message(answer: Table, _reader: Reader) -> Message:
    """Return plain facts in rows."""
    rows = table(answer.columns, answer.rows) if answer.rows else None
    return Message(escape(answer.said), stack(sentence(answer.said), rows))
