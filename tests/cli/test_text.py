"""What a terminal shows of an answer."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from meeting_values import ACTIVITY, MEETING, START

from crmbot.cli.text import as_text
from crmbot.crm.answers import ActivityView, Shown
from crmbot.crm.carried import FileView

BERLIN = ZoneInfo("Europe/Berlin")


def lines(activity: ActivityView) -> list[str]:
    return [line.strip() for line in as_text(Shown(activity.title, activity), BERLIN).splitlines()]


def test_a_meeting_tells_its_place_its_people_with_their_answers_and_its_files() -> None:
    files = (
        FileView("f", "plan.pdf", "application/pdf", 1_200, kept=True),
        FileView("g", "v.mp4", "video/mp4", 99, kept=False),
    )
    shown = lines(ACTIVITY._replace(meeting=MEETING, files=files))
    assert shown[1:] == [
        "Where: Room 5",
        "Repeats: every week on Wed",
        "Attendees: Anna Lind (accepted), Bob (no answer yet)",
        "Files: plan.pdf (1,200 B), v.mp4 (99 B, too large to be kept)",
    ]


def test_a_meeting_that_was_called_off_tells_when_it_would_have_been() -> None:
    called_off = replace(MEETING, cancelled_at=START)
    shown = lines(ACTIVITY._replace(completed_at=START, outcome="Cancelled", meeting=called_off))
    assert "Was planned for: Wed 12 Mar 2031, 10:00 CET" in shown
    assert "Outcome: Cancelled" in shown
    assert not any(line.startswith("Repeats") for line in shown)


def test_an_activity_that_brought_nothing_is_one_line() -> None:
    assert len(lines(ACTIVITY._replace(attendees=()))) == 1
