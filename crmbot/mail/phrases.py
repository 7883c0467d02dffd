"""How a digest's values are said in a mail, in the digest's zone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from crmbot.domain.money import Money, without_rate
from crmbot.mail.lines import one_line
from crmbot.reports.digests.base import Digest
from crmbot.reports.digests.overdue import OverdueItem
from crmbot.reports.digests.scores import Score, share_of
from crmbot.reports.rendering.columns import TextTable, cut, draw, natural_width, wrap
from crmbot.reports.values import Meta, Unconverted

WIDTH = 72
"""The columns of the plain text."""

_LONGEST_NAME = 80
_WIDEST = 90
"""Tables that would take more are told as a list: too much of them would be cut."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """What the templates call."""

    zone: ZoneInfo

    def day(self, day: date) -> str:
        """Return a date that still means the same in a year: Wed 5 Mar 2031."""
        return f"{day:%a} {day.day} {day:%b} {day.year}"

    def moment(self, at: datetime) -> str:
        """Return an instant in the digest's zone: Wed 5 Mar 2031 08:00."""
        local = at.astimezone(self.zone)
        return f"{self.day(local.date())} {local:%H:%M}"

    def days_ago(self, at: datetime, now: datetime) -> str:
        """Return how long ago in whole local days: today, 1 day ago."""
        days = (now.astimezone(self.zone).date() - at.astimezone(self.zone).date()).days
        return "today" if days <= 0 else f"{self.count(days, 'day')} ago"

    def count(self, number: int, noun: str, plural: str = "") -> str:
        """Return a number with its noun: 1 deal, 2 activities."""
        return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"

    def change(self, now: int, before: int) -> str:
        """Return a number's change in words: 3 more than a week ago."""
        if now == before:
            return "as many as a week ago"
        return f"{abs(now - before):,} {'more' if now > before else 'fewer'} than a week ago"

    def signed(self, money: Money) -> str:
        """Return an amount with its sign: +$1,200."""
        return f"+{money}" if money.minor > 0 else str(money)

    def share_of(self, score: Score) -> str:
        """Return how much of a forecast came: 87 % of it."""
        return share_of(score)

    def moved_by(self, movement: str, value: Money) -> str:
        """Return what a movement did to the sum; one of dates leaves it alone."""
        return f"{value} to another month" if movement in {"pulled_in", "pushed_out"} else self.signed(value)

    def name(self, text: str, size: int = _LONGEST_NAME) -> str:
        """Return what a person typed on one line, without control characters, cut where it is too long."""
        return cut(one_line(text), size)

    def wrap(self, text: str, indent: int = 0) -> str:
        """Return text broken into lines of the plain version's width."""
        return wrap(text, WIDTH, " " * indent)

    def draw(self, table: TextTable) -> str:
        """Return a table in columns of the plain version's width."""
        return "\n".join(draw(table, WIDTH))

    def period(self, meta: Digest | Meta) -> str:
        """Return the days that the numbers are about."""
        return f"{self.day(meta.period.from_on)} – {self.day(meta.period.to_on)}"  # noqa: RUF001 - from to

    def circumstances(self, meta: Digest | Meta) -> str:
        """Return when the numbers were taken, over whose records, in which money."""
        whose = "all records" if meta.scope == "all" and meta.owner_id is None else "own records"
        return f"as of {meta.as_of.astimezone(self.zone):%H:%M} {meta.timezone} · {whose} · {meta.currency}"

    def owners(self, numbers: Mapping[str, int]) -> str:
        """Return each owner with a number: Ada 3, Ben 1."""
        return ", ".join(f"{self.name(name, 60)} {number:,}" for name, number in list(numbers.items())[:20])

    def unconverted(self, deals: tuple[Unconverted, ...]) -> str:
        """Return deals that are in no sum: D-9 Acme (€1,200)."""
        told = [f"D-{deal.number} {self.name(deal.title)} ({deal.amount})" for deal in deals[:10]]
        more = [f"{len(deals) - 10:,} more"] if len(deals) > 10 else []  # noqa: PLR2004 - as many as are told
        return ", ".join(told + more)

    def left_out(self, deals: tuple[Unconverted, ...]) -> str:
        """Say that sums leave deals out for want of a rate, what helps, and which they are."""
        return f"{without_rate([deal.currency for deal in deals])} In no sum: {self.unconverted(deals)}"

    def about(self, item: OverdueItem) -> tuple[str, ...]:
        """Return when an activity was due, and the record that it is about."""
        due = self.moment(item.due_at) if item.due_at else self.day(item.due_on) if item.due_on else "no date"
        return (due, f"{self.name(item.about.title)} {item.about.reference}") if item.about else (due,)

    def movement(self, key: str) -> str:
        """Return how a deal moved: pushed_out, Pushed out."""
        return key.replace("_", " ").capitalize()

    def is_wide(self, table: TextTable) -> bool:
        """Say whether a table is better told as a list."""
        return bool(table.heads) and natural_width(table) > _WIDEST

    def entries(self, table: TextTable) -> list[tuple[str, list[str]]]:
        """Return a table's rows as a title and facts each: the deal, then what its columns say."""
        first = table.heads.index("Title") if "Title" in table.heads else 0
        return [
            (
                self.name(row[first]),
                [f"{head.lower()} {self.name(cell)}" for n, (head, cell) in enumerate(pairs) if n != first and cell],
            )
            for row in table.rows
            for pairs in [list(zip(table.heads, row, strict=True))]
        ]
