"""One look at a workspace as it was at an instant: who sees what, names, stages and currency rates."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, exists, func, select, true
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import InstrumentedAttribute, Session

from crmbot.domain.money import Money
from crmbot.domain.windows import Window, day_start, last_day_before
from crmbot.models import CurrencyRate, Deal, DealVersion, Stage, User, UTCDateTime
from crmbot.reports.values import Meta, Period, Scope, Unconverted
from crmbot.reports.whole_sums import is_overflow, whole_sum, wide_sum

UNASSIGNED = "Unassigned"
_AT_ONCE = 500
"""Rows fetched together from a server."""
_EARLIEST = date(1000, 1, 1).toordinal()
_STAGE = (Stage.id, Stage.key, Stage.name, Stage.kind, Stage.late, Stage.stale_after_days, Stage.forecast_category)


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

    @cached_property
    def day(self) -> date:
        """The local day of the last instant before `as_of`; ages and rates are of this day."""
        return last_day_before(self.as_of, self.scope.zone)

    def days_ago(self, days: int) -> datetime:
        """Return the first instant of the local day that many days before the report's own."""
        day = date.fromordinal(max(self.day.toordinal() - days, _EARLIEST))
        return day_start(day, self.scope.zone)

    def owned(self, column: ColumnElement[Any] | InstrumentedAttribute[Any]) -> ColumnElement[bool]:
        """Return the condition that a row's owner is among those the viewer sees (reports.md, Who sees what)."""
        owner = self.scope.owner
        return true() if owner is None else column == owner

    def money(self, minor: int) -> Money:
        """Return an amount in the workspace's currency."""
        return Money(minor, self.scope.currency)

    def stream(self, statement: Select[Any]) -> Iterator[Any]:
        """Yield a statement's rows without holding all of them at once, on either database."""
        yield from self.session.execute(statement, execution_options={"yield_per": _AT_ONCE})

    def summed(self, build: Callable[[type[whole_sum]], Select[Any]]) -> Sequence[Row[Any]]:
        """Return the rows of a statement built with sums; built again with wider ones when 64 bits are too few."""
        try:
            return self.session.execute(build(whole_sum)).all()
        except OperationalError as error:
            if not is_overflow(error):
                raise
        return self.session.execute(build(wide_sum)).all()

    def changed_since(self, versions: Any) -> bool:
        """Say whether a table of earlier facts holds any of `as_of`.

        It mostly does not, as nothing was changed after the moment asked for, and then the rows themselves tell.
        """
        known = self._changed_since.get(versions)
        if known is None:
            later = exists().where(versions.workspace_id == self.workspace_id, versions.valid_to >= self.as_of)
            known = self._changed_since[versions] = bool(self.session.execute(select(later)).scalar_one())
        return known

    @cached_property
    def users(self) -> dict[str | None, str]:
        """The names of the workspace's users by id; None is what nobody owns."""
        found = self.session.execute(select(User.id, User.name).where(User.workspace_id == self.workspace_id))
        return {None: UNASSIGNED, **{row.id: row.name for row in found}}

    def user_name(self, user_id: str | None) -> str:
        """Return a user's name."""
        return self.users.get(user_id, UNASSIGNED)

    @cached_property
    def stages(self) -> tuple[StageFacts, ...]:
        """All stages in order; `removed` are those taken away before `as_of`."""
        removed = func.coalesce(Stage.removed_at < self.as_of, False).label("removed")
        found = self.session.execute(
            select(*_STAGE, removed).where(Stage.workspace_id == self.workspace_id).order_by(Stage.position, Stage.key)
        )
        return tuple(StageFacts(**{**row._mapping, "removed": bool(row.removed)}) for row in found)  # noqa: SLF001 - SQLAlchemy's public name

    def stage_names(self) -> dict[str, str]:
        """Return the names by key of the stages, when the report had to look at them."""
        return {stage.key: stage.name for stage in self.__dict__.get("stages", ())}

    @cached_property
    def rates(self) -> dict[str, Decimal]:
        """Units of the workspace's currency for one of each other, by the latest rate on or before the day."""
        latest = (
            select(CurrencyRate.currency, func.max(CurrencyRate.on).label("on"))
            .where(CurrencyRate.workspace_id == self.workspace_id, CurrencyRate.on <= self.day)
            .group_by(CurrencyRate.currency)
            .subquery()
        )
        found = self.session.execute(
            select(CurrencyRate.currency, CurrencyRate.rate)
            .join(latest, (CurrencyRate.currency == latest.c.currency) & (CurrencyRate.on == latest.c.on))
            .where(CurrencyRate.workspace_id == self.workspace_id)
        )
        return {row.currency: Decimal(row.rate) for row in found}

    def convert(self, minor: int, currency: str) -> int | None:
        """Return an amount in the workspace's minor units, rounded half-up; None without a rate (reports.md, Money)."""
        if currency == self.scope.currency:
            return minor
        rate = self.rates.get(currency)
        if rate is None:
            return None
        return Money(minor, currency).converted(rate, self.scope.currency).minor

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

    def list_unconverted(self, *conditions: ColumnElement[bool]) -> None:
        """Remember the deals, as they were at `as_of`, that meet the conditions and whose currency has no rate."""
        if not self.without_rate:
            return
        found = self.session.execute(
            select(Deal.id, Deal.number, Deal.title, DealVersion.value_minor, DealVersion.currency)
            .join_from(
                DealVersion,
                Deal,
                (Deal.workspace_id == DealVersion.workspace_id) & (Deal.id == DealVersion.deal_id),
            )
            .where(
                Deal.workspace_id == self.workspace_id,
                *valid_at(self, self.as_of),
                DealVersion.currency.in_(sorted(self.without_rate)),
                DealVersion.value_minor.is_not(None),
                *conditions,
            )
        )
        for row in found:
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


def held_at(snapshot: Snapshot, moment: datetime, version: Any = DealVersion) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for the version of each deal that held just before `moment` (reports.md, fine print)."""
    return (version.workspace_id == snapshot.workspace_id, began(version) < moment, version.valid_to >= moment)


def valid_at(snapshot: Snapshot, moment: datetime, version: Any = DealVersion) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of `held_at` for the deals that the viewer sees."""
    return (*held_at(snapshot, moment, version), snapshot.owned(version.owner_id))
