"""Digests as messages: the period printed, what changed since last week, and buttons that act."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from crmbot.crm.requests import CompleteActivity, LoseDeal, ShowActivity, ShowDeal, SnoozeActivity
from crmbot.domain.money import Money
from crmbot.reports.digests import AgingDigest, ForecastDigest, OverdueDigest
from crmbot.reports.digests.aging import OldDeal
from crmbot.reports.digests.base import Digest
from crmbot.reports.digests.forecast import Moved
from crmbot.reports.digests.overdue import OverdueItem, OverdueOwner
from crmbot.reports.values import Unconverted
from crmbot.slack.blocks.limits import BLOCKS, fit
from crmbot.slack.blocks.primitives import actions, bar_chart, context, divider, header, section, stack, table
from crmbot.slack.message import Block, Message
from crmbot.slack.mrkdwn import Mrkdwn, bold, join, one_line
from crmbot.slack.press import press_button
from crmbot.slack.prose import prose
from crmbot.slack.reader import Reader, count

_ROOM = BLOCKS - 4
_MOST_DEALS = 12
_MOST_MOVED = 8
_ACTIVITY_SIGNS = {"call": "📞", "meeting": "📅", "email": "✉️", "task": "📌"}
_AGES = {
    "under_30_days": "under 30 days",
    "30_to_60_days": "30 to 60 days",
    "60_to_90_days": "60 to 90 days",
    "over_90_days": "over 90 days",
}
_MOVEMENTS = {
    "created": "🆕 created",
    "increased": "⬆️ increased",
    "decreased": "⬇️ decreased",
    "pulled_in": "⏪ pulled in",
    "pushed_out": "⏩ pushed out",
    "reopened": "🔁 reopened",
    "won": "🏆 won",
    "lost": "🪦 lost",
}


def render(digest: Digest, *, late: str = "") -> Message:
    """Return a digest as a message for a channel or person; `late` says why it comes late."""
    zone = ZoneInfo(digest.timezone)
    reader = Reader(zone, digest.as_of, shared=True)
    title, template, body = _KINDS[type(digest)]
    summary = prose(template, d=digest, reader=reader, signed=signed, change=change)
    blocks = stack(
        header(title),
        context(_circumstances(digest, reader), f"🐢 {late}" if late else None),
        section(summary),
        body(digest, reader),
    )
    return fit(Message(Mrkdwn(f"{title}: {_first_line(summary)}"), blocks))


def _circumstances(digest: Digest, reader: Reader) -> Mrkdwn:
    local = digest.as_of.astimezone(reader.zone)
    whose = "all records" if digest.scope == "all" and digest.owner_id is None else "own records"
    days = f"{reader.exact_day(digest.period.from_on)} – {reader.exact_day(digest.period.to_on)}"  # noqa: RUF001 - from to
    return join([days, f"as of {local:%H:%M} {digest.timezone}", whose])


def _first_line(text: str) -> str:
    return text.split("\n", 1)[0]


def change(now: int, before: int) -> str:
    """Return a number's change in words: 3 more than a week ago."""
    if now == before:
        return "as many as a week ago"
    return f"{abs(now - before):,} {'more' if now > before else 'fewer'} than a week ago"


def signed(money: Money) -> str:
    """Return an amount with its sign: +$1,200."""
    return f"+{money}" if money.minor > 0 else str(money)


# Overdue


def _overdue(digest: OverdueDigest, reader: Reader) -> list[Block]:
    blocks: list[Block] = []
    left = digest.overdue
    for owner in digest.owners:
        told = _owner(owner, reader)
        if len(blocks) + 3 > _ROOM:
            break
        shown = (min(len(told), _ROOM - len(blocks)) - 1) // 2
        blocks.extend(told[: 1 + 2 * shown])
        left -= shown
    more = (
        context(Mrkdwn(f"… and {count(left, 'more activity', 'more activities')}: `/task list overdue`"))
        if left
        else None
    )
    return [*blocks, *stack(more)]


def _owner(owner: OverdueOwner, reader: Reader) -> tuple[Block, ...]:
    name = Mrkdwn(f"{bold(owner.user_name, 60)}  {count(owner.overdue, 'activity')}")
    return stack(section(name), *[_overdue_item(item, reader) for item in owner.items])


def _overdue_item(item: OverdueItem, reader: Reader) -> tuple[Block, ...]:
    when = reader.moment(item.due_at) if item.due_at else reader.exact_day(item.due_on) if item.due_on else ""
    late = f"{count(item.days_overdue, 'day')} late" if item.days_overdue else "due today"
    about = Mrkdwn(f"{one_line(item.about.title, 80)}  {item.about.reference}") if item.about else Mrkdwn("")
    sign = _ACTIVITY_SIGNS.get(item.kind, "📌")
    line = Mrkdwn(f"{sign} {one_line(item.subject)}  {item.reference}\n{join([Mrkdwn(f'*{late}*'), when, about])}")
    buttons = actions(
        press_button("Done", CompleteActivity(item.reference), row=True, style="primary"),
        press_button("Snooze 1 day", SnoozeActivity(item.reference), row=True),
        press_button("Next week", SnoozeActivity(item.reference), row=True, action_id="task.snooze_week"),
        press_button("Open", ShowActivity(item.reference)),
    )
    return stack(section(line), buttons)


