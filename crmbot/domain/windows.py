"""Report windows: calendar days in a zone, as half-open ranges of instants (reports.md, Window)."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from crmbot.errors import BadInput

PERIODS = (7, 30, 90)
DEFAULT_PERIOD = 30
MAX_DAYS = 3660
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# Years in which no day, in any zone, leaves the calendar that dates are kept in.
_FIRST, _LAST = date(1000, 1, 1), date(9000, 12, 31)


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant, in UTC, of a local day; where midnight is skipped, the instant the clock jumps."""
    midnight = datetime.combine(day, time(), zone)
    start = midnight.astimezone(UTC)
    if start.astimezone(zone).replace(tzinfo=None) == midnight.replace(tzinfo=None):
        return start
    # Midnight lies in a gap, and the two readings of it enclose the jump.
    before = midnight.replace(fold=1).astimezone(UTC)
    while start - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=int((start - before).total_seconds()) // 2)
        before, start = (before, middle) if middle.astimezone(zone).date() >= day else (middle, start)
    return start


def last_day_before(moment: datetime, zone: ZoneInfo) -> date:
    """Return the local day of the last instant before `moment` (reports.md, fine print: age in days)."""
    return (moment - timedelta(microseconds=1)).astimezone(zone).date()


def week_before(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return the same local time seven days earlier, in UTC."""
    return (moment.astimezone(zone) - timedelta(days=7)).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Window:
    """Whole local days from `from_on` to `to_on`, both included.

    `opens_at` replaces the first day's midnight when something is compared since a moment inside that day.
    """

    from_on: date
    to_on: date
    zone: ZoneInfo
    opens_at: datetime | None = None

    @property
    def starts_at(self) -> datetime:
        """The first instant inside, in UTC."""
        return self.opens_at or day_start(self.from_on, self.zone)

    @property
    def ends_at(self) -> datetime:
        """The first instant after, in UTC."""
        return day_start(self.to_on + timedelta(days=1), self.zone)

    @property
    def days(self) -> int:
        """How many calendar days the window holds."""
        return (self.to_on - self.from_on).days + 1

    def day_starts(self) -> tuple[datetime, ...]:
        """Return the first instant of every day of the window, and of the day after it."""
        return tuple(day_start(self.from_on + timedelta(days=n), self.zone) for n in range(self.days + 1))


def last_days(days: int, today: date, zone: ZoneInfo) -> Window:
    """Return the window of that many days ending today, today included."""
    return Window(today - timedelta(days=days - 1), today, zone)


def since_last_week(now: datetime, zone: ZoneInfo) -> Window:
    """Return the window from the same local time seven days ago until today."""
    opens_at = week_before(now, zone)
    return Window(opens_at.astimezone(zone).date(), now.astimezone(zone).date(), zone, opens_at)


def read_window(
    period: str | int | None,
    date_from: str | date | None,
    date_to: str | date | None,
    *,
    today: date,
    zone: ZoneInfo,
) -> Window:
    """Read a report's window as given; dates win over `period`, `date_from` alone runs to today.

    Raises:
        BadInput: another period, an impossible date, a date_from after date_to, a date_to alone, too many days.
    """
    if date_from is None and date_to is None:
        return last_days(_read_period(period), today, zone)
    if date_from is None:
        raise BadInput(
            "date_to needs a date_from: say where the window begins.",
            field="date_to",
            example="date_from=2031-01-01&date_to=2031-01-31",
        )
    first = _read_date(date_from, "date_from")
    last = today if date_to is None else _read_date(date_to, "date_to")
    if first > last:
        end = f"date_to ({last})" if date_to is not None else f"today ({today})"
        raise BadInput(f"date_from ({first}) must not be after {end}.", field="date_from")
    window = Window(first, last, zone)
    if window.days > MAX_DAYS:
        sentence = f"The window from date_from to date_to has {window.days:,} days; at most {MAX_DAYS:,} are allowed."
        raise BadInput(sentence, field="date_from")
    return window


def _read_period(given: str | int | None) -> int:
    if given is None:
        return DEFAULT_PERIOD
    for period in PERIODS:
        if not isinstance(given, bool) and (given == period or given == str(period)):
            return period
    raise BadInput(f"period must be 7, 30 or 90 days, not “{given}”.", field="period", example="period=30")


def _read_date(given: str | date, field: str) -> date:
    if isinstance(given, datetime):
        given = given.date()
    if isinstance(given, str):
        given = _parse_date(given, field)
    if not _FIRST <= given <= _LAST:
        raise BadInput(f"{field} must lie between the years 1000 and 9000, not {given}.", field=field)
    return given


def _parse_date(text: str, field: str) -> date:
    try:
        if _ISO_DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        # The form is right and the day isn't there, as on 2031-02-30.
        pass
    raise BadInput(
        f"{field} must be a date that exists, written YYYY-MM-DD, not “{text}”.",
        field=field,
        example=f"{field}=2031-01-31",
    )
