"""Money: integer minor units of an ISO 4217 currency, rounded half-up, never mixed."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

_EXPONENTS = {
    **dict.fromkeys(
        ("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF").split(),
        0,
    ),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
}
_TWO_DECIMALS = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP "
    "CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR "
    "JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN "
    "NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP "
    "SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW ZWG"
)
CURRENCIES = frozenset(_TWO_DECIMALS.split()) | frozenset(_EXPONENTS)
"""Active ISO 4217 codes."""

SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩"}
MAX_MINOR = 10**16
"""Above any real deal, below what a 64-bit column or a double can lose."""


def exponent(currency: str) -> int:
    """Return how many decimals the currency's minor unit has."""
    return _EXPONENTS.get(currency, 2)


def round_half_up(value: Decimal) -> int:
    """Round to a whole number, halves away from zero."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def weighted(minor: int, probability: int) -> int:
    """Return value x probability (whole percent), rounded half-up in minor units (reports.md, sales-pipeline)."""
    return (minor * probability + 50) // 100


def ratio(part: int, whole: int) -> float:
    """Return part / whole rounded half-up to 3 decimals; 0.0 when whole is 0 (reports.md, rates)."""
    return (2000 * part + whole) // (2 * whole) / 1000 if whole else 0.0


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in one currency; `minor` counts its smallest units (cents)."""

    minor: int
    currency: str

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str) -> "Money":
        """Make money from major units ("1234.50"); ValueError when it has more decimals than the currency."""
        try:
            scaled = Decimal(str(amount)).scaleb(exponent(currency))
        except InvalidOperation:
            raise ValueError(f"“{amount}” is not an amount") from None
        if not scaled.is_finite() or scaled != scaled.to_integral_value():
            raise ValueError(f"{currency} has {exponent(currency)} decimals, “{amount}” has more")
        if abs(scaled) > MAX_MINOR:
            raise ValueError(f"“{amount}” is larger than any amount crmbot can keep")
        return cls(int(scaled), currency)

    @property
    def amount(self) -> Decimal:
        """The amount in major units, with the currency's decimals."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def converted(self, rate: Decimal, currency: str) -> "Money":
        """Convert by `rate` (units of `currency` for one of this), rounded half-up to its minor unit."""
        scale = exponent(currency) - exponent(self.currency)
        return Money(round_half_up((Decimal(self.minor) * rate).scaleb(scale)), currency)

    def __str__(self) -> str:
        return _written(self.minor, self.currency)


@lru_cache(maxsize=4096)
def _written(minor: int, currency: str) -> str:
    """Return an amount as people write it; one answer shows the same amount several times."""
    places = _EXPONENTS.get(currency, 2)
    whole, part = divmod(minor, 10**places)
    number = f"{Money(minor, currency).amount:,.{places}f}" if part else f"{whole:,}"
    symbol = SYMBOLS.get(currency)
    if symbol is None:
        return f"{number} {currency}"
    return f"{symbol}{number}" if minor >= 0 else f"-{symbol}{number[1:]}"


def without_rate(currencies: Sequence[str]) -> str:
    """Say which deals sums leave out, by the currency of each, and what helps; "" when they leave out none."""
    if not currencies:
        return ""
    names = sorted(set(currencies))
    deals = "1 deal" if len(currencies) == 1 else f"{len(currencies):,} deals"
    rate = "1.08" if names[0] == "EUR" else "RATE"
    return f"Without {deals} in {', '.join(names)}: an admin sets a rate with crmbot rate set {names[0]} {rate}."
