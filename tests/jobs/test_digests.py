"""Digests in time: each slot is decided once, whatever the clock, the schedule or the other processes do."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from clocks import SettableClock
from hypothesis import given, settings
from hypothesis import strategies as st
from jobs.rig import ARCHIVED, OWNER, FakeComposer, FakeGateway, Rig, change, make_rig, subscription

from crmbot.errors import NotAllowed
from crmbot.jobs.digests import Digests
from crmbot.models import DigestSlot, DigestSubscription

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DUE = datetime(2031, 3, 10, 7, tzinfo=UTC)
"""Monday 08:00 in Berlin."""


def digests(rig: Rig, composer: FakeComposer | None = None) -> Digests:
    return Digests(rig.store, composer or FakeComposer(), rig.clock, catch_up=12 * HOUR)


def texts(rig: Rig) -> list[str]:
    return [row.payload["text"] for row in rig.rows() if row.state != "parked"]


def slots(rig: Rig) -> list[tuple[str, str, str | None]]:
    return sorted((row.slot, row.state, row.reason) for row in rig.rows(DigestSlot))


def test_a_slot_is_decided_once_at_its_hour(rig: Rig) -> None:
    row = subscription(rig)
    jobs = digests(rig)
    rig.clock.set(DUE - MINUTE)
    assert jobs.run_once() == 0
    rig.clock.set(DUE + timedelta(seconds=20))
    assert [jobs.run_once(), jobs.run_once()] == [1, 0]
    (message,) = rig.rows()
    assert (message.key, message.kind, message.destination) == (f"digest:{row.id}:2031-03-10T08:00", "slack.post", "C1")
    assert message.payload == {"text": "aging 2031-03-10T08:00"}
    (slot,) = rig.rows(DigestSlot)
    assert (slot.state, slot.outbox_id, slot.due_at) == ("queued", message.id, DUE)
    assert slot.snapshot == {"as_of": DUE.isoformat()}


@pytest.mark.parametrize(
    ("down", "said", "skipped"),
    [
        (MINUTE, "aging 2031-03-10T08:00", None),
        (6 * HOUR, "aging 2031-03-10T08:00 (late: was due Mon 08:00)", None),
        (13 * HOUR, None, "Missed: crmbot was not running, and 12 hours is the most it catches up."),
    ],
)
def test_a_late_slot_is_caught_up_within_the_limit_or_recorded(
    rig: Rig, down: timedelta, said: str | None, skipped: str | None
) -> None:
    subscription(rig)
    rig.clock.set(DUE + down)
    jobs = digests(rig)
    jobs.run_once()
    jobs.run_once()
    assert texts(rig) == ([said] if said else [])
    assert [(state, reason) for _, state, reason in slots(rig) if state == "skipped"] == (
        [("skipped", skipped)] if skipped else []
    )


def test_three_weeks_away_leave_a_record_for_every_slot_and_one_message(rig: Rig) -> None:
    subscription(rig, "daily", day="daily", time="06:00")
    rig.clock.advance(21 * DAY)
    digests(rig).run_once()
    decided = slots(rig)
    assert len(decided) == 21
    assert [state for _, state, _ in decided].count("queued") == 1
    assert texts(rig) == ["daily 2031-03-26T06:00 (late: was due Wed 06:00)"]


def test_of_several_late_ones_only_the_last_is_sent(sqlite_rig: Rig) -> None:
    subscription(sqlite_rig, "daily", day="daily")
    sqlite_rig.clock.set(DUE + 26 * HOUR)
    Digests(sqlite_rig.store, FakeComposer(), sqlite_rig.clock, catch_up=48 * HOUR).run_once()
    assert len(texts(sqlite_rig)) == 1
    assert ("2031-03-10T08:00", "skipped", "Missed: overtaken by the one of 2031-03-11T08:00.") in slots(sqlite_rig)


def test_midnight_after_the_clock_went_forward_is_posted_once(rig: Rig) -> None:
    rig.clock.set(datetime(2026, 3, 28, 12, tzinfo=UTC))
    subscription(rig, time="00:00")
    jobs = digests(rig)
    for _ in range(3 * 48):
        rig.clock.advance(30 * MINUTE)
        jobs.run_once()
    assert slots(rig) == [("2026-03-30T00:00", "queued", None)]
    assert len(texts(rig)) == 1


def test_nothing_to_say_is_recorded_and_not_sent(rig: Rig) -> None:
    subscription(rig)
    rig.clock.set(DUE)
    digests(rig, FakeComposer(says_nothing=True)).run_once()
    assert (texts(rig), slots(rig)) == ([], [("2031-03-10T08:00", "skipped", "Nothing to report.")])


def test_a_refused_digest_is_recorded_with_the_reason(sqlite_rig: Rig) -> None:
    subscription(sqlite_rig)
    sqlite_rig.clock.set(DUE)
    digests(sqlite_rig, FakeComposer(refuses=NotAllowed("Its owner may see no reports any more."))).run_once()
    assert slots(sqlite_rig) == [("2031-03-10T08:00", "skipped", "Its owner may see no reports any more.")]


def test_a_digest_that_breaks_holds_up_no_other_and_comes_when_it_works(sqlite_rig: Rig) -> None:
    subscription(sqlite_rig, "broken")
    subscription(sqlite_rig, "fine")
    composer = FakeComposer(breaks={"broken"})
    jobs = digests(sqlite_rig, composer)
    sqlite_rig.clock.set(DUE)
    jobs.run_once()
    assert texts(sqlite_rig) == ["fine 2031-03-10T08:00"]
    composer.breaks.clear()
    jobs.run_once()
    assert sorted(texts(sqlite_rig)) == ["broken 2031-03-10T08:00", "fine 2031-03-10T08:00"]


def test_a_paused_digest_owes_nothing(sqlite_rig: Rig) -> None:
    row = subscription(sqlite_rig)
    change(sqlite_rig, row, paused_at=sqlite_rig.clock())
    jobs = digests(sqlite_rig)
    sqlite_rig.clock.set(DUE)
    jobs.run_once()
    sqlite_rig.clock.advance(HOUR)
    change(sqlite_rig, row, paused_at=None, active_since=sqlite_rig.clock())
    jobs.run_once()
    assert slots(sqlite_rig) == []
    sqlite_rig.clock.advance(7 * DAY)
    jobs.run_once()
    assert [slot for slot, _, _ in slots(sqlite_rig)] == ["2031-03-17T08:00"]


def test_a_digest_paused_while_it_is_made_is_not_sent(sqlite_rig: Rig) -> None:
    row = subscription(sqlite_rig)

    class Meanwhile(FakeComposer):
        def __call__(self, session: object, occasion: object) -> object:  # type: ignore[override]  # what it says is not used
            change(sqlite_rig, row, paused_at=sqlite_rig.clock())
            return super().__call__(session, occasion)  # type: ignore[arg-type]  # same

    sqlite_rig.clock.set(DUE)
    assert digests(sqlite_rig, Meanwhile()).run_once() == 0
    assert slots(sqlite_rig) == []


@pytest.mark.parametrize("jump", [HOUR, -HOUR, 30 * DAY, -30 * DAY])
def test_a_clock_that_jumps_and_comes_back_repeats_and_loses_nothing(rig: Rig, jump: timedelta) -> None:
    subscription(rig)
    jobs = digests(rig)
    for moment in (DUE, DUE + HOUR, DUE + HOUR + jump, DUE + 2 * HOUR + jump, DUE + 2 * HOUR, DUE + 7 * DAY):
        rig.clock.set(moment)
        jobs.run_once()
    assert [slot for slot, state, _ in slots(rig) if state == "queued"] == ["2031-03-10T08:00", "2031-03-17T08:00"]
    assert len(rig.rows()) == 2


def test_an_earlier_message_that_never_left_gives_way_to_the_next(rig: Rig) -> None:
    subscription(rig)
    jobs = digests(rig)
    for week in range(3):
        rig.clock.set(DUE + week * 7 * DAY)
        jobs.run_once()
    assert texts(rig) == ["aging 2031-03-24T08:00"]
    assert {row.reason for row in rig.rows() if row.state == "parked"} == {
        "Overtaken by the one of 2031-03-17T08:00 before it could be sent.",
        "Overtaken by the one of 2031-03-24T08:00 before it could be sent.",
    }


def test_a_broken_destination_tells_the_owner_once(rig: Rig) -> None:
    subscription(rig)
    rig.clock.set(DUE)
    digests(rig).run_once()
    rig.sender(FakeGateway({"C1": [ARCHIVED]})).run_once()
    (notice,) = [row for row in rig.rows() if row.kind == "notice.undelivered"]
    assert (notice.destination, notice.payload["digest"]) == (OWNER, "aging")


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ({"time": "09:00"}, ["2031-03-10T08:00", "2031-03-17T09:00"]),
        ({"timezone": "America/New_York"}, ["2031-03-10T08:00", "2031-03-17T08:00"]),
        ({"day": "tuesday"}, ["2031-03-10T08:00", "2031-03-11T08:00", "2031-03-18T08:00"]),
        ({"channel": "C2"}, ["2031-03-10T08:00", "2031-03-17T08:00"]),
    ],
)
def test_what_was_sent_is_not_repeated_by_a_change(sqlite_rig: Rig, new: dict[str, str], expected: list[str]) -> None:
    row = subscription(sqlite_rig)
    jobs = digests(sqlite_rig)
    sqlite_rig.clock.set(DUE)
    jobs.run_once()
    change(sqlite_rig, row, **new)
    for hours in range(1, 8 * 24 + 12):
        sqlite_rig.clock.set(DUE + hours * HOUR)
        jobs.run_once()
    assert [slot for slot, state, _ in slots(sqlite_rig) if state == "queued"] == expected


def test_an_hour_moved_into_the_past_just_before_it_came_is_not_lost(sqlite_rig: Rig) -> None:
    row = subscription(sqlite_rig, time="09:00")
    sqlite_rig.clock.set(DUE + 30 * MINUTE)
    digests(sqlite_rig).run_once()
    change(sqlite_rig, row, time="08:00")
    digests(sqlite_rig).run_once()
    sqlite_rig.clock.set(DUE + 2 * HOUR)
    digests(sqlite_rig).run_once()
    assert texts(sqlite_rig) == ["aging 2031-03-10T08:00 (late: was due Mon 08:00)"]


CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "time": st.sampled_from(["00:00", "02:30", "08:00", "12:15", "23:45"]),
        "timezone": st.sampled_from(
            ["Europe/Berlin", "America/New_York", "Pacific/Apia", "Pacific/Honolulu", "Asia/Kathmandu"]
        ),
        "channel": st.sampled_from(["C1", "C2"]),
    },
)


@settings(max_examples=12, deadline=None)
@given(plan=st.lists(st.tuples(st.integers(1, 40), CHANGES), min_size=1, max_size=5))
def test_whatever_is_changed_a_daily_digest_comes_once_a_local_day(
    tmp_path_factory: pytest.TempPathFactory, plan: list[tuple[int, dict[str, str]]]
) -> None:
    clock = SettableClock(datetime(2031, 3, 28, tzinfo=UTC))
    rig = make_rig(f"sqlite:///{tmp_path_factory.mktemp('changes')}/crmbot.db", clock)
    row = subscription(rig, day="daily")
    jobs = digests(rig)
    for hours, values in [*plan, (72, {})]:
        for _ in range(hours // 2 + 1):
            jobs.run_once()
            clock.advance(2 * HOUR)
        change(rig, row, **values)
    queued = [(one.slot[:10], one.due_at) for one in rig.rows(DigestSlot) if one.state == "queued"]
    days = [day for day, _ in queued]
    rig.store.close()
    assert len(set(days)) == len(days)
    moments = sorted(at for _, at in queued)
    assert all(later - earlier <= 3 * DAY for earlier, later in pairwise(moments))
    assert clock() - moments[-1] <= 27 * HOUR


def test_many_digests_of_many_workspaces_are_each_made_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    clock = SettableClock()
    names = [f"w{n}" for n in range(20)]
    rig = make_rig(f"sqlite:///{tmp_path_factory.mktemp('many')}/crmbot.db", clock, names)
    for name in names:
        for digest in ("one", "two", "three"):
            subscription(rig, digest, workspace_id=name, channel=f"{name}-{digest}")
    clock.set(DUE)
    jobs = digests(rig)
    assert [jobs.run_once(), jobs.run_once()] == [60, 0]
    assert len({(row.workspace_id, row.destination) for row in rig.rows()}) == 60
    assert len(rig.rows(DigestSubscription)) == 60
    rig.store.close()
