"""Deals' amounts in the workspace's currency, converted by the database where its whole numbers are exact."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, case, func, literal_column, null

from crmbot.domain.money import exponent
from crmbot.models import DealVersion
from crmbot.reports.snapshot import Snapshot

_MOST = 9 * 10**16
"""Above every amount that can be kept, and a hundred times it still fits 64 bits."""
_MOST_PRODUCT = 2**62


def _whole(number: int) -> ColumnElement[int]:
    """Write a number into the statement, which is the same for every report."""
    return literal_column(str(number), Integer)


_ZERO, _ONE = _whole(0), _whole(1)


@dataclass(frozen=True, slots=True)
class Amounts:
    """Columns that tell what a version of a deal is worth, in the workspace's minor units.

    Where the database can't tell it, `value` and `weighted` are 0 and `untold` is 1. `apart` are then the currency, and
    the amount and the probability when there is a rate, but the amount is too large to be converted there.
    """

    value: ColumnElement[int]
    weighted: ColumnElement[int]
    untold: ColumnElement[int]
    apart: tuple[ColumnElement[Any], ...]


def amounts(snapshot: Snapshot) -> Amounts:
    """Return the amounts of deals' versions at the snapshot's rates, each rounded half-up (reports.md, fine print)."""
    own, given = snapshot.scope.currency, func.coalesce(DealVersion.value_minor, _ZERO)
    fractions = {
        other: _fraction(rate, exponent(own) - exponent(other))
        for other, rate in snapshot.rates.items()
        if other != own
    }
    usable = {other: pair for other, pair in fractions.items() if max(pair) <= _MOST_PRODUCT}
    most = min((min(_MOST_PRODUCT, _MOST * by) // times for times, by in usable.values()), default=0)
    fits = given.between(_ZERO, _whole(most))
    whens: dict[str, ColumnElement[Any]] = {own: given}
    for other, (times, by) in usable.items():
        whens[other] = case((fits, (given * times + by // 2) // by), else_=_ZERO)
    value = case(whens, value=DealVersion.currency, else_=_ZERO)
    told = [(DealVersion.currency == own, _ZERO)]
    if usable:
        told.append((and_(DealVersion.currency.in_(tuple(usable)), fits), _ZERO))
    rated = DealVersion.currency.in_(tuple(fractions)) if fractions else _ONE == _ZERO
    return Amounts(
        value=value,
        weighted=(value * DealVersion.probability + _whole(50)) // _whole(100),
        untold=case(*told, else_=_ONE),
        apart=(
            DealVersion.currency.label("other_currency"),
            case((rated, given), else_=null()).label("each"),
            case((rated, DealVersion.probability), else_=null()).label("chance"),
        ),
    )


def _fraction(rate: Decimal, scale: int) -> tuple[int, int]:
    """Return (times, by): minor units times the one, over the other, are those of the workspace's currency."""
    times, by = rate.scaleb(scale).as_integer_ratio()
    return times, by
