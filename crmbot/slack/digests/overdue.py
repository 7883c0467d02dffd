"""The overdue digest: what each owner should have done, with done, put off, reassign, and a nudge."""

from crmbot.reports.digests.overdue import OverdueDigest, OverdueItem, OverdueOwner
from crmbot.slack.blocks.limits import BLOCKS
from crmbot.slack.blocks.primitives import context, stack
from crmbot.slack.digests.rows import Deed, RowName, owner_row, row
from crmbot.slack.message import Block
from crmbot.slack.mrkdwn import Mrkdwn, bold, join, one_line
from crmbot.slack.reader import Reader, count

_ROOM = BLOCKS - 6
_SIGNS = {"call": "📞", "meeting": "📅", "email": "✉️", "task": "📌"}


def overdue_blocks(digest: OverdueDigest, reader: Reader) -> tuple[Block, ...]:
    """Return as many of the overdue activities as there is room for, and how many are left out."""
    blocks: list[Block] = []
    left = digest.overdue
    for place, owner in enumerate(digest.owners):
        told = _owner(owner, reader, place)
        if len(blocks) + 3 > _ROOM:
            break
        shown = (min(len(told), _ROOM - len(blocks)) - 1) // 2
        blocks.extend(told[: 1 + 2 * shown])
        left -= shown
    more = f"… and {count(left, 'more activity')}: `{reader.command('/task list overdue all')}`" if left else None
    return stack(blocks, context(Mrkdwn(more)) if more else None)


def _owner(owner: OverdueOwner, reader: Reader, place: int) -> tuple[Block, ...]:
    title = Mrkdwn(f"{bold(owner.user_name, 60)}  {count(owner.overdue, 'activity')}")
    name = owner_row(RowName("owner", str(place)), title, owner.user_id, owner.user_name)
    return stack(name, *[_item(item, owner, reader) for item in owner.items])


def _item(item: OverdueItem, owner: OverdueOwner, reader: Reader) -> tuple[Block, ...]:
    when = reader.moment(item.due_at) if item.due_at else reader.exact_day(item.due_on) if item.due_on else ""
    late = f"{count(item.days_overdue, 'day')} late" if item.days_overdue else "due today"
    about = Mrkdwn(f"{one_line(item.about.title, 80)}  {item.about.reference}") if item.about else Mrkdwn("")
    sign = _SIGNS.get(item.kind, "📌")
    title = Mrkdwn(f"{sign} {one_line(item.subject)}  {item.reference}\n{join([Mrkdwn(f'*{late}*'), when, about])}")
    return row(RowName("overdue", item.reference), title, Deed(item.reference, owner.user_name))
