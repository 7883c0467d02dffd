"""Sums of deals' money at a moment, made by the database and converted here."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, func, select

from crmbot.domain.money import weighted
from crmbot.models import DealVersion
from crmbot.reports.amounts import Amounts, amounts
from crmbot.reports.snapshot import Snapshot
from crmbot.reports.statements import AT, WORKSPACE, Shape, built_once
from crmbot.reports.versions import LeftFirst, by_deal, unindexed, valid

_VERSIONS: Any = DealVersion.__table__
Key = Any
"""A column of `DealVersion`, or a labelled expression of some."""


@dataclass(slots=True)
class DealSum:
    """How many deals, and the sums of their values and weighted values in the workspace's minor units."""

    deals: int = 0
    value: int = 0
    weighted: int = 0

    def add(self, other: "DealSum") -> None:
        """Add another sum."""
        self.deals += other.deals
        self.value += other.value
        self.weighted += other.weighted


@dataclass(frozen=True, slots=True, eq=False)
class Addends:
    """Which deals at `as_of` are added up, and by what: made once, as the statements for it are.

    `among` holds the ids of the deals that may count, each once in its first column; `few` says that the conditions
    tell few deals from many better than `as_of` does. `chance` is what weighs them, None when nobody asks.
    """

    keys: tuple[Key, ...]
    conditions: tuple[ColumnElement[bool], ...] = ()
    among: Subquery | None = None
    few: bool = False
    chance: Key | None = DealVersion.probability

    def select(self, shape: Shape, *columns: Any) -> Select[Any]:
        """Select columns of the deals."""
        found = self.among
        source = DealVersion if found is None else LeftFirst(found, _VERSIONS, DealVersion.deal_id == found.c[0])
        bounded = () if found is None else (by_deal(),)
        return select(*columns).select_from(source).where(*self._standing(shape), *self.conditions, *bounded)

    def _standing(self, shape: Shape) -> tuple[ColumnElement[bool], ...]:
        if not self.few:
            return valid(shape)
        return (
            DealVersion.workspace_id == WORKSPACE,
            unindexed(DealVersion.valid_from) < AT,
            unindexed(DealVersion.valid_to) >= AT,
            shape.sees(DealVersion.owner_id),
        )


def sum_deals(snapshot: Snapshot, addends: Addends, **values: Any) -> Iterator[tuple[Any, DealSum]]:
    """Yield (row, sum) for the deals at `as_of`; the row holds the columns of the addends' keys.

    A key's values may come several times, with no more deals but money that the database could not convert. `values`
    are those that the addends name.
    """
    shape, untold = snapshot.shape(money=True), 0
    for row in snapshot.summed(lambda total: _grouped(addends, shape, total), **values):
        untold += row.untold
        yield row, DealSum(row.deals, row.sum, 0 if addends.chance is None else row.likely)
    if untold:
        for part in snapshot.records(_apart(addends, shape), **values):
            yield part, _converted(snapshot, part)
        among = () if addends.among is None else (DealVersion.deal_id.in_(select(addends.among.c[0])),)
        snapshot.list_unconverted(*addends.conditions, *among, **values)


def total_of(parts: Iterable[tuple[Any, DealSum]]) -> DealSum:
    """Return the sum of sums."""
    total = DealSum()
    for _, found in parts:
        total.add(found)
    return total


@built_once
def _grouped(addends: Addends, shape: Shape, total: Any) -> Select[Any]:
    worth, weighs = _amounts(addends, shape), addends.chance is not None
    given: tuple[Any, ...] = (worth.value.label("value"), worth.untold.label("untold"))
    given += (worth.weighted.label("weighted"),) if weighs else ()
    facts = addends.select(shape, *addends.keys, *given).subquery().c
    keys = [facts[key.key] for key in addends.keys]
    sums = [func.count().label("deals"), func.sum(facts.untold).label("untold"), total(facts.value).label("sum")]
    sums += [total(facts.weighted).label("likely")] if weighs else []
    return select(*keys, *sums).group_by(*keys)


@built_once
def _apart(addends: Addends, shape: Shape) -> Select[Any]:
    worth = _amounts(addends, shape)
    apart = addends.select(shape, *addends.keys, *worth.apart).where(worth.untold == 1).subquery().c
    return select(*apart, func.count().label("deals")).group_by(*apart)


def _amounts(addends: Addends, shape: Shape) -> Amounts:
    return amounts(shape, DealVersion.probability if addends.chance is None else addends.chance)


def _converted(snapshot: Snapshot, row: Any) -> DealSum:
    each = snapshot.convert_or_note(row.each or 0, row.other_currency)
    return DealSum(0, row.deals * each, row.deals * weighted(each, row.chance or 0))
