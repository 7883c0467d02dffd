"""The statements of use cases, compiled once; and those that insert rows."""

from typing import cast

from sqlalchemy import Table, insert

from crmbot.models import Base
from crmbot.prepared import Prepared, Values, picker

__all__ = ["Prepared", "Values", "insertion", "picker"]


def insertion(kind: type[Base]) -> Prepared:
    """Return the statement that inserts rows of a kind, all columns given."""
    return Prepared(insert(cast("Table", kind.__table__)))
