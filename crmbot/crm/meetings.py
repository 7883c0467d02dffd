"""Meetings that calendars tell of: one activity for each, moved by updates, closed by a cancellation, with answers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from crmbot.crm.carried import CANCELLED, MeetingView
from crmbot.crm.history import keep_activity_facts, overdue_at
from crmbot.crm.work import Work
from crmbot.domain.ids import Kind, reference
from crmbot.domain.meetings import ANSWER_WORDS, Answer, Attendee, Invitation, Method
from crmbot.models import Activity, Meeting

_NO_TITLE = "Meeting"
_MOST_MINUTES = 24 * 60
_MOST_ANSWERS = 5
_FIRST = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a calendar's mail changed: the meeting's activity, and the sentence about it."""

    activity: Activity
    said: str


def hear_outsider(work: Work, invite: Invitation, sender: str) -> Heard | None:
    """Take what somebody outside may say of a known meeting: a guest their own answer, its organizer all of it.

    `sender` is the proven address. None when it is not theirs to say.
    """
    meeting = _find(work, invite.uid, invite.occurrence) or _find(work, invite.uid, "")
    if meeting is None:
        return None
    if invite.method is not Method.REPLY:
        return hear(work, invite) if meeting.organizer == sender else None
    own = tuple(one for one in invite.attendees if one.email == sender)
    invited = any(one[1] == sender for one in meeting.attendees)
    return hear(work, replace(invite, attendees=own)) if own and invited else None


def is_known(work: Work, invite: Invitation) -> bool:
    """Say whether there is a meeting that an invitation is about."""
    return (_find(work, invite.uid, invite.occurrence) or _find(work, invite.uid, "")) is not None


def hear(work: Work, invite: Invitation) -> Heard | None:
    """Take a further version, a cancellation or an answer of a meeting that is known; None when it isn't."""
    meeting = _find(work, invite.uid, invite.occurrence)
    series = _find(work, invite.uid, "") if invite.occurrence else None
    if meeting is None and series is not None:
        meeting = _of_series(work, series, invite)
    activity: Activity | None = work.get(Activity, meeting.activity_id) if meeting else None
    if meeting is None or activity is None:
        return None
    if invite.method is Method.REPLY:
        return _take_answers(work, meeting, activity, invite)
    if _version(invite.sequence, invite.stamped_at) < _version(meeting.sequence, meeting.stamped_at):
        return Heard(activity, f"An older version of {_named(activity)} changes nothing.")
    if invite.method is Method.CANCEL:
        return _cancel(work, meeting, activity, invite)
    return _move(work, meeting, activity, invite)


def start_meeting(
    work: Work, invite: Invitation, about: dict[str, str | None], *, owner_id: str | None, notes: str | None
) -> Activity:
    """Add the activity of a meeting that is not known yet; one that is over counts as done."""
    meeting = Meeting(uid=invite.uid, occurrence=invite.occurrence, cancelled_at=None)
    _write_facts(meeting, invite)
    activity = Activity(
        number=work.next_number(Kind.ACTIVITY),
        kind="meeting",
        subject=invite.title or _NO_TITLE,
        notes=notes,
        outcome=None,
        owner_id=owner_id,
        completed_at=None,
        billable=False,
        created_at=work.now,
        facts_since=work.now,
        **about,
    )
    _set_time(work, activity, meeting)
    activity.attendees = [one[0] or one[1] for one in meeting.attendees]
    if activity.overdue_at is not None and activity.overdue_at <= work.now:
        activity.completed_at = activity.overdue_at
    work.write(activity)
    meeting.activity_id = activity.id
    work.write(meeting)
    return activity


def show_meeting(work: Work, activity: Activity) -> MeetingView | None:
    """Return the calendar's side of a meeting as a card shows it; None for one that no calendar told of."""
    meeting = work.session.scalar(
        select(Meeting)
        .where(Meeting.workspace_id == work.workspace_id, Meeting.activity_id == activity.id)
        .order_by(Meeting.occurrence)
        .limit(1)
    )
    return meeting_view(meeting) if meeting else None


def meeting_words(work: Work, activities: Sequence[Activity]) -> dict[str, str]:
    """Return for those activities that a calendar told of when, where and with which answers, in words."""
    ids = [activity.id for activity in activities if activity.kind == "meeting"]
    if not ids:
        return {}
    rows = work.session.scalars(
        select(Meeting).where(Meeting.workspace_id == work.workspace_id, Meeting.activity_id.in_(ids))
    )
    return {row.activity_id: _words(work, row) for row in rows}


def meeting_view(meeting: Meeting) -> MeetingView:
    """Return a meeting as a card shows it."""
    return MeetingView(
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        starts_on=meeting.starts_on,
        ends_on=meeting.ends_on,
        place=meeting.place,
        organizer=meeting.organizer,
        repeats=meeting.repeats,
        attendees=tuple((name or email, ANSWER_WORDS[Answer(answer)]) for name, email, answer in meeting.attendees),
        cancelled_at=meeting.cancelled_at,
    )


def _words(work: Work, meeting: Meeting) -> str:
    place = f" at {meeting.place}" if meeting.place else ""
    repeats = f", {meeting.repeats}" if meeting.repeats else ""
    answers = [f"{name or email} {ANSWER_WORDS[Answer(answer)]}" for name, email, answer in meeting.attendees if answer]
    more = f" and {len(answers) - _MOST_ANSWERS} more" if len(answers) > _MOST_ANSWERS else ""
    told = f"; {', '.join(answers[:_MOST_ANSWERS])}{more}" if answers else ""
    return f"{when_words(work, meeting)}{place}{repeats}{told}"


