"""Activities as they were known at a moment: the row's own facts, or the version that held then."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, or_

from crmbot.models import Activity, ActivityVersion


def current_facts(at: datetime) -> ColumnElement[bool]:
    """Return the condition that the row itself holds the facts of `at`.

    A row whose facts never changed since it was made holds them for all time: what is logged after the fact falls
    where it happened.
    """
    return or_(Activity.facts_since < at, Activity.facts_since <= Activity.created_at)


def version_facts(at: datetime) -> ColumnElement[bool]:
    """Return the condition that a version holds the facts of `at`; the first one also holds for all time before."""
    return and_(
        ActivityVersion.valid_to >= at,
        ActivityVersion.valid_to > ActivityVersion.valid_from,
        or_(ActivityVersion.valid_from < at, ActivityVersion.valid_from <= Activity.created_at),
    )


def existed(facts: Any, at: datetime) -> ColumnElement[bool]:
    """Return the condition that the activity was planned or done before `at`."""
    return or_(Activity.created_at < at, facts.completed_at < at)


def overdue(facts: Any, at: datetime) -> ColumnElement[bool]:
    """Return the condition that an open activity is past due at `at`.

    One due at an hour is late once that instant lies before `at`; one due on a day once that day is over, in its
    owner's zone (reports.md, activity-summary and fine print).
    """
    # The first part says nothing new, but an index knows what to do with it.
    return and_(facts.overdue_at <= at, or_(facts.overdue_at < at, facts.due_on.is_not(None)))


def is_open(facts: Any, at: datetime) -> ColumnElement[bool]:
    """Return the condition that the activity was not completed before `at`."""
    return or_(facts.completed_at.is_(None), facts.completed_at >= at)


def touched_since(facts: Any, since: datetime, at: datetime) -> ColumnElement[bool]:
    """Return the condition that the activity was done in [since, at), or planned then and still open."""
    touch = last_touch(facts, at)
    return and_(touch >= since, touch < at)


def last_touch(facts: Any, at: datetime) -> ColumnElement[Any]:
    """Return when the activity touched its records: when it was done, or, still open at `at`, when it was planned."""
    return case((facts.completed_at < at, facts.completed_at), else_=Activity.created_at)
