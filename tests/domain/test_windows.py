"""Windows: presets, dates, refusals, and days as instants in zones that change their clocks."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbot.domain.windows import (
    Window,
    day_start,
    last_day_before,
    last_days,
    read_window,
    since_last_week,
    week_before,
)
from crmbot.errors import BadInput

UTC_ZONE = ZoneInfo("UTC")
BERLIN = ZoneInfo("Europe/Berlin")
TODAY = date(2031, 3, 31)


def _read(period: Any = None, date_from: Any = None, date_to: Any = None) -> Window:
    return read_window(period, date_from, date_to, today=TODAY, zone=UTC_ZONE)


@pytest.mark.parametrize(
    ("given", "first", "last"),
    [
        ((), date(2031, 3, 2), TODAY),  # 30 days, today included
        ((7,), date(2031, 3, 25), TODAY),
        (("90",), date(2031, 1, 1), TODAY),
        ((None, "2031-03-30"), date(2031, 3, 30), TODAY),  # from alone runs to today
        ((None, TODAY, TODAY), TODAY, TODAY),
        ((7, "2030-02-28", "2030-03-01"), date(2030, 2, 28), date(2030, 3, 1)),  # dates win over the period
        (("never", "2030-01-01", "2030-01-02"), date(2030, 1, 1), date(2030, 1, 2)),
        ((None, "2028-02-29", "2028-02-29"), date(2028, 2, 29), date(2028, 2, 29)),  # a leap day
        ((None, "2031-04-01", "2031-04-30"), date(2031, 4, 1), date(2031, 4, 30)),  # the days ahead
        ((None, "2021-03-25", TODAY), date(2021, 3, 25), TODAY),  # 3,659 days
    ],
)
def test_a_window_is_read_as_asked(given: tuple[Any, ...], first: date, last: date) -> None:
    window = _read(*given)
    assert (window.from_on, window.to_on) == (first, last)


@pytest.mark.parametrize(
    ("given", "field", "word"),
    [
        ((8,), "period", "8"),
        (("030",), "period", "030"),
        (("",), "period", "7, 30 or 90"),
        ((True,), "period", "True"),
        ((None, None, "2031-01-01"), "date_to", "date_from"),
        ((None, "2031-02-30"), "date_from", "2031-02-30"),
        ((None, "2031-02-29"), "date_from", "YYYY-MM-DD"),
        ((None, "31.03.2031"), "date_from", "YYYY-MM-DD"),
        ((None, "20310331"), "date_from", "YYYY-MM-DD"),
        ((None, "٢٠٣١-٠٣-٣١"), "date_from", "YYYY-MM-DD"),
        ((None, "2031-03-01", "2031-3-2"), "date_to", "2031-3-2"),
        ((None, "2031-03-02", "2031-03-01"), "date_from", "2031-03-01"),
        ((None, "2031-04-01"), "date_from", "today"),
        ((None, "2021-03-01", "2031-03-09"), "date_from", "3,661"),
        ((None, "0001-01-01", "0001-01-02"), "date_from", "1000"),
        ((None, "9999-12-31", "9999-12-31"), "date_from", "9000"),
    ],
)
def test_what_is_no_window_is_refused_by_name(given: tuple[Any, ...], field: str, word: str) -> None:
    with pytest.raises(BadInput) as refusal:
        _read(*given)
    assert refusal.value.field == field
    assert word in str(refusal.value)


def test_the_longest_window_has_3660_days() -> None:
    # 2021-03-01 to 2031-03-08: ten years with two leap days (2024, 2028) are 3,652 days, and 8 more with both ends.
    assert _read(None, "2021-03-01", "2031-03-08").days == 3660


@pytest.mark.parametrize(
    ("zone", "day", "start"),
    [
        ("UTC", date(2031, 3, 30), datetime(2031, 3, 30, tzinfo=UTC)),
        ("Europe/Berlin", date(2031, 3, 30), datetime(2031, 3, 29, 23, tzinfo=UTC)),
        ("Europe/Berlin", date(2031, 3, 31), datetime(2031, 3, 30, 22, tzinfo=UTC)),
        ("Asia/Kathmandu", date(2031, 3, 31), datetime(2031, 3, 30, 18, 15, tzinfo=UTC)),
        # The clock went from 24:00 on the 7th to 01:00 on the 8th: the day begins at one.
        ("America/Santiago", date(2024, 9, 8), datetime(2024, 9, 8, 4, tzinfo=UTC)),
        # It went back from 24:00 to 23:00: the day begins at its only midnight.
        ("America/Santiago", date(2024, 4, 7), datetime(2024, 4, 7, 4, tzinfo=UTC)),
        # The 30th was left out: it begins and ends with the 31st's midnight.
        ("Pacific/Apia", date(2011, 12, 30), datetime(2011, 12, 30, 10, tzinfo=UTC)),
        ("Pacific/Apia", date(2011, 12, 31), datetime(2011, 12, 30, 10, tzinfo=UTC)),
        # The clock went from 23:30 to 00:30: the day begins at half past.
        ("America/Toronto", date(1919, 3, 31), datetime(1919, 3, 31, 4, 30, tzinfo=UTC)),
    ],
)
def test_a_day_begins_at_its_first_instant(zone: str, day: date, start: datetime) -> None:
    assert day_start(day, ZoneInfo(zone)) == start


@pytest.mark.parametrize(("day", "hours"), [(date(2031, 3, 30), 23), (date(2031, 10, 26), 25), (date(2031, 7, 1), 24)])
def test_a_day_is_as_long_as_the_clock_makes_it(day: date, hours: int) -> None:
    window = Window(day, day, BERLIN)
    assert window.ends_at - window.starts_at == timedelta(hours=hours)


@given(
    zone=st.sampled_from(
        ["Europe/Berlin", "America/New_York", "America/Santiago", "Africa/Cairo", "Australia/Lord_Howe"]
    ),
    day=st.dates(date(1990, 1, 1), date(2037, 12, 1)),
    days=st.integers(1, 40),
)
def test_windows_side_by_side_leave_no_gap_and_hold_their_days(zone: str, day: date, days: int) -> None:
    place = ZoneInfo(zone)
    window = last_days(days, day, place)
    after = Window(day + timedelta(days=1), day + timedelta(days=1), place)
    assert window.ends_at == after.starts_at
    assert (window.day_starts()[0], window.day_starts()[-1]) == (window.starts_at, window.ends_at)
    assert window.starts_at.astimezone(place).date() == window.from_on
    assert (window.starts_at - timedelta(microseconds=1)).astimezone(place).date() < window.from_on
    assert window.ends_at.astimezone(place).date() == day + timedelta(days=1)


def test_the_day_before_a_midnight_is_the_day_that_ended() -> None:
    midnight = datetime(2031, 3, 30, 22, tzinfo=UTC)
    assert last_day_before(midnight, BERLIN) == date(2031, 3, 30)
    assert last_day_before(midnight + timedelta(microseconds=1), BERLIN) == date(2031, 3, 31)


def test_last_week_is_at_the_same_hour_by_the_clock_on_the_wall() -> None:
    # Monday 08:00 summer time, and the Monday before at 08:00 winter time: 167 hours earlier.
    monday = datetime(2031, 3, 31, 6, tzinfo=UTC)
    assert week_before(monday, BERLIN) == datetime(2031, 3, 24, 7, tzinfo=UTC)
    window = since_last_week(monday, BERLIN)
    assert (window.starts_at, window.from_on, window.to_on) == (
        datetime(2031, 3, 24, 7, tzinfo=UTC),
        date(2031, 3, 24),
        date(2031, 3, 31),
    )
