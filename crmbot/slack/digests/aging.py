"""The aging digest: how old the open deals are, and the oldest ones with nudge, reassign, close and lose."""

from crmbot.reports.charts.plans.pipeline import AGES
from crmbot.reports.digests.aging import AgingDigest, OldDeal
from crmbot.slack.blocks.primitives import context, section, stack, table
from crmbot.slack.digests.rows import Deed, RowName, row
from crmbot.slack.message import Block
from crmbot.slack.mrkdwn import Mrkdwn, bold, join, one_line
from crmbot.slack.reader import Reader, count

_MOST_DEALS = 12
_MOST_OWNERS = 20


def aging_blocks(digest: AgingDigest, reader: Reader) -> tuple[Block, ...]:
    """Return the ages beside those of a week ago, and the oldest deals."""
    ages = [
        (AGES[one.key], f"{one.count:,}", str(one.value), f"{one.count_last_week:,}", str(one.value_last_week))
        for one in digest.buckets
    ]
    columns = ("Age", "Deals", "Value", "A week ago", "Value then")
    shown = digest.deals[:_MOST_DEALS]
    left = digest.over_90_days.count - len(shown)
    owners = [Mrkdwn(f"{one_line(name, 60)} {number}") for name, number in digest.old_deals_by_owner.items()]
    more = f"… and {count(left, 'more deal')} over 90 days: `{reader.command('/deal list')}`" if left > 0 else None
    return stack(
        table(columns, ages, numeric=(1, 2, 3, 4)),
        section(join([Mrkdwn("*Over 90 days, by owner*"), join(owners[:_MOST_OWNERS])], "\n")) if owners else None,
        *[_deal(deal, reader) for deal in shown],
        context(Mrkdwn(more)) if more else None,
    )


def _deal(deal: OldDeal, reader: Reader) -> tuple[Block, ...]:
    touch = f"last touched {reader.age(deal.last_touch_at)} ago" if deal.last_touch_at else "never touched"
    touch = touch.replace("today ago", "today")
    facts = join(
        [
            f"{count(deal.age_days, 'day')} old",
            str(deal.value) if deal.value else "no value",
            one_line(deal.stage, 60),
            one_line(deal.owner_name, 60),
            f"💤 {touch}" if deal.stale else touch,
        ]
    )
    deed = Deed(deal.reference, deal.owner_name, has_owner=deal.owner_id is not None, lost_reasons=reader.lost_reasons)
    title = Mrkdwn(f"💼 {bold(deal.title)}  {deal.reference}\n{facts}")
    return row(RowName("aging", deal.reference), title, deed)
