"""Deals' amounts in the workspace's currency, converted by the database where its whole numbers are exact."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, null

from crmbot.domain.money import exponent
from crmbot.models import DealVersion
from crmbot.reports.snapshot import Snapshot

_MOST = 9 * 10**16
"""Above every amount that can be kept, and a hundred times it still fits 64 bits."""
_MOST_PRODUCT = 2**62


@dataclass(frozen=True, slots=True)
class Amounts:
    """Columns that tell what a version of a deal is worth, in the workspace's minor units.

    Where the database can't tell it, `value` is 0 and `other_currency` says so: either there is no rate, or the amount
    is too large to be converted there and comes in `each`, with its probability in `chance`.
    """

    value: ColumnElement[int]
    weighted: ColumnElement[int]
    other_currency: ColumnElement[Any]
    each: ColumnElement[Any]
    chance: ColumnElement[Any]

    @property
    def apart(self) -> tuple[ColumnElement[Any], ...]:
        """The columns by which deals are kept apart that the database can't convert."""
        named = {"other_currency": self.other_currency, "each": self.each, "chance": self.chance}
        return tuple(column.label(name) for name, column in named.items())


def amounts(snapshot: Snapshot) -> Amounts:
    """Return the amounts of deals' versions at the snapshot's rates, each rounded half-up (reports.md, fine print)."""
    given, currency = func.coalesce(DealVersion.value_minor, 0), DealVersion.currency
    whens: list[tuple[ColumnElement[bool], ColumnElement[int]]] = [(currency == snapshot.scope.currency, given)]
    for other, rate in sorted(snapshot.rates.items()):
        if other != snapshot.scope.currency:
            times, by = _fraction(rate, exponent(snapshot.scope.currency) - exponent(other))
            if max(times, by) > _MOST_PRODUCT:
                continue
            most = min(_MOST_PRODUCT, _MOST * by) // times
            whens.append((and_(currency == other, given >= 0, given <= most), (given * times + by // 2) // by))
    told = case(*whens, else_=null())
    value, untold = func.coalesce(told, 0), told.is_(None)
    too_large = and_(untold, currency.in_(sorted(snapshot.rates))) if snapshot.rates else None
    return Amounts(
        value=value,
        weighted=(value * DealVersion.probability + 50) // 100,
        other_currency=case((untold, currency), else_=null()),
        each=null() if too_large is None else case((too_large, given), else_=null()),
        chance=null() if too_large is None else case((too_large, DealVersion.probability), else_=null()),
    )


def _fraction(rate: Decimal, scale: int) -> tuple[int, int]:
    """Return (times, by): minor units times the one, over the other, are those of the workspace's currency."""
    times, by = rate.scaleb(scale).as_integer_ratio()
    return times, by
