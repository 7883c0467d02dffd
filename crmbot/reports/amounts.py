"""Deals' amounts in the workspace's currency, converted by the database where its whole numbers are exact."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, case, func, literal_column, null

from crmbot.models import DealVersion
from crmbot.reports.statements import Shape, whole, word


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


def amounts(shape: Shape, chance: Any = DealVersion.probability) -> Amounts:
    """Return the amounts of deals' versions at the bound rates, each rounded half-up (reports.md, fine print).

    `chance` is what weighs them, in whole percent.
    """
    own, given = word("own_currency"), func.coalesce(DealVersion.value_minor, _ZERO)
    rated = [word(f"rated_{place}") for place in range(shape.rated)]
    usable = rated[: shape.convertible]
    fits = given.between(_ZERO, whole("most"))
    whens: dict[Any, ColumnElement[Any]] = {own: given}
    for place, other in enumerate(usable):
        times, half, by = (whole(f"{name}_{place}") for name in ("times", "half", "by"))
        whens[other] = case((fits, (given * times + half) // by), else_=_ZERO)
    value = case(whens, value=DealVersion.currency, else_=_ZERO)
    told = [(DealVersion.currency == own, _ZERO)]
    if usable:
        told.append((and_(DealVersion.currency.in_(usable), fits), _ZERO))
    has_rate = DealVersion.currency.in_(rated) if rated else _ONE == _ZERO
    return Amounts(
        value=value,
        weighted=(value * chance + _whole(50)) // _whole(100),
        untold=case(*told, else_=_ONE),
        apart=(
            DealVersion.currency.label("other_currency"),
            case((has_rate, given), else_=null()).label("each"),
            case((has_rate, chance), else_=null()).label("chance"),
        ),
    )
