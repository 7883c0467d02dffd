"""Bounds of days as a table that statements can count by."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import CTE, Integer, column, text

from crmbot.models import UTCDateTime
from crmbot.reports.statements import instant


def day_table(days: int) -> CTE:
    """Return a table of `day` (from 0), `starts` and `ends`, whose bounds `day_bounds` gives; at least one row.

    Written as text, because SQLAlchemy works out its own VALUES anew each time they are compiled.
    """
    rows = ", ".join(f"({day}, :starts_{day}, :ends_{day})" for day in range(days))
    bounds = [instant(f"{name}_{day}") for day in range(days) for name in ("starts", "ends")]
    table = text(f"SELECT column1 AS day, column2 AS starts, column3 AS ends FROM (VALUES {rows}) AS of_day")
    typed = (column("day", Integer), column("starts", UTCDateTime()), column("ends", UTCDateTime()))
    return table.bindparams(*bounds).columns(*typed).cte("days")


def day_bounds(bounds: Iterable[tuple[datetime, datetime]]) -> dict[str, datetime]:
    """Return the values of the table's places."""
    given = {}
    for day, (starts, ends) in enumerate(bounds):
        given[f"starts_{day}"], given[f"ends_{day}"] = starts, ends
    return given
