"""A new activity, its words and when it is due."""

from datetime import UTC, datetime
from typing import Any

from crmbot.crm.answers import ActivityView
from crmbot.crm.history import overdue_at
from crmbot.crm.requests import Due
from crmbot.crm.work import Work
from crmbot.domain.ids import Kind
from crmbot.errors import BadInput
from crmbot.models import Activity

KINDS = ("call", "email", "meeting", "task")
_MOST_SUBJECT = 3_000
_MOST_MINUTES = 24 * 60


def add_activity(
    work: Work,
    *,
    kind: str,
    subject: str,
    about: dict[str, str | None],
    owner_id: str | None,
    due: Due,
    completed_at: datetime | None = None,
    duration_minutes: int | None = None,
    attendees: tuple[str, ...] = (),
) -> Activity:
    """Add an activity; `about` holds the ids of what it is linked to."""
    refuse_kind(kind)
    if duration_minutes is not None and not 0 < duration_minutes <= _MOST_MINUTES:
        raise BadInput("A duration lies between a minute and a day.", field="duration_minutes", example="25m")
    activity: Activity = work.make(
        Activity,
        number=work.next_number(Kind.ACTIVITY),
        kind=kind,
        subject=subject,
        owner_id=owner_id,
        completed_at=completed_at,
        duration_minutes=duration_minutes,
        billable=False,
        attendees=list(attendees),
        created_at=work.now,
        facts_since=work.now,
        **about,
    )
    set_due(work, activity, due)
    work.keep(activity)
    return activity


def set_due(work: Work, activity: Activity, due: Due) -> None:
    """Write when an activity is due, and from when it is overdue: a day ends where its owner is."""
    activity.due_at, activity.due_on = due.at, due.on
    zone: Any = work.zone_of(activity.owner_id) if due.on else UTC
    activity.overdue_at = overdue_at(due.at, due.on, zone)


def due_words(work: Work, due: Due) -> str:
    """Return when something is due, in the actor's zone: “Fri 27 Nov 2026, 15:00 CET”; nothing when it is not."""
    if due.at is not None:
        return f"{due.at.astimezone(work.actor.zone):%a %-d %b %Y, %H:%M %Z}"
    return f"{due.on:%a %-d %b %Y}" if due.on else ""


def refuse_kind(kind: str) -> None:
    """Refuse what is no kind of activity."""
    if kind not in KINDS:
        raise BadInput(f"“{kind}” is no kind of activity. There are {', '.join(KINDS)}.", field="kind")


def usable_subject(text: str) -> str:
    """Return what an activity is called, refused when it is too long."""
    if len(text) > _MOST_SUBJECT:
        raise BadInput(f"This takes at most {_MOST_SUBJECT} characters; these are {len(text)}.", field="text")
    return text.strip()


def first_link(view: ActivityView) -> str:
    """Return the first record that an activity is about."""
    return f"{view.about[0].reference} {view.about[0].title}" if view.about else "nobody"
