"""What is planned is completed, put off or handed over."""

from crmbot.crm.activities.making import due_words, set_due
from crmbot.crm.answers import Change, Outcome
from crmbot.crm.giving import give
from crmbot.crm.history import keep_activity_facts
from crmbot.crm.lookup import find_activity
from crmbot.crm.postponing import put_off
from crmbot.crm.requests import AssignActivity, CompleteActivity, Due, SnoozeActivity
from crmbot.crm.views import activity_view
from crmbot.crm.work import Work
from crmbot.domain.ids import Kind, reference
from crmbot.errors import BadInput, Conflict
from crmbot.models import Activity


def complete(work: Work, request: CompleteActivity) -> Outcome:
    """Mark an activity as done now."""
    activity = _open(work, request.activity)
    activity.completed_at = work.now
    if request.outcome:
        activity.outcome = request.outcome
    work.flush()
    return Outcome(f"Completed {_named(activity)}.", record=activity_view(work, activity))


def snooze(work: Work, request: SnoozeActivity) -> Outcome:
    """Put an open activity off."""
    activity = _open(work, request.activity)
    if request.due is not None:
        _refuse_past(work, activity, request.due)
    due = request.due or put_off(work, activity, request.later)
    before, after = due_words(work, Due(activity.due_at, activity.due_on)), due_words(work, due)
    keep_activity_facts(work, activity)
    set_due(work, activity, due)
    work.flush()
    view = activity_view(work, activity)
    return Outcome(
        f"{_named(activity)} is due {after} now.", record=view, changes=(Change(view.reference, "Due", before, after),)
    )


def assign(work: Work, request: AssignActivity) -> Outcome:
    """Give an activity to a user; a day it is due on is the new owner's day."""
    return give(work, _editable(work, request.activity), request.owner)


def _open(work: Work, word: str) -> Activity:
    """Return an activity to be settled; Conflict when it is done already."""
    activity = _editable(work, word)
    if activity.completed_at is not None:
        raise Conflict(f"{_named(activity)} is done already.")
    return activity


def _editable(work: Work, word: str) -> Activity:
    activity = find_activity(work, word)
    work.allow_edit(activity.owner_id, _named(activity))
    return activity


def _refuse_past(work: Work, activity: Activity, due: Due) -> None:
    """Refuse to put something off to a moment that has passed."""
    if not ((due.at and due.at < work.now) or (due.on and due.on < work.today)):
        return
    number = reference(Kind.ACTIVITY, activity.number)
    raise BadInput(
        f"{due_words(work, due)} is over. Put {number} off to a day to come.",
        field="due",
        example=f"/task snooze {number} +1d",
    )


def _named(activity: Activity) -> str:
    return f"{reference(Kind.ACTIVITY, activity.number)} {activity.subject}"
