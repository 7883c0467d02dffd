"""Bounds of days as a table that statements can count by."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import CTE, Integer, bindparam, column, text

from crmbot.models import UTCDateTime


def day_table(bounds: Sequence[tuple[int, datetime, datetime]]) -> CTE:
    """Return a table of `day`, `starts` and `ends`; at least one row.

    Written as text, because SQLAlchemy works out its own VALUES anew for every report.
    """
    rows = ", ".join(f"({day}, :starts_{place}, :ends_{place})" for place, (day, _, _) in enumerate(bounds))
    instants = [
        bindparam(f"{name}_{place}", at, type_=UTCDateTime())
        for place, (_, starts, ends) in enumerate(bounds)
        for name, at in (("starts", starts), ("ends", ends))
    ]
    days = text(f"SELECT column1 AS day, column2 AS starts, column3 AS ends FROM (VALUES {rows}) AS of_day")
    typed = (column("day", Integer), column("starts", UTCDateTime()), column("ends", UTCDateTime()))
    return days.bindparams(*instants).columns(*typed).cte("days")
