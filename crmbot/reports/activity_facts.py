"""Activities as they were known at a moment: the row's own facts, or the version that held then."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, or_

from crmbot.models import Activity, ActivityVersion
from crmbot.reports.statements import AT
from crmbot.reports.versions import held_before


def current_facts() -> ColumnElement[bool]:
    """Return the condition that the row itself holds the facts of `as_of`.

    A row whose facts never changed since it was made holds them for all time: what is logged after the fact falls
    where it happened.
    """
    return or_(Activity.facts_since < AT, Activity.facts_since <= Activity.created_at)


def version_facts() -> ColumnElement[bool]:
    """Return the condition that a version holds the facts of `as_of`."""
    return held_before(ActivityVersion, Activity.created_at)


def existed(facts: Any) -> ColumnElement[bool]:
    """Return the condition that the activity was planned or done before `as_of`."""
    return or_(Activity.created_at < AT, facts.completed_at < AT)


def overdue(facts: Any) -> ColumnElement[bool]:
    """Return the condition that an open activity is past due at `as_of`.

    One due at an hour is late once that instant lies before `as_of`; one due on a day once that day is over, in its
    owner's zone (reports.md, activity-summary and fine print).
    """
    # The first part says nothing new, but an index knows what to do with it.
    return and_(facts.overdue_at <= AT, or_(facts.overdue_at < AT, facts.due_on.is_not(None)))


def is_open(facts: Any) -> ColumnElement[bool]:
    """Return the condition that the activity was not completed before `as_of`."""
    return or_(facts.completed_at.is_(None), facts.completed_at >= AT)


def touched_since(facts: Any, since: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Return the condition that the activity was done in [since, `as_of`), or planned then and still open."""
    touch = last_touch(facts)
    return and_(touch >= since, touch < AT)


def last_touch(facts: Any) -> ColumnElement[Any]:
    """Return when the activity touched its records: when done, or, still open at `as_of`, when it was planned."""
    return case((facts.completed_at < AT, facts.completed_at), else_=Activity.created_at)
