"""What a line is read against, and what reading it gives."""

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from crmbot.crm.requests import Request
from crmbot.domain.stages import DEFAULT_LOST_REASONS, DEFAULT_STAGES

DEFAULT_SOURCES = ("Web form", "Referral", "Cold call", "Import")
_STAGES = tuple((stage.key, stage.name, stage.kind.value) for stage in DEFAULT_STAGES)


class Context(NamedTuple):
    """What the words of one speaker mean: the moment, the speaker's zone and the workspace's choices.

    `stages` are (key, name, kind); `date_order` is "dmy", "mdy" or None, when 03/04 is unclear. `about` is the number
    of the record that the place of the line stands for (a thread below its card): the line then names none.
    """

    now: datetime
    zone: ZoneInfo
    date_order: str | None = None
    currency: str = "USD"
    stages: tuple[tuple[str, str, str], ...] = _STAGES
    sources: tuple[str, ...] = DEFAULT_SOURCES
    lost_reasons: tuple[str, ...] = DEFAULT_LOST_REASONS
    about: str | None = None

    @property
    def local(self) -> datetime:
        """The speaker's wall clock, to the minute, without a zone."""
        return self.now.astimezone(self.zone).replace(tzinfo=None, second=0, microsecond=0)

    @property
    def today(self) -> date:
        """The speaker's date."""
        return self.now.astimezone(self.zone).date()

    def instant(self, wall: datetime) -> datetime:
        """Return the UTC instant at which the speaker's clocks show `wall`.

        A doubled hour is its first occurrence; one in a gap is the first instant after the gap.
        """
        early = wall.replace(tzinfo=self.zone, fold=0)
        instant = early.astimezone(UTC)
        if instant.astimezone(self.zone).replace(tzinfo=None) == wall:
            return instant
        return self._end_of_gap(wall.replace(tzinfo=self.zone, fold=1).astimezone(UTC), instant)

    def _end_of_gap(self, before: datetime, after: datetime) -> datetime:
        offset = after.astimezone(self.zone).utcoffset()
        step = timedelta(seconds=1)
        while after - before > step:
            middle = before + (after - before) // 2
            if middle.astimezone(self.zone).utcoffset() == offset:
                after = middle
            else:
                before = middle
        return after.replace(microsecond=0)


class Parsed(NamedTuple):
    """A line understood: what is asked, each date and amount in words, and whether only to show the changes."""

    request: Request
    echoes: tuple[str, ...] = ()
    dry_run: bool = False
