"""activity-summary on workspaces made by hand; every number is reckoned in a comment."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from reports.rows import NOW, Rows, ago

from crmbot.domain.windows import Window
from crmbot.store import Store

MARCH = Window(date(2031, 3, 1), date(2031, 3, 31), ZoneInfo("UTC"))
TICK = timedelta(microseconds=1)


def test_every_figure_of_a_small_team(rows: Rows) -> None:
    jane, omar = rows.user("Jane"), rows.user("Omar")
    billable = {"billable": True, "duration_minutes": 25}
    # Jane: two done, one overdue. 25 billable minutes twice are 0.83 hours.
    rows.activity("call", ago(3), jane, due_at=ago(3), completed_at=ago(3), **billable)
    rows.activity("meeting", ago(20), jane, due_at=ago(2), completed_at=ago(1), **billable)
    rows.activity("task", ago(9), jane, due_on=date(2031, 3, 30))
    # Omar: one pending without a date, one pending today, one pending far ahead.
    rows.activity("task", ago(400), omar)
    rows.activity("task", ago(5), omar, due_on=date(2031, 3, 31))
    rows.activity("email", ago(5), omar, due_at=ago(-300))
    # Nobody's, done without being billable.
    rows.activity("email", ago(2), completed_at=ago(1), duration_minutes=500)
    # Not counted: done before the window, and not due in it.
    rows.activity("call", ago(90), jane, due_at=ago(80), completed_at=ago(80), **billable)

    data = rows.compute("activity-summary")

    assert (data.total, data.completed, data.pending, data.overdue) == (7, 3, 3, 1)
    assert (data.completion_rate, data.overdue_rate) == (0.429, 0.143)  # 3/7, 1/7
    assert data.billable_hours == 0.83
    assert data.by_type == {"call": 1, "email": 2, "meeting": 1, "task": 3}
    users = [(u.user_name, u.total, u.completed, u.pending, u.overdue, u.completion_rate) for u in data.by_user]
    assert users == [("Jane", 3, 2, 0, 1, 0.667), ("Omar", 3, 0, 3, 0, 0.0), ("Unassigned", 1, 1, 0, 0, 1.0)]
    # 1 of 7 is above 10 %; two thirds and none are below 75 %.
    told = [(w.code, w.user_name) for w in data.warnings]
    assert told == [("overdue_rate", None), ("completion_rate", "Jane"), ("completion_rate", "Omar")]


def test_an_empty_workspace_has_the_four_kinds(rows: Rows) -> None:
    data = rows.compute("activity-summary")
    assert (data.total, data.completion_rate, data.billable_hours) == (0, 0.0, 0.0)
    assert data.by_type == {"call": 0, "email": 0, "meeting": 0, "task": 0}


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({"due_at": NOW - TICK}, "overdue"),
        ({"due_at": NOW}, "pending"),
        ({"completed_at": NOW - TICK, "due_at": ago(9)}, "completed"),
        ({"completed_at": NOW, "due_at": ago(9)}, "overdue"),
        ({}, "pending"),
    ],
)
def test_a_state_is_that_of_the_instant_before(rows: Rows, facts: dict[str, Any], state: str) -> None:
    rows.activity("task", ago(20), **facts)
    data = rows.compute("activity-summary")
    assert (data.total, getattr(data, state)) == (1, 1)


@pytest.mark.parametrize(
    ("zone", "hour", "overdue"),
    [
        # A day in Auckland (UTC+13) is over at 11:00 UTC, one in New York (UTC-4) at 04:00 UTC of the day after.
        ("Pacific/Auckland", 10, 0),
        ("Pacific/Auckland", 11, 1),
        ("UTC", 23, 0),
        ("America/New_York", 23, 0),
        ("America/New_York", 28, 1),
        ("America/New_York", 27, 0),
    ],
)
def test_a_day_is_over_where_the_owner_is(rows: Rows, zone: str, hour: int, overdue: int) -> None:
    owner = rows.user("Jane", timezone=zone)
    rows.activity("task", ago(20), owner, due_on=date(2031, 3, 31), zone=zone)
    now = datetime(2031, 3, 31, tzinfo=UTC) + timedelta(hours=hour)
    assert rows.compute("activity-summary", now=now).overdue == overdue


def test_a_task_due_on_the_last_day_is_overdue_when_the_window_is_over(rows: Rows) -> None:
    rows.activity("task", ago(60), due_on=date(2031, 3, 10))
    assert rows.compute("activity-summary", Window(date(2031, 3, 1), date(2031, 3, 10), rows.zone)).overdue == 1
    assert rows.compute("activity-summary", Window(date(2031, 3, 1), date(2031, 3, 9), rows.zone)).pending == 1


@pytest.mark.parametrize(
    ("facts", "counted"),
    [
        ({"created_at": datetime(2031, 2, 1, tzinfo=UTC), "completed_at": datetime(2031, 3, 1, tzinfo=UTC) - TICK}, 0),
        ({"created_at": datetime(2031, 2, 1, tzinfo=UTC), "completed_at": datetime(2031, 3, 1, tzinfo=UTC)}, 1),
        # Done early, due inside.
        (
            {
                "created_at": datetime(2031, 2, 1, tzinfo=UTC),
                "completed_at": datetime(2031, 2, 2, tzinfo=UTC),
                "due_at": datetime(2031, 3, 1, tzinfo=UTC),
            },
            1,
        ),
        (
            {
                "created_at": datetime(2031, 2, 1, tzinfo=UTC),
                "completed_at": datetime(2031, 2, 2, tzinfo=UTC),
                "due_on": date(2031, 3, 31),
            },
            1,
        ),
        (
            {
                "created_at": datetime(2031, 2, 1, tzinfo=UTC),
                "completed_at": datetime(2031, 2, 2, tzinfo=UTC),
                "due_at": datetime(2031, 4, 1, tzinfo=UTC),
            },
            0,
        ),
        # Made when the window is over.
        ({"created_at": datetime(2031, 4, 1, tzinfo=UTC)}, 0),
        # Logged in April, happened in March.
        (
            {
                "created_at": datetime(2031, 4, 2, tzinfo=UTC),
                "completed_at": datetime(2031, 3, 9, tzinfo=UTC),
                "due_at": datetime(2031, 3, 9, tzinfo=UTC),
            },
            1,
        ),
    ],
)
def test_what_is_due_in_the_window_or_carried_into_it_counts(rows: Rows, facts: dict[str, Any], counted: int) -> None:
    rows.activity("call", **facts)
    assert rows.compute("activity-summary", MARCH, now=ago(-30)).total == counted


def test_adjacent_windows_bill_an_hour_once(rows: Rows) -> None:
    done = datetime(2031, 3, 16, tzinfo=UTC)
    rows.activity("call", ago(60), completed_at=done, billable=True, duration_minutes=60)
    windows = [
        Window(date(2031, 3, 1), date(2031, 3, 15), rows.zone),
        Window(date(2031, 3, 16), date(2031, 3, 31), rows.zone),
    ]
    assert [rows.compute("activity-summary", window).billable_hours for window in windows] == [0.0, 1.0]


def test_a_past_window_knows_the_owner_and_due_date_of_then(rows: Rows) -> None:
    jane, omar = rows.user("Jane"), rows.user("Omar")
    changed = datetime(2031, 3, 20, tzinfo=UTC)
    before = [(ago(60), changed, {"owner": jane, "due_at": datetime(2031, 3, 5, tzinfo=UTC)})]
    rows.activity("task", ago(60), omar, due_at=ago(-20), before=before)
    past = rows.compute("activity-summary", Window(date(2031, 3, 1), date(2031, 3, 19), rows.zone))
    assert [(u.user_name, u.overdue) for u in past.by_user] == [("Jane", 1)]
    now = rows.compute("activity-summary")
    assert [(u.user_name, u.overdue) for u in now.by_user] == [("Omar", 0)]


def test_another_workspaces_activities_do_not_exist(store: Store) -> None:
    ours, theirs = Rows(store), Rows(store, "w2")
    theirs.activity("call", ago(1))
    theirs.compute("activity-summary")
    assert ours.compute("activity-summary").total == 0
