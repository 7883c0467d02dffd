"""Who a message is for: their zone, their present, and how they read dates and numbers."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

from crmbot.domain.permissions import may_edit
from crmbot.domain.stages import DEFAULT_LOST_REASONS, DEFAULT_STAGES
from crmbot.slack.mrkdwn import Mrkdwn, escape

_STAGES = tuple((stage.key, stage.name, stage.kind.value) for stage in DEFAULT_STAGES)
_NEAR = {-1: Mrkdwn("yesterday"), 0: Mrkdwn("today"), 1: Mrkdwn("tomorrow")}
_MOST_KEPT = 1000
"""Days, and who may change whose records, which every other button and line asks for."""


class Reader(NamedTuple):
    """The person or channel that will read it.

    `shared` is a channel with readers in many zones: Slack then shows instants in each one's own. `stages` (key, name,
    kind) and `lost_reasons` are what the workspace offers. `permissions` are None where they are not known, as for a
    channel: every button is shown then, and each press is judged by who presses.
    """

    zone: ZoneInfo
    now: datetime
    shared: bool = False
    stages: tuple[tuple[str, str, str], ...] = _STAGES
    lost_reasons: tuple[str, ...] = DEFAULT_LOST_REASONS
    prefix: str = ""
    user_id: str | None = None
    permissions: frozenset[str] | None = None
    writes_mail: bool = True
    """Whether there is a mail server to write through."""
    in_thread: bool = False
    """In threads Slack takes no slash commands; `!crm` works there."""

    @classmethod
    def nobody(cls, now: datetime, prefix: str = "") -> Self:
        """Return a reader of whom nothing is known yet."""
        return cls(ZoneInfo("UTC"), now, prefix=prefix)

    @property
    def today(self) -> date:
        """The reader's date."""
        return self.now.astimezone(self.zone).date()

    def may_edit(self, noun: str, owner_id: str | None = None) -> bool:
        """Say whether a button that changes a record of that owner is of use to the reader."""
        if self.permissions is None or self.shared:
            return True
        return _may_edit(noun, self.permissions, self.user_id, owner_id)

    def day(self, day: date) -> Mrkdwn:
        """Return a date as people say it: today, Fri 7 Mar, Fri 7 Mar 2032."""
        today = self.now.astimezone(self.zone).date()
        near = None if self.shared else _NEAR.get((day - today).days)
        return near or _exact_day(day, today.year)

    def exact_day(self, day: date) -> Mrkdwn:
        """Return a date that still means the same tomorrow."""
        return _exact_day(day, self.today.year)

    def moment(self, at: datetime) -> Mrkdwn:
        """Return an instant: today 15:00 in the reader's zone, or what Slack turns into each reader's own."""
        local = at.astimezone(self.zone)
        if self.shared:
            fallback = f"{self.exact_day(local.date())} {local:%H:%M} {local:%Z}"
            return Mrkdwn(f"<!date^{int(at.timestamp())}^{{date_short}} {{time}}|{escape(fallback)}>")
        return Mrkdwn(f"{self.day(local.date())} {local:%H:%M}")

    def age(self, at: datetime) -> str:
        """Return how long ago, in whole local days: today, 1 day, 34 days."""
        days = (self.today - at.astimezone(self.zone).date()).days
        return "today" if days <= 0 else count(days, "day")

    def next_monday(self) -> date:
        """Return the Monday of next week."""
        return self.today + timedelta(days=7 - self.today.weekday())

    def command(self, line: str) -> str:
        """Return a chat line as it is typed here: a slash command gets the workspace's prefix, in a thread `!crm`."""
        if not line.startswith("/"):
            return line
        words = line[1:]
        return f"!crm {words.removeprefix('crm ')}" if self.in_thread else f"/{self.prefix}{words}"


@lru_cache(_MOST_KEPT)
def _may_edit(noun: str, permissions: frozenset[str], user_id: str | None, owner_id: str | None) -> bool:
    return f"crm.{noun}.edit" in permissions and may_edit(permissions, user_id, owner_id)


@lru_cache(_MOST_KEPT)
def _exact_day(day: date, this_year: int) -> Mrkdwn:
    year = f" {day.year}" if day.year != this_year else ""
    return Mrkdwn(f"{day:%a} {day.day} {day:%b}{year}")


def count(number: int, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun in the right form: 1 deal, 2 activities."""
    if number == 1:
        return f"1 {noun}"
    many = plural or (f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2] not in "aeiou" else f"{noun}s")
    return f"{number:,} {many}"
