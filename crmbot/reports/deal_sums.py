"""Sums of deals' money at a moment, made by the database and converted here."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, join, select

from crmbot.domain.money import weighted
from crmbot.models import DealVersion
from crmbot.reports.amounts import amounts
from crmbot.reports.snapshot import Snapshot, by_deal, unindexed, valid_at
from crmbot.reports.whole_sums import whole_sum

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


def sum_deals(
    snapshot: Snapshot,
    keys: tuple[Key, ...],
    *conditions: ColumnElement[bool],
    among: Select[Any] | None = None,
    few: bool = False,
) -> Iterator[tuple[Any, DealSum]]:
    """Yield (row, sum) for the deals at `as_of` that meet the conditions; the row holds the columns `keys`.

    A key's values may come several times, with no more deals but money that the database could not convert. `among`
    selects the ids of the deals that may count; `few` says that the conditions tell few deals from many better than
    `as_of` does.
    """
    worth = amounts(snapshot)
    found = among.distinct().subquery() if among is not None else None
    source = DealVersion if found is None else join(found, DealVersion, DealVersion.deal_id == found.c[0])
    given = (*keys, worth.value.label("value"), worth.weighted.label("weighted"), worth.untold.label("untold"))
    standing = (*_standing(snapshot, few=few), *conditions, *((by_deal(),) if among is not None else ()))
    facts = select(*given).select_from(source).where(*standing).subquery().c
    of_keys = [facts[key.key] for key in keys]
    counts = (func.count().label("deals"), func.sum(facts.untold).label("untold"))

    def grouped(total: type[whole_sum]) -> Select[Any]:
        sums = (total(facts.value).label("sum"), total(facts.weighted).label("likely"))
        return select(*of_keys, *counts, *sums).group_by(*of_keys)

    untold = 0
    for row in snapshot.summed(grouped):
        untold += row.untold
        yield row, DealSum(row.deals, row.sum, row.likely)
    if untold:
        apart = select(*keys, *worth.apart).select_from(source).where(*standing, worth.untold == 1).subquery().c
        for part in snapshot.session.execute(select(*apart, func.count().label("deals")).group_by(*apart)):
            yield part, _converted(snapshot, part)
        if among is not None:
            conditions = (*conditions, DealVersion.deal_id.in_(among))
        snapshot.list_unconverted(*conditions)


def total_of(parts: Iterable[tuple[Any, DealSum]]) -> DealSum:
    """Return the sum of sums."""
    total = DealSum()
    for _, found in parts:
        total.add(found)
    return total


def _standing(snapshot: Snapshot, *, few: bool) -> tuple[ColumnElement[bool], ...]:
    if not few:
        return valid_at(snapshot, snapshot.as_of)
    return (
        DealVersion.workspace_id == snapshot.workspace_id,
        unindexed(DealVersion.valid_from) < snapshot.as_of,
        unindexed(DealVersion.valid_to) >= snapshot.as_of,
        snapshot.owned(DealVersion.owner_id),
    )


def _converted(snapshot: Snapshot, row: Any) -> DealSum:
    each = snapshot.convert_or_note(row.each or 0, row.other_currency)
    return DealSum(0, row.deals * each, row.deals * weighted(each, row.chance or 0))
