"""Requests about activities and notes."""

from dataclasses import dataclass
from datetime import date, datetime

from crmbot.crm.requests.base import Due, Request
from crmbot.domain.money import Money


@dataclass(frozen=True)
class LogActivity(Request, name="activity.log", permission="crm.activities.edit"):
    """Log a call, meeting or e-mail; one line may change the deal and plan the next task too, as one effect.

    `target` is a deal, contact, lead or company. `at` is when it happened (now unless said): an instant, or a day
    without an hour; in the future it is scheduled instead, on such a day for all of it. The last six fields belong to
    the deal it is about and to the next task.
    """

    kind: str
    target: str
    text: str = ""
    at: datetime | date | None = None
    duration_minutes: int | None = None
    billable: bool = False
    outcome: str | None = None
    attendees: tuple[str, ...] = ()
    stage: str | None = None
    value: Money | None = None
    probability: int | None = None
    expected_close: date | None = None
    next_text: str | None = None
    next_due: Due | None = None


@dataclass(frozen=True)
class CreateTask(Request, name="task.new", permission="crm.activities.edit"):
    """Plan something to do; `kind` is task, or call or meeting when scheduled."""

    text: str
    due: Due | None = None
    target: str | None = None
    owner: str | None = None
    kind: str = "task"
    duration_minutes: int | None = None
    attendees: tuple[str, ...] = ()


@dataclass(frozen=True)
class CompleteActivity(Request, name="task.done", permission="crm.activities.edit"):
    """Mark an activity as done now."""

    activity: str
    outcome: str | None = None


@dataclass(frozen=True)
class SnoozeActivity(Request, name="task.snooze", permission="crm.activities.edit"):
    """Put an open activity off: to `due`, or by `later` (2h, 1d, 1w, 1mo) than it is due, a day unless said."""

    activity: str
    due: Due | None = None
    later: str | None = None


@dataclass(frozen=True)
class AssignActivity(Request, name="task.assign", permission="crm.activities.edit"):
    """Give an activity to a user."""

    activity: str
    owner: str


@dataclass(frozen=True)
class ShowActivity(Request, name="task.show", permission="crm.activities.view", writes=False):
    """Show an activity."""

    activity: str


@dataclass(frozen=True)
class ListActivities(Request, name="task.list", permission="crm.activities.view", writes=False):
    """List open activities, the most overdue first; `state` is open, overdue, today or done."""

    owner: str | None = None
    state: str = "open"
    page: int = 1


@dataclass(frozen=True)
class ShowToday(Request, name="crm.today", permission="crm.activities.view", writes=False):
    """Show what the actor, or `owner`, has overdue and due today, and deals going stale."""

    owner: str | None = None


@dataclass(frozen=True)
class AddNote(Request, name="note.new", permission="crm.notes.edit"):
    """Keep words with a deal, contact, lead or company; without `text` it is told behind the name in `target`."""

    target: str
    text: str = ""
