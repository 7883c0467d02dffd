"""The Home tab: a person's day, their pipeline, and the way to everything else."""

from typing import Any

from crmbot.crm.answers import ActivityView, Board, BoardColumn, Home, LastEffect, Today
from crmbot.crm.requests import ListTriage, ShowDeal, Undo
from crmbot.slack.blocks import limits
from crmbot.slack.blocks.lines import record_row, settling
from crmbot.slack.blocks.lists import left_out, numbered
from crmbot.slack.blocks.primitives import actions, context, divider, header, section, stack
from crmbot.slack.forms.asked import Asked, form_button
from crmbot.slack.message import Block
from crmbot.slack.mrkdwn import Mrkdwn, bold, join, one_line
from crmbot.slack.press import press_button
from crmbot.slack.prose import prose
from crmbot.slack.reader import Reader, count

_MOST_TASKS = 10
_MOST_STALE = 5
_MOST_NAMED = 3
_NEW = (("New deal", "deal.new"), ("New lead", "lead.new"), ("New task", "task.new"), ("Log …", "activity.log"))
"""What can be begun from here: the label, and the request that its form makes."""


def home_view(home: Home, reader: Reader) -> dict[str, Any]:
    """Return the view that Slack shows as the Home tab."""
    today = home.today
    waits = today.overdue or today.due_today or today.stale or today.triage
    blocks = stack(
        section(prose("today", today=today, reader=reader, waits=waits)),
        _last(home.last, reader) if home.last else None,
        _begin(reader),
        _tasks("⏰ Overdue", today.overdue, today.overdue_total, reader),
        _tasks("📅 Today", today.due_today, today.due_total, reader),
        _stale(today, reader),
        _triage(today),
        _pipeline(today.pipeline) if today.pipeline else None,
        context(Mrkdwn(f"As of {reader.exact_day(reader.today)}, {reader.now.astimezone(reader.zone):%H:%M}")),
    )
    return {"type": "home", "blocks": limits.fit_blocks(blocks, limits.VIEW_BLOCKS)}


def _last(last: LastEffect, reader: Reader) -> Block:
    undo = press_button("Undo", Undo(last.entry_id))
    return section(Mrkdwn(f"✅ {one_line(last.said, 300)}\n_{reader.moment(last.at)}_"), accessory=undo)


def _begin(reader: Reader) -> Block | None:
    buttons = [
        form_button(label, Asked(form), f"form.new_{place}")
        for place, (label, form) in enumerate(_NEW)
        if reader.may_edit(_NOUNS[form])
    ]
    return actions(*buttons)


_NOUNS = {"deal.new": "deals", "lead.new": "leads", "task.new": "activities", "activity.log": "activities"}


def _tasks(title: str, tasks: tuple[ActivityView, ...], total: int, reader: Reader) -> list[Block | None] | None:
    if not tasks:
        return None
    blocks: list[Block | None] = [numbered(title, total)]
    for task in tasks[:_MOST_TASKS]:
        blocks.append(record_row(task, reader))
        if reader.may_edit("activities", task.owner.id if task.owner else None):
            blocks.append(settling(task))
    blocks.append(left_out(total - min(len(tasks), _MOST_TASKS), "/task list", reader))
    return blocks


def _stale(today: Today, reader: Reader) -> list[Block | None] | None:
    shown = today.stale[:_MOST_STALE]
    if not shown:
        return None
    rows = [record_row(deal, reader) for deal in shown]
    total = max(today.stale_total, len(shown))
    return [numbered("🕸️ Going stale", total), *rows, left_out(total - len(shown), "/deal list stale mine", reader)]


def _triage(today: Today) -> list[Block | None] | None:
    if not today.triage:
        return None
    look = press_button(f"Look at {count(today.triage, 'waiting mail')}", ListTriage())
    return [header("📨 Triage"), actions(look)]


def _pipeline(board: Board) -> list[Block | None]:
    full = [column for column in board.columns if column.count]
    if not full:
        return [divider(), context("You have no open deals.")]
    total = Mrkdwn(f"{bold(board.total)}, weighted {one_line(board.weighted)}")
    left = ", ".join(f"{link.reference} {link.title}" for link in board.unconverted[:_MOST_NAMED])
    note = f"Without a rate for their currency, so not in the sums: {left}" if left else None
    return [
        header("💼 My pipeline"),
        section(total),
        *[_column(column) for column in full],
        context(note) if note else None,
    ]


def _column(column: BoardColumn) -> Block:
    first = column.deals[:_MOST_NAMED]
    names = join([Mrkdwn(f"{one_line(deal.title, 60)} {deal.reference}") for deal in first])
    more = f" … and {column.count - len(first)} more" if column.count > len(first) else ""
    head = Mrkdwn(
        f"{bold(column.name, 60)}  {count(column.count, 'deal')} · {column.value} · weighted {column.weighted}"
    )
    best = first[0] if first else None
    return section(
        Mrkdwn(f"{head}\n{names}{more}"),
        accessory=press_button(f"Open {best.reference}", ShowDeal(best.reference)) if best else None,
    )
