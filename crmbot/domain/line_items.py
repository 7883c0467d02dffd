"""The lines of an offer and their sums, exact to the currency's smallest unit."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from crmbot.domain.money import Money, exponent, round_half_up

MOST_ITEMS = 50
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class LineItem:
    """One line: so many of something at a price each, less a discount, tax on top; both in percent."""

    description: str
    unit_price: Money
    quantity: Decimal = Decimal(1)
    discount_percent: Decimal = Decimal(0)
    tax_percent: Decimal = Decimal(0)

    @property
    def net(self) -> Money:
        """What the line costs without tax, rounded half-up."""
        left = (_HUNDRED - self.discount_percent) / _HUNDRED
        return Money(round_half_up(self.unit_price.minor * self.quantity * left), self.unit_price.currency)


@dataclass(frozen=True, slots=True)
class Totals:
    """What all lines come to; `taxes` are (percent, tax) by rate, the lowest first, without those of nothing."""

    net: Money
    taxes: tuple[tuple[Decimal, Money], ...]
    total: Money


def totals_of(items: Iterable[LineItem], currency: str) -> Totals:
    """Return the sums of lines in one currency.

    Tax is computed once for each rate, on the sum of that rate's lines, so that it is what the tax office computes.
    """
    net = 0
    by_rate: dict[Decimal, int] = {}
    for item in items:
        if item.unit_price.currency != currency:
            raise ValueError(f"a line in {item.unit_price.currency} among lines in {currency}")
        net += item.net.minor
        by_rate[item.tax_percent] = by_rate.get(item.tax_percent, 0) + item.net.minor
    taxes = tuple(
        (rate, Money(round_half_up(minor * rate / _HUNDRED), currency))
        for rate, minor in sorted(by_rate.items())
        if rate
    )
    return Totals(Money(net, currency), taxes, Money(net + sum(tax.minor for _, tax in taxes), currency))


def plain(number: Decimal) -> str:
    """Return a quantity or percent without idle zeros: 40, 2.5."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def as_typed(item: LineItem) -> str:
    """Return a line as a person would type it, and as it is read again: 40 x Seat @ 100 USD -10% +20%."""
    words = [
        f"{plain(item.quantity)} x {item.description} @ {_price(item.unit_price)}",
        f"-{plain(item.discount_percent)}%" if item.discount_percent else "",
        f"+{plain(item.tax_percent)}%" if item.tax_percent else "",
    ]
    return " ".join(word for word in words if word)


def _price(price: Money) -> str:
    """Return a price that nobody takes for thousands: three decimals get a fourth."""
    decimals = f"{price.amount:.{exponent(price.currency)}f}".partition(".")[2].rstrip("0")
    places = {0: 0, 1: 2, 3: 4}.get(len(decimals), len(decimals))
    return f"{price.amount:.{places}f} {price.currency}"
