"""A meeting as cards and terminal show it."""

from datetime import UTC, datetime

from crmbot.crm.answers import ActivityView
from crmbot.crm.carried import MeetingView

START = datetime(2031, 3, 12, 9, 0, tzinfo=UTC)
MEETING = MeetingView(
    starts_at=START,
    ends_at=None,
    starts_on=None,
    ends_on=None,
    place="Room 5",
    organizer="jane@ours.example",
    repeats="every week on Wed",
    attendees=(("Anna Lind", "accepted"), ("Bob", "no answer yet")),
    cancelled_at=None,
)
ACTIVITY = ActivityView(
    id="1",
    reference="A-1",
    title="Demo",
    activity_kind="meeting",
    notes=None,
    owner=None,
    about=(),
    due_at=START,
    due_on=None,
    overdue_at=START,
    completed_at=None,
    duration_minutes=None,
    billable=False,
    outcome=None,
    attendees=("Anna Lind", "Bob"),
    created_at=START,
    version=1,
)
