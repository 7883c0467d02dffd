"""Slots against an oracle that knows nothing of calendars: it watches a local clock minute by minute."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmbot.domain.calendar import WEEKDAYS, first_instant, last_slot, next_slot, slots_between
from crmbot.errors import BadInput

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
FIRST, LAST = datetime(2009, 1, 1, tzinfo=UTC), datetime(2037, 1, 1, tzinfo=UTC)
ZONES = sorted(available_timezones() - {"localtime", "Factory"})


def shown(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)


@dataclass
class Watcher:
    """Has looked at a zone's clock at every minute of some days, and knows the latest that it showed by then."""

    begin: datetime
    latest: list[datetime]

    def first(self, moment: datetime) -> datetime:
        """Return the first minute at which the clock showed the moment or later."""
        return self.begin + bisect_left(self.latest, moment) * MINUTE


def watch(zone: ZoneInfo, begin: datetime, days: int) -> Watcher:
    looks = (shown(begin + n * MINUTE, zone) for n in range(days * 24 * 60))
    return Watcher(begin, list(accumulate(looks, max)))


@cache
def changes(zone_name: str, first: datetime, last: datetime) -> tuple[datetime, ...]:
    """Return the days within which a zone's clock was changed."""
    zone = ZoneInfo(zone_name)
    days = [first + n * DAY for n in range((last - first).days)]
    return tuple(a for a, b in pairwise(days) if a.astimezone(zone).utcoffset() != b.astimezone(zone).utcoffset())


def distinct_changes(first: datetime, last: datetime) -> Iterator[tuple[str, datetime]]:
    """Return every change of any zone's clock once, though many zones share it."""
    known = set()
    for name in ZONES:
        for day in changes(name, first, last):
            offsets = tuple((day + n * timedelta(hours=6)).astimezone(ZoneInfo(name)).utcoffset() for n in range(-4, 9))
            if (day, offsets) not in known:
                known.add((day, offsets))
                yield name, day


@pytest.mark.parametrize(
    ("zone", "day", "time", "local", "due"),
    [
        ("Europe/Berlin", "monday", "08:00", "2026-11-23T08:00", "2026-11-23T07:00"),
        ("Europe/Berlin", "sunday", "02:30", "2026-03-29T02:30", "2026-03-29T01:00"),
        ("Europe/Berlin", "sunday", "02:30", "2026-10-25T02:30", "2026-10-25T00:30"),
        ("Europe/Berlin", "monday", "00:00", "2026-03-30T00:00", "2026-03-29T22:00"),
        ("Australia/Lord_Howe", "sunday", "02:10", "2026-10-04T02:10", "2026-10-03T15:30"),
        ("Africa/Cairo", "friday", "00:15", "2026-04-24T00:15", "2026-04-23T22:00"),
        ("Pacific/Apia", "friday", "08:00", "2011-12-30T08:00", "2011-12-30T10:00"),
        ("Asia/Kathmandu", "tuesday", "23:59", "2026-01-06T23:59", "2026-01-06T18:14"),
    ],
)
def test_a_slot_is_due_when_the_clock_first_shows_it(zone: str, day: str, time: str, local: str, due: str) -> None:
    moment = datetime.fromisoformat(local).replace(tzinfo=UTC)
    (slot,) = [
        slot
        for slot in slots_between(day, time, ZoneInfo(zone), moment - 3 * DAY, moment + 3 * DAY)
        if slot.local == local
    ]
    assert slot.due_at == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_around_every_change_of_a_clock_slots_are_due_as_a_watcher_sees_it(rounds: Callable[[int, int], int]) -> None:
    step = rounds(25, 1)
    some = datetime(2009, 1, 1, tzinfo=UTC), datetime(2014, 1, 1, tzinfo=UTC)
    around = list(distinct_changes(FIRST, LAST) if step == 1 else distinct_changes(*some))
    checked = 0
    for name, day in around[::step]:
        zone = ZoneInfo(name)
        watcher = watch(zone, day - 2 * DAY, 5)
        begin = shown(day, zone).replace(hour=0, minute=0, second=0)
        for minutes in range(-60, 2 * 24 * 60, 7):
            moment = begin + minutes * MINUTE
            assert first_instant(moment, zone) == watcher.first(moment), (name, moment)
            checked += 1
    assert checked > 5_000


def test_each_local_slot_of_every_zone_comes_exactly_once(rounds: Callable[[int, int], int]) -> None:
    begin, weeks = datetime(2026, 1, 1, tzinfo=UTC), rounds(60, 523)
    for index, name in enumerate(ZONES):
        zone, time = ZoneInfo(name), f"{index % 24:02}:{index * 7 % 60:02}"
        day = WEEKDAYS[index % 7]
        found = [
            slot
            for n in range(weeks)
            for slot in slots_between(day, time, zone, begin + n * 7 * DAY, begin + (n + 1) * 7 * DAY)
        ]
        days = [date.fromisoformat(slot.day) for slot in found]
        assert all(b - a == 7 * DAY for a, b in pairwise(days)), name
        assert len(found) in {weeks - 1, weeks, weeks + 1}
        assert all(
            datetime.fromisoformat(slot.local) == shown(slot.due_at, zone)
            or shown(slot.due_at, zone) > datetime.fromisoformat(slot.local)
            for slot in found
        )


@settings(max_examples=150, deadline=None)
@given(
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    day=st.sampled_from([*WEEKDAYS, "daily"]),
    minute=st.integers(0, 24 * 60 - 1),
    after=st.integers(0, 9_000),
    cuts=st.lists(st.integers(1, 60 * 24 * 20), min_size=1, max_size=6),
)
def test_however_time_is_cut_the_slots_are_the_same(
    zone: ZoneInfo, day: str, minute: int, after: int, cuts: list[int]
) -> None:
    time = f"{minute // 60:02}:{minute % 60:02}"
    start = FIRST + after * DAY + minute * MINUTE
    edges = [start]
    for cut in cuts:
        edges.append(edges[-1] + cut * MINUTE)
    whole = slots_between(day, time, zone, edges[0], edges[-1])
    pieces = [slot for a, b in pairwise(edges) for slot in slots_between(day, time, zone, a, b)]
    assert list(whole) == pieces
    assert len({slot.local for slot in whole}) == len(whole)
    for slot in whole[:2]:
        assert slot.due_at == watch(zone, slot.due_at - DAY, 2).first(datetime.fromisoformat(slot.local))


def test_the_next_slot_comes_after_and_the_last_one_not_after_an_instant() -> None:
    zone, at = ZoneInfo("Europe/Berlin"), datetime(2026, 11, 23, 7, tzinfo=UTC)
    assert last_slot("monday", "08:00", zone, at).local == "2026-11-23T08:00"
    assert next_slot("monday", "08:00", zone, at).local == "2026-11-30T08:00"
    assert next_slot("daily", "8:00", zone, at).local == "2026-11-24T08:00"


@pytest.mark.parametrize(
    ("day", "time"), [("mon", "08:00"), ("monday", "8"), ("monday", "24:00"), ("daily", "08:60"), ("daily", "²:00")]
)
def test_what_is_no_day_or_time_is_refused(day: str, time: str) -> None:
    with pytest.raises(BadInput, match="is no "):
        next_slot(day, time, ZoneInfo("UTC"), FIRST)
