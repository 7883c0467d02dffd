"""One look at a workspace as it was at an instant: who sees what, names, stages and currency rates."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Executable, Result
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from crmbot.domain.lazy import lazy
from crmbot.domain.money import Money
from crmbot.domain.windows import Window, day_start, last_day_before
from crmbot.models import DealVersion
from crmbot.reports.conversions import Conversions, conversions
from crmbot.reports.lookups import select_deals, select_later, select_rates, select_stages, select_users
from crmbot.reports.statements import Shape
from crmbot.reports.values import Meta, Period, Scope, Unconverted
from crmbot.reports.whole_sums import is_overflow, whole_sum, wide_sum
from crmbot.store.prepared import Prepared

UNASSIGNED = "Unassigned"
_EARLIEST = date(1000, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class StageFacts:
    """A stage of the pipeline, in its order."""

    id: str
    key: str
    name: str
    kind: str
    late: bool
    stale_after_days: int | None
    forecast_category: str
    removed: bool


@dataclass
class Snapshot:
    """A workspace at `as_of`: the earlier of now and the window's end (reports.md, as_of)."""

    session: Session | Connection
    scope: Scope
    window: Window
    as_of: datetime = field(init=False)
    without_rate: set[str] = field(init=False, default_factory=set)
    _left_out: dict[str, Unconverted] = field(init=False, default_factory=dict)
    _changed_since: dict[Any, bool] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.as_of = min(self.scope.now, self.window.ends_at)

    @property
    def workspace_id(self) -> str:
        """The workspace that every statement names."""
        return self.scope.workspace_id

    @lazy
    def day(self) -> date:
        """The local day of the last instant before `as_of`; ages and rates are of this day."""
        return last_day_before(self.as_of, self.scope.zone)

    def days_ago(self, days: int) -> datetime:
        """Return the first instant of the local day that many days before the report's own."""
        day = date.fromordinal(max(self.day.toordinal() - days, _EARLIEST))
        return day_start(day, self.scope.zone)

    def shape(self, *versions: Any, money: bool = False) -> Shape:
        """Return what statements are built for; `versions` are the tables of earlier facts that they may look into."""
        changed = frozenset(table.__tablename__ for table in versions if self.changed_since(table))
        if not money:
            return Shape(self._owned, changed)
        return Shape(self._owned, changed, self._conversions.convertible, self._conversions.rated)

    def money(self, minor: int) -> Money:
        """Return an amount in the workspace's currency."""
        return Money(minor, self.scope.currency)

    def run(self, statement: Executable, **values: Any) -> Result[*tuple[Any, ...]]:
        """Run a statement built for this once, with the snapshot's own values and those it names besides."""
        return self._connection.execute(statement, {**self._given, **values})

    def rows(self, statement: Prepared, **values: Any) -> list[tuple[Any, ...]]:
        """Run a prepared statement with the snapshot's own values and those it names besides."""
        return statement.rows(self._connection, {**self._given, **values})

    def records(self, statement: Prepared, **values: Any) -> list[Any]:
        """Do the same; the rows' values have names."""
        return statement.records(self._connection, {**self._given, **values})

    def stream(self, statement: Prepared, *, apart: bool = True) -> Iterator[tuple[Any, ...]]:
        """Yield a statement's rows without making all of them at once; see `Prepared.stream`."""
        return statement.stream(self._connection, self._given, apart=apart)

    def summed(self, build: Callable[[Any], Prepared], **values: Any) -> list[Any]:
        """Return the records of a statement built with sums; built again with wider ones when 64 bits are too few."""
        try:
            return self.records(build(whole_sum), **values)
        except OperationalError as error:
            if not is_overflow(error):
                raise
        return self.records(build(wide_sum), **values)

    @lazy
    def _connection(self) -> Connection:
        return self.session if isinstance(self.session, Connection) else self.session.connection()

    @lazy
    def _owned(self) -> bool:
        return self.scope.owner is not None

    @lazy
    def _given(self) -> dict[str, Any]:
        """The values of the places that `statements` names, and those of the currencies once they are looked up."""
        window = self.window
        return {
            "of_workspace": self.workspace_id,
            "of_owner": self.scope.owner,
            "as_of": self.as_of,
            "window_starts": window.starts_at,
            "window_ends": window.ends_at,
            "window_from": window.from_on,
            "window_to": window.to_on,
            "report_day": self.day,
        }

    @lazy
    def _conversions(self) -> Conversions:
        found = conversions(self.rates, self.scope.currency)
        self._given.update(found.values)
        return found

    def changed_since(self, versions: Any) -> bool:
        """Say whether a table of earlier facts holds any of `as_of`.

        It mostly does not, as nothing was changed after the moment asked for, and then the rows themselves tell.
        """
        known = self._changed_since.get(versions)
        if known is None:
            known = self._changed_since[versions] = bool(self.rows(select_later(versions))[0][0])
        return known

    @lazy
    def users(self) -> dict[str | None, str]:
        """The names of the workspace's users by id; None is what nobody owns."""
        return {None: UNASSIGNED, **dict(self.rows(select_users()))}

    def user_name(self, user_id: str | None) -> str:
        """Return a user's name."""
        return self.users.get(user_id, UNASSIGNED)

    @lazy
    def stages(self) -> tuple[StageFacts, ...]:
        """All stages in order; `removed` are those taken away before `as_of`."""
        return tuple(StageFacts(*row) for row in self.rows(select_stages()))

    def stage_names(self) -> dict[str, str]:
        """Return the names by key of the stages, when the report had to look at them."""
        return {stage.key: stage.name for stage in self.__dict__.get("stages", ())}

    @lazy
    def rates(self) -> dict[str, Decimal]:
        """Units of the workspace's currency for one of each other, by the latest rate on or before the day."""
        return {currency: Decimal(rate) for currency, rate in self.rows(select_rates())}

    def convert(self, minor: int, currency: str) -> int | None:
        """Return an amount in the workspace's minor units, rounded half-up; None without a rate (reports.md, Money)."""
        if currency == self.scope.currency:
            return minor
        fraction = self._conversions.fractions.get(currency)
        if fraction is None:
            return None
        times, by = fraction
        amount = (2 * abs(minor) * times + by) // (2 * by)
        return amount if minor >= 0 else -amount

    def convert_or_note(self, minor: int, currency: str) -> int:
        """Convert, or count nothing and remember the currency for `list_unconverted`."""
        converted = self.convert(minor, currency)
        if converted is None:
            self.without_rate.add(currency)
            return 0
        return converted

    def note_unconverted(self, deal: Unconverted) -> None:
        """Remember a deal whose money was left out."""
        self._left_out[deal.id] = deal

    def list_unconverted(self, *conditions: ColumnElement[bool], **values: Any) -> None:
        """Remember the deals, as they were at `as_of`, that meet the conditions and whose currency has no rate."""
        if not self.without_rate:
            return
        statement = select_deals(self.shape()).where(
            DealVersion.currency.in_(sorted(self.without_rate)), DealVersion.value_minor.is_not(None), *conditions
        )
        for row in self.run(statement, **values):
            amount = Money(row.value_minor, row.currency)
            self.note_unconverted(Unconverted(row.id, row.number, row.title, amount, row.currency))

    def meta(self) -> Meta:
        """Return the circumstances of this report."""
        return Meta(
            workspace_id=self.workspace_id,
            timezone=self.scope.zone.key,
            currency=self.scope.currency,
            as_of=self.as_of,
            scope="all" if self.scope.sees_all else "own",
            owner_id=self.scope.owner,
            period=self.period,
            unconverted=tuple(sorted(self._left_out.values(), key=lambda deal: deal.number)),
        )

    @property
    def period(self) -> Period:
        """The window's days."""
        return Period(self.window.from_on, self.window.to_on)
