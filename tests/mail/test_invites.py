"""Calendars in mail: times, zones and rules as programs write them; what is broken or hostile costs little."""

import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmbot.domain.meetings import Method
from crmbot.mail.invites.reading import read_invite
from crmbot.mail.invites.recurrence import read_rule
from crmbot.mail.invites.windows import WINDOWS
from crmbot.mail.invites.zones import find_zone

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SAMPLES = [
    path.read_text("utf-8").partition("BEGIN:VCALENDAR")[2]
    for path in sorted((Path(__file__).parent / "samples").glob("invite_*.eml"))
]


def event(*lines: str, method: str = "REQUEST", uid: str = "UID:1@x") -> str:
    head = ["BEGIN:VCALENDAR", f"METHOD:{method}", "BEGIN:VEVENT", *([uid] if uid else [])]
    return "\n".join([*head, *lines, "END:VEVENT", "END:VCALENDAR"])


@pytest.mark.parametrize(
    ("line", "utc"),
    [
        ("DTSTART:20261125T090000Z", "09:00"),
        ("DTSTART;TZID=Europe/Berlin:20261125T090000", "08:00"),
        ('DTSTART;TZID="Europe/Berlin":20261125T090000', "08:00"),
        ("DTSTART;TZID=Eastern Standard Time:20261125T090000", "14:00"),
        ("DTSTART;TZID=tokyo standard time:20261125T090000", "00:00"),
        ("DTSTART;TZID=/freeassociation.sourceforge.net/Tzfile/Asia/Kolkata:20261125T090000", "03:30"),
        ('DTSTART;TZID="(UTC-03:30) Newfoundland":20261125T090000', "12:30"),
        ("DTSTART;TZID=GMT+0200:20261125T090000", "07:00"),
        ("DTSTART;TZID=UTC:20261125T090000", "09:00"),
        ("DTSTART:2026-11-25T09:00:00Z", "09:00"),
    ],
)
def test_time_in_each_way_of_naming_its_zone(line: str, utc: str) -> None:
    invite = read_invite(event(line), "", AT)
    assert invite is not None
    assert isinstance(invite.starts, datetime)
    assert invite.starts.astimezone(UTC).strftime("%H:%M") == utc


def test_time_of_a_zone_that_nobody_knows_floats() -> None:
    invite = read_invite(event("DTSTART;TZID=Nowhere/Land:20261125T090000"), "", AT)
    assert invite is not None
    assert isinstance(invite.starts, datetime)
    assert invite.starts.tzinfo is None


def test_every_windows_zone_is_known() -> None:
    assert [name for name in WINDOWS if find_zone(name, {}, datetime(2026, 7, 1)) is None] == []  # noqa: DTZ001 - a local time


@pytest.mark.parametrize(
    ("rule", "words", "following"),
    [
        ("FREQ=DAILY", "every day", date(2026, 11, 20)),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE", "every 2 weeks on Mon and Wed", date(2026, 11, 23)),
        ("FREQ=MONTHLY;BYDAY=-1FR", "every month on the last Fri", date(2026, 11, 27)),
        ("FREQ=MONTHLY;BYMONTHDAY=15", "every month on day 15", date(2026, 12, 15)),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            "every month on Mon, Tue, Wed, Thu and Fri",
            date(2026, 11, 30),
        ),
        ("FREQ=YEARLY", "every year", date(2027, 1, 5)),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "every year", date(2028, 2, 29)),
        ("FREQ=WEEKLY;COUNT=3", "every week, 3 times", None),
        ("FREQ=WEEKLY;UNTIL=20260301T000000Z", "every week until 1 Mar 2026", None),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "every day", None),
    ],
)
def test_rule_in_words_and_the_next_time(rule: str, words: str, following: date | None) -> None:
    read = read_rule(rule)
    assert read is not None
    assert read.words == words
    assert read.first_from(date(2026, 1, 5), AT, ()) == following


@pytest.mark.parametrize("rule", ["FREQ=HOURLY", "FREQ=SECONDLY;COUNT=99", "", "FREQ", "INTERVAL=2"])
def test_rule_that_is_not_by_days_is_left_alone(rule: str) -> None:
    assert read_rule(rule) is None


def test_time_that_is_left_out_is_not_the_next() -> None:
    read = read_rule("FREQ=DAILY")
    assert read is not None
    assert read.first_from(date(2026, 1, 5), AT, {date(2026, 11, 20)}) == date(2026, 11, 21)


