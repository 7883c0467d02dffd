"""Weekly local hours as instants: which slots fall into a span of time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from crmbot.errors import BadInput

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAILY = "daily"
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_LONGEST_WAIT = timedelta(days=10)
"""Two slots of a week are never further apart, whatever the clocks do."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A local moment such as 2026-11-23T08:00, and the instant at which it is due."""

    local: str
    due_at: datetime

    @property
    def said(self) -> str:
        """The local moment as people say it: Mon 23 Nov 2026, 08:00."""
        return f"{datetime.fromisoformat(self.local):%a %-d %b %Y, %H:%M}"

    @property
    def day(self) -> str:
        """The local date."""
        return self.local[:10]


def slots_between(day: str, time_of_day: str, zone: tzinfo, after: datetime, until: datetime) -> tuple[Slot, ...]:
    """Return the slots due after `after` and not after `until`, in order.

    `day` is monday to sunday or daily, `time_of_day` HH:MM. A slot is due when the local clock first shows its hour
    or a later one: in a gap at the first valid instant, of a doubled hour at the first.

    Raises:
        BadInput: no such day or time.
    """
    at = read_time(time_of_day)
    weekday = None if day == DAILY else _weekday(day)
    found = (
        Slot(f"{moment:%Y-%m-%dT%H:%M}", first_instant(moment, zone))
        for moment in _moments(after.astimezone(zone).date() - 2 * _DAY, until.astimezone(zone).date(), at)
        if weekday is None or moment.weekday() == weekday
    )
    return tuple(slot for slot in found if after < slot.due_at <= until)


def next_slot(day: str, time_of_day: str, zone: tzinfo, after: datetime) -> Slot:
    """Return the first slot after an instant."""
    return slots_between(day, time_of_day, zone, after, after + _LONGEST_WAIT)[0]


def last_slot(day: str, time_of_day: str, zone: tzinfo, until: datetime) -> Slot:
    """Return the last slot not after an instant."""
    return slots_between(day, time_of_day, zone, until - _LONGEST_WAIT, until)[-1]


def first_instant(moment: datetime, zone: tzinfo) -> datetime:
    """Return the instant, in UTC, at which a local clock first shows `moment` (naive) or later."""
    first = moment.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if _shown(first, zone) == moment:
        return first
    # In a gap the two readings of the moment lie on both sides of the clock's jump.
    before, after = moment.replace(tzinfo=zone, fold=1).astimezone(UTC), first
    while after - before > _SECOND:
        middle = before + (after - before) // (2 * _SECOND) * _SECOND
        if _shown(middle, zone) >= moment:
            after = middle
        else:
            before = middle
    return after


def read_time(text: str) -> time:
    """Read an hour of the day, 8:00 or 08:00."""
    hours, _, minutes = text.strip().partition(":")
    if not (_is_number(hours) and _is_number(minutes) and len(minutes) == 2 and int(hours) < 24 and int(minutes) < 60):  # noqa: PLR2004 - hours and minutes of a day
        raise BadInput(f"“{text}” is no time of day; write it as 08:00.", field="time", example="08:00")
    return time(int(hours), int(minutes))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 2  # noqa: PLR2004 - digits of an hour


def _weekday(day: str) -> int:
    try:
        return WEEKDAYS.index(day)
    except ValueError:
        raise BadInput(
            f"“{day}” is no day. There are {', '.join(WEEKDAYS)} and {DAILY}.", field="day", example="monday"
        ) from None


def _moments(first: date, last: date, at: time) -> Iterator[datetime]:
    for days in range((last - first).days + 1):
        yield datetime.combine(first + timedelta(days=days), at)


def _shown(instant: datetime, zone: tzinfo) -> datetime:
    """Return what a local clock shows, as naive time."""
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)
