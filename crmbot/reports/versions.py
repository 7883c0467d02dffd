"""Conditions for the version of each deal that held at a moment."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func

from crmbot.models import DealVersion, UTCDateTime
from crmbot.reports.statements import AT, WORKSPACE, Shape


def unindexed(instant: Any) -> ColumnElement[datetime]:
    """Return an instant in a form that no index is used for, where another condition tells few rows from many."""
    return func.coalesce(instant, instant, type_=UTCDateTime())


def began(version: Any) -> ColumnElement[datetime]:
    """Return when a version began: nearly every one did before the moment asked for, so its end is what to look by."""
    return unindexed(version.valid_from)


def by_deal(version: Any = DealVersion) -> ColumnElement[bool]:
    """Return a condition that is always true and lets SQLite find versions by their deal.

    Unasked it takes a workspace for a few rows, and reads all of them from an index that holds every column of the
    statement; the id is in no such index.
    """
    is_there: ColumnElement[bool] = version.id != ""
    return is_there


def held(version: Any = DealVersion) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for the version of each deal that held just before `as_of` (reports.md, fine print)."""
    return (version.workspace_id == WORKSPACE, began(version) < AT, version.valid_to >= AT)


def valid(shape: Shape, version: Any = DealVersion) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of `held` for the deals that the viewer sees."""
    return (*held(version), shape.sees(version.owner_id))
