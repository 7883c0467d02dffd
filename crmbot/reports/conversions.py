"""The workspace's rates as whole fractions that a statement of a database multiplies and divides by."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from crmbot.domain.money import exponent

_MOST = 9 * 10**16
"""Above every amount that can be kept, and a hundred times it still fits 64 bits."""
_MOST_PRODUCT = 2**62


@dataclass(frozen=True, slots=True)
class Conversions:
    """How many currencies the database can convert, how many have a rate at all, and the values it does it with."""

    convertible: int
    rated: int
    values: Mapping[str, Any]
    fractions: Mapping[str, tuple[int, int]]
    """(times, by) of each: its minor units times the one, over the other, are those of the workspace's currency."""


def conversions(rates: Mapping[str, Decimal], own: str) -> Conversions:
    """Return what converts to the currency `own`; those whose fraction is too large for 64 bits come last."""
    fractions = [
        (other, *_fraction(rate, exponent(own) - exponent(other))) for other, rate in rates.items() if other != own
    ]
    fractions.sort(key=lambda found: max(found[1:]) > _MOST_PRODUCT)
    usable = [found for found in fractions if max(found[1:]) <= _MOST_PRODUCT]
    values: dict[str, Any] = {"own_currency": own}
    values |= {f"rated_{place}": other for place, (other, _, _) in enumerate(fractions)}
    for place, (_, times, by) in enumerate(usable):
        values |= {f"times_{place}": times, f"half_{place}": by // 2, f"by_{place}": by}
    if usable:
        values["most"] = min(min(_MOST_PRODUCT, _MOST * by) // times for _, times, by in usable)
    return Conversions(len(usable), len(fractions), values, {other: (times, by) for other, times, by in fractions})


def _fraction(rate: Decimal, scale: int) -> tuple[int, int]:
    return rate.scaleb(scale).as_integer_ratio()