# Aging


def _aging(digest: AgingDigest, reader: Reader) -> list[Block]:
    rows = [
        (
            _AGES.get(one.key, one.key),
            f"{one.count:,}",
            str(one.value),
            f"{one.count_last_week:,}",
            str(one.value_last_week),
        )
        for one in digest.buckets
    ]
    columns = ("Age", "Deals", "Value", "Deals a week ago", "Value a week ago")
    shown = digest.deals[:_MOST_DEALS]
    left = digest.over_90_days.count - len(shown)
    owners = [Mrkdwn(f"{one_line(name, 60)} {number}") for name, number in digest.old_deals_by_owner.items()]
    return list(
        stack(
            table(columns, rows, numeric=(1, 2, 3, 4)),
            section(join([Mrkdwn("*Over 90 days, by owner*"), join(owners[:20])], "\n")) if owners else None,
            *[_old_deal(deal, reader) for deal in shown],
            context(Mrkdwn(f"… and {count(left, 'more deal')} over 90 days: `/deal list`")) if left > 0 else None,
            _unconverted(digest.unconverted),
        )
    )


def _old_deal(deal: OldDeal, reader: Reader) -> tuple[Block, ...]:
    touch = f"last touched {reader.age(deal.last_touch_at)} ago" if deal.last_touch_at else "never touched"
    touch = touch.replace("today ago", "today")
    facts = join(
        [
            f"{count(deal.age_days, 'day')} old",
            str(deal.value) if deal.value else "no value",
            one_line(deal.stage, 60),
            one_line(deal.owner_name, 60),
            f"🕸️ {touch}" if deal.stale else touch,
        ]
    )
    buttons = actions(
        press_button("Open", ShowDeal(deal.reference)), press_button("Close as lost", LoseDeal(deal.reference))
    )
    return stack(section(Mrkdwn(f"💼 {bold(deal.title)}  {deal.reference}\n{facts}")), buttons)


# Forecast


def _forecast(digest: ForecastDigest, _reader: Reader) -> list[Block]:
    names = (("Best case", "best_case"), ("Most likely", "most_likely"), ("Worst case", "worst_case"))
    rows = [
        [
            label,
            str(getattr(digest.forecast, name)),
            str(getattr(digest.last_week, name)),
            signed(getattr(digest.change, name)),
        ]
        for label, name in names
    ]
    months = digest.by_month[:12]
    weighted = [(row.month, float(row.weighted_value.amount)) for row in months]
    won = [(row.month, float(row.won_value.amount)) for row in months]
    return list(
        stack(
            table(("Forecast", "Now", "A week ago", "Change"), rows, numeric=(1, 2, 3)),
            bar_chart("By month of expected close", [("Weighted", weighted), ("Won", won)]) if months else None,
            section(_movements(digest)),
            [_moved(deal) for deal in digest.deals[:_MOST_MOVED]],
            _unconverted(digest.unconverted),
            divider(),
        )
    )


def _movements(digest: ForecastDigest) -> Mrkdwn:
    """Return what led from last week's open value to this one's."""
    lines = [
        f"{_MOVEMENTS[one.movement]}  {count(one.count, 'deal')}, {_moved_by(one.movement, one.value)}"
        for one in digest.movements
        if one.count
    ]
    whole = Mrkdwn(f"*What moved*  {digest.opening_value} → {digest.closing_value} open")
    return join([whole, *(lines or ["Nothing moved since last week."])], "\n")


def _moved_by(movement: str, value: Money) -> str:
    return f"{value} to another month" if movement in {"pulled_in", "pushed_out"} else signed(value)


def _moved(deal: Moved) -> Block:
    how = _MOVEMENTS.get(deal.movement, deal.movement)
    facts = join([how, _moved_by(deal.movement, deal.value), one_line(deal.owner_name, 60)])
    line = Mrkdwn(f"{bold(deal.title)}  {deal.reference}\n{facts}")
    return section(line, accessory=press_button("Open", ShowDeal(deal.reference)))


def _unconverted(deals: tuple[Unconverted, ...]) -> Block | None:
    if not deals:
        return None
    named = ", ".join(f"D-{deal.number} {deal.title} ({deal.amount})" for deal in deals[:10])
    return context(f"In no sum, because their currency has no rate: {named}")


_KINDS: dict[type[Any], tuple[str, str, Callable[[Any, Reader], list[Block]]]] = {
    OverdueDigest: ("⏰ Overdue activities", "digest_overdue", _overdue),
    AgingDigest: ("🕸️ Aging pipeline", "digest_aging", _aging),
    ForecastDigest: ("🔮 Forecast", "digest_forecast", _forecast),
}
