"""How many bars a chart has room for."""

from collections.abc import Sequence
from typing import TypeVar

Row = TypeVar("Row")
_MOST = 10


def fold(rows: Sequence[Row]) -> tuple[Sequence[Row], Sequence[Row]]:
    """Return the rows that get a bar of their own, and those that share a last one."""
    return (rows, ()) if len(rows) <= _MOST else (rows[: _MOST - 1], rows[_MOST - 1 :])