def _find(work: Work, uid: str, occurrence: str) -> Meeting | None:
    return work.session.scalar(
        select(Meeting).where(
            Meeting.workspace_id == work.workspace_id, Meeting.uid == uid, Meeting.occurrence == occurrence
        )
    )


def _of_series(work: Work, series: Meeting, invite: Invitation) -> Meeting | None:
    """Return the meeting for one time of a series: the series itself while it stands there, else one beside it."""
    shown = series.starts_at.strftime("%Y%m%dT%H%M%SZ") if series.starts_at else str(series.starts_on)
    if invite.method is Method.REPLY or (invite.method is Method.REQUEST and shown == invite.occurrence):
        return series
    activity: Activity | None = work.get(Activity, series.activity_id)
    if activity is None:
        return None
    about = {name: getattr(activity, name) for name in ("deal_id", "contact_id", "company_id", "lead_id")}
    title = invite.title or activity.subject
    start_meeting(work, replace(invite, title=title), about, owner_id=activity.owner_id, notes=invite.notes or None)
    return _find(work, invite.uid, invite.occurrence)


def _move(work: Work, meeting: Meeting, activity: Activity, invite: Invitation) -> Heard:
    """Make the meeting what its later version says; it stands again when it was called off."""
    known = {email: answer for _, email, answer in meeting.attendees if email}
    before = _when(meeting)
    _write_facts(meeting, invite)
    if _when(meeting) == before:
        # The organizer's calendar may not have heard yet what was answered.
        meeting.attendees = [[name, email, answer or known.get(email, "")] for name, email, answer in meeting.attendees]
    keep_activity_facts(work, activity)
    activity.subject = invite.title or activity.subject
    activity.attendees = [one[0] or one[1] for one in meeting.attendees]
    if meeting.cancelled_at is not None:
        meeting.cancelled_at, activity.completed_at, activity.outcome = None, None, None
    _set_time(work, activity, meeting)
    work.session.flush()
    moved = _when(meeting) != before
    return Heard(
        activity, f"{_named(activity)} is {'moved to ' + when_words(work, meeting) if moved else 'up to date'}."
    )


def _cancel(work: Work, meeting: Meeting, activity: Activity, invite: Invitation) -> Heard:
    meeting.sequence, meeting.stamped_at = invite.sequence, invite.stamped_at
    if meeting.cancelled_at is None:
        keep_activity_facts(work, activity)
        meeting.cancelled_at = work.now
        activity.completed_at = activity.completed_at or work.now
        activity.outcome = CANCELLED
    work.session.flush()
    return Heard(activity, f"{_named(activity)} is cancelled.")


def _take_answers(work: Work, meeting: Meeting, activity: Activity, invite: Invitation) -> Heard:
    """Note what those in the answer said; an answer to an older version says nothing of this one."""
    if invite.sequence < meeting.sequence:
        return Heard(activity, f"An answer to an older version of {_named(activity)} changes nothing.")
    told = []
    attendees = [list(one) for one in meeting.attendees]
    for answered in invite.attendees:
        row = next((one for one in attendees if answered.email and one[1] == answered.email), None)
        if row is None:
            attendees.append(row := [answered.name, answered.email, ""])
        row[2] = str(answered.answer)
        told.append(f"{row[0] or row[1]}: {ANSWER_WORDS[answered.answer]}")
    meeting.attendees = attendees
    work.session.flush()
    return Heard(activity, f"{_named(activity)}: {', '.join(told) or 'nobody answered'}.")


def when_words(work: Work, meeting: Meeting) -> str:
    """Return when a meeting is, in the actor's zone."""
    if meeting.starts_at is not None:
        return f"{meeting.starts_at.astimezone(work.actor.zone):%a %-d %b %Y, %H:%M %Z}"
    return f"{meeting.starts_on:%a %-d %b %Y}" if meeting.starts_on else "no time"


def _write_facts(meeting: Meeting, invite: Invitation) -> None:
    meeting.sequence, meeting.stamped_at = invite.sequence, invite.stamped_at
    starts = invite.next_starts or invite.starts
    later = starts - invite.starts if starts is not None and invite.starts is not None else timedelta(0)
    meeting.starts_at, meeting.starts_on = _split(starts)
    meeting.ends_at, meeting.ends_on = _split(invite.ends + later if invite.ends is not None else None)
    meeting.place = invite.place or None
    meeting.repeats = invite.repeats or None
    meeting.organizer = _address(invite.organizer)
    meeting.attendees = [[one.name, one.email, str(one.answer)] for one in invite.attendees]


def _set_time(work: Work, activity: Activity, meeting: Meeting) -> None:
    activity.due_at, activity.due_on = meeting.starts_at, meeting.starts_on
    zone: Any = work.zone_of(activity.owner_id) if meeting.starts_on else UTC
    activity.overdue_at = overdue_at(meeting.starts_at, meeting.starts_on, zone)
    minutes = None
    if meeting.starts_at and meeting.ends_at:
        minutes = int((meeting.ends_at - meeting.starts_at).total_seconds() // 60)
    activity.duration_minutes = minutes if minutes and 0 < minutes <= _MOST_MINUTES else None


def _split(moment: datetime | date | None) -> tuple[datetime | None, date | None]:
    if isinstance(moment, datetime):
        return moment.astimezone(UTC), None
    return None, moment


def _version(sequence: int, stamped_at: datetime | None) -> tuple[int, datetime]:
    return sequence, stamped_at or _FIRST


def _when(meeting: Meeting) -> tuple[datetime | None, date | None]:
    return meeting.starts_at, meeting.starts_on


def _address(one: Attendee | None) -> str | None:
    return (one.email or one.name) if one else None


def _named(activity: Activity) -> str:
    return f"{reference(Kind.ACTIVITY, activity.number)} {activity.subject}"
