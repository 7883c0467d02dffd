"""What reports' statements are built from: values are named and bound when a statement runs, so it is built once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache, wraps
from typing import Any, ParamSpec, cast

from sqlalchemy import BigInteger, BindParameter, ColumnElement, Date, String, bindparam, literal, true
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.elements import ClauseElement

from crmbot.models import UTCDateTime
from crmbot.store.prepared import Prepared

KEPT = 64
"""How many shapes of one statement are remembered."""


Given = ParamSpec("Given")


def built_once(build: Callable[Given, ClauseElement]) -> Callable[Given, Prepared]:
    """Keep the statements that a function builds, compiled, by what it was given."""

    @lru_cache(KEPT)
    @wraps(build)
    def prepare(*given: Given.args, **named: Given.kwargs) -> Prepared:
        return Prepared(build(*given, **named))

    return cast("Callable[Given, Prepared]", prepare)


def one_of(column: InstrumentedAttribute[str], values: Iterable[str]) -> ColumnElement[bool]:
    """Return the condition that a column has one of some values, each with its own place, as a prepared one needs."""
    return column.in_([literal(str(value)) for value in values])


def instant(name: str) -> BindParameter[datetime]:
    """Return the place of an instant that is given by name."""
    return bindparam(name, type_=UTCDateTime())


def day(name: str) -> BindParameter[date]:
    """Return the place of a day that is given by name."""
    return bindparam(name, type_=Date())


def word(name: str) -> BindParameter[str]:
    """Return the place of a text that is given by name."""
    return bindparam(name, type_=String())


def whole(name: str) -> BindParameter[int]:
    """Return the place of a whole number that is given by name."""
    return bindparam(name, type_=BigInteger())


# The values that every snapshot gives.
WORKSPACE, OWNER = word("of_workspace"), word("of_owner")
AT, STARTS, ENDS = instant("as_of"), instant("window_starts"), instant("window_ends")
FROM_ON, TO_ON, DAY = day("window_from"), day("window_to"), day("report_day")


@dataclass(frozen=True, slots=True)
class Shape:
    """All that a statement's text may depend on: no value of a workspace, so one text can serve every workspace.

    `changed` are the tables of earlier facts that hold any of the moment asked for; `convertible` is the number of
    currencies that the database converts, `rated` that of all with a rate.
    """

    owned: bool
    changed: frozenset[str] = frozenset()
    convertible: int = 0
    rated: int = 0

    def sees(self, column: ColumnElement[Any] | InstrumentedAttribute[Any]) -> ColumnElement[bool]:
        """Return the condition that a row's owner is among those the viewer sees (reports.md, Who sees what)."""
        return column == OWNER if self.owned else true()

    def has_changed(self, versions: Any) -> bool:
        """Say whether a table of earlier facts has to be looked into."""
        return versions.__tablename__ in self.changed