def test_series_keeps_its_hour_through_the_change_of_the_clock() -> None:
    weekly = event("DTSTART;TZID=Europe/Berlin:20260701T100000", "RRULE:FREQ=WEEKLY")
    invite = read_invite(weekly, "", AT)
    assert invite is not None
    assert isinstance(invite.next_starts, datetime)
    assert invite.next_starts.isoformat() == "2026-11-25T10:00:00+01:00"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "BEGIN:VCALENDAR",
        event(),
        event("DTSTART:soon"),
        event("DTSTART:20261125T090000Z", uid=""),
        event("DTSTART:20261125T090000Z", method="REFRESH"),
        event("DTSTART:00011125T090000Z"),
        "BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:1\nDTSTART:20261125\nEND:VTODO\nEND:VCALENDAR",
        event("DTSTART:20261125T090000Z") + "\n" + event("DTSTART:20261125T090000Z", uid="UID:2@x"),
    ],
)
def test_what_is_no_meeting_gives_none(text: str) -> None:
    assert read_invite(text, "", AT) is None


def test_answer_without_a_time_is_an_answer() -> None:
    reply = event("ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.example", method="REPLY")
    invite = read_invite(reply, "", AT)
    assert invite is not None
    assert (invite.method, invite.starts, invite.attendees[0].email) == (Method.REPLY, None, "a@b.example")


BOMBS = {
    "lines": "\n".join(f"X-A{n}:b" for n in range(200_000)),
    "folded": "SUMMARY:" + "\n a" * 200_000,
    "nested": "BEGIN:VEVENT\n" * 100_000,
    "quotes": "ATTENDEE" + ';CN="' * 50_000 + ":x",
    "parameters": "ATTENDEE" + ";A=b" * 50_000 + ":mailto:a@b.c",
    "attendees": "\n".join(f"ATTENDEE:mailto:a{n}@b.example" for n in range(20_000)),
    "left out": "RRULE:FREQ=DAILY\nEXDATE:" + ",".join(["20261125T090000Z"] * 10_000),
    "zones": "\n".join(f"BEGIN:VTIMEZONE\nTZID:{n}\nEND:VTIMEZONE" for n in range(3_000)),
    "impossible day": "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "long ago": "RRULE:FREQ=DAILY;BYSETPOS=366;BYDAY=MO,TU,WE,TH,FR,SA,SU",
    "every thousand years": "RRULE:FREQ=YEARLY;INTERVAL=999;BYDAY=5MO;BYMONTH=2",
}


@pytest.mark.parametrize("name", BOMBS)
def test_bomb_is_stopped_in_time(name: str) -> None:
    text = event("DTSTART:19900101T090000Z", BOMBS[name])
    started = time.process_time()
    read_invite(text, "", AT)
    read_invite(text.replace("19900101", "20261125"), "", AT)
    assert time.process_time() - started < 2


PARTS = st.sampled_from(
    [
        *("BEGIN:VEVENT", "END:VEVENT", "UID:1", "DTSTART:20261125T090000", "DTSTART;VALUE=DATE:99999999", "\n "),
        *(":", ";", '"', "RRULE:FREQ=YEARLY;UNTIL=99991231", "DTEND:19000101", "DURATION:P9999999W", "TZID="),
        *("TZOFFSETTO:+9999", "BYDAY=-9MO", "BEGIN:VTIMEZONE", "BEGIN:STANDARD", "EXDATE:20261125,"),
        *("RECURRENCE-ID:22000101T000000", "DURATION:P999W", "RRULE:FREQ=DAILY;INTERVAL=1000"),
    ]
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    sample=st.sampled_from(SAMPLES),
    splices=st.lists(st.tuples(st.integers(0, 2_000), st.integers(0, 30), PARTS | st.text(max_size=20)), max_size=8),
    at=st.datetimes(timezones=st.just(UTC)) | st.none(),
)
def test_mutations_never_raise(sample: str, splices: list[tuple[int, int, str]], at: datetime | None) -> None:
    text = "BEGIN:VCALENDAR" + sample
    for place, length, put in splices:
        where = place % (len(text) + 1)
        text = text[:where] + "\n" + put + text[where + length :]
    invite = read_invite(text, "REQUEST", at)
    assert invite is None or len(invite.uid) <= 255
