"""Conditions for the version of a record that held at a moment, and how versions are found."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Join, and_, func, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

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


def held_before(version: Any, began_at: Any) -> ColumnElement[bool]:
    """Return the condition that facts kept before a change are those of `as_of`.

    The first ones also hold for all time before the record, which began at `began_at`: what is told after the fact
    falls where it happened.
    """
    return and_(
        version.valid_to >= AT,
        version.valid_to > version.valid_from,
        or_(version.valid_from < AT, version.valid_from <= began_at),
    )


class LeftFirst(Join):
    """A join of few rows, on the left, with many: SQLite, which can't tell few from many, keeps to the order."""

    inherit_cache = True


@compiles(LeftFirst, "sqlite")
def _in_order(join: LeftFirst, compiler: SQLCompiler, **given: Any) -> str:
    left, right = (compiler.process(side, **given) for side in (join.left, join.right))
    return f"{left} CROSS JOIN {right} ON {compiler.process(join.onclause)}"  # type: ignore[arg-type]
