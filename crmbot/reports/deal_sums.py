"""Sums of deals' money at a moment, made by the database and converted here."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, join, select

from crmbot.domain.money import weighted
from crmbot.models import DealVersion
from crmbot.reports.amounts import amounts
from crmbot.reports.snapshot import Snapshot, unindexed, valid_at
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

    A key's values may come several times: once more for each currency without a rate, and for each amount that is too
    large for the database to convert. `among` selects the ids of the deals that may count;
    `few` says that the conditions tell few deals from many better than `as_of` does.
    """
    found = among.distinct().subquery() if among is not None else None
    source = DealVersion if found is None else join(found, DealVersion, DealVersion.deal_id == found.c[0])
    worth = amounts(snapshot)
    told = (*keys, *worth.apart, worth.value.label("value"), worth.weighted.label("weighted"))
    facts = select(*told).select_from(source).where(*_standing(snapshot, few=few), *conditions).subquery().c
    apart = [facts[key.key] for key in keys] + [facts.other_currency, facts.each, facts.chance]
    sums = (func.count().label("deals"), whole_sum(facts.value).label("sum"), whole_sum(facts.weighted).label("likely"))
    for row in snapshot.session.execute(select(*apart, *sums).group_by(*apart)):
        yield row, _sum_of(snapshot, row)
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


def _sum_of(snapshot: Snapshot, row: Any) -> DealSum:
    if row.other_currency is None:
        return DealSum(row.deals, int(row.sum), int(row.likely))
    each = snapshot.convert_or_note(row.each or 0, row.other_currency)
    return DealSum(row.deals, row.deals * each, row.deals * weighted(each, row.chance or 0))
