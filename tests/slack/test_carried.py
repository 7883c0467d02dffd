"""What mail brought to a record, on its card."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from meeting_values import ACTIVITY, START
from meeting_values import MEETING as CALENDAR

from crmbot.crm.answers import ActivityView, ContactView
from crmbot.crm.carried import FileView, MeetingView
from crmbot.slack.blocks.carried import addresses, carried_facts
from crmbot.slack.blocks.lines import due

MEETING = replace(CALENDAR, place="Room <5>")


class Reader:
    """Says moments as they are."""

    now = START

    def moment(self, at: datetime) -> str:
        return f"{at:%d %b %H:%M}"

    def day(self, on: date) -> str:
        return f"{on:%d %b}"


def facts(activity: ActivityView) -> dict[str, str]:
    reader: Any = Reader()
    return {label: str(value) for label, value in carried_facts(activity, reader) if value}


def test_meeting_shows_place_people_with_answers_and_files() -> None:
    files = (
        FileView("1", "Plan.pdf", "application/pdf", 245_000, kept=True),
        FileView("2", "a", "b", 30_000_000, kept=False),
    )
    shown = facts(ACTIVITY._replace(meeting=MEETING, files=files))
    assert shown == {
        "Where": "Room &lt;5&gt;",
        "Repeats": "every week on Wed",
        "Attendees": "✅ Anna Lind (accepted), ▫️ Bob (no answer yet)",
        "Files": "Plan.pdf (245 kB), a (30.0 MB, too large to be kept)",
    }


def test_meeting_that_no_calendar_told_of_shows_its_people() -> None:
    assert facts(ACTIVITY) == {"Attendees": "Anna Lind, Bob"}


@pytest.mark.parametrize(
    ("meeting", "planned"),
    [(MEETING, "12 Mar 09:00"), (replace(MEETING, starts_at=None, starts_on=date(2031, 3, 12)), "12 Mar")],
)
def test_cancelled_meeting_says_so_and_when_it_was_to_be(meeting: MeetingView, planned: str) -> None:
    reader: Any = Reader()
    cancelled = ACTIVITY._replace(completed_at=START, outcome="Cancelled", meeting=replace(meeting, cancelled_at=START))
    assert facts(cancelled)["Was planned for"] == planned
    assert str(due(cancelled, reader)) == "cancelled 12 Mar 09:00"


def test_address_that_bounced_says_why() -> None:
    contact = ContactView(
        id="1",
        reference="C-1",
        title="Anna",
        emails=("a@b.example", "c@d.example"),
        phone=None,
        role=None,
        company=None,
        created_at=START,
        version=1,
        bounced=(("c@d.example", "550 no <user>"),),
    )
    assert str(addresses(contact)) == "a@b.example, c@d.example (bounced: 550 no &lt;user&gt;)"
