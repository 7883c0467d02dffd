"""Figures as a chart says them: short and right."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from crmbot.domain.money import SYMBOLS, Money, exponent

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DASH = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"
_UNITS = ((12, "T"), (9, "B"), (6, "M"), (3, "k"), (0, ""))
_TENTHS_BELOW, _CENTS_BELOW = 100, 10


def short_money(money: Money, *, signed: bool = False) -> str:
    """Return an amount in at most about four figures: $1.2M, €450k, 1.5k CHF, 0; with + where `signed` and above 0."""
    if money.minor == 0:
        return "0"
    size = abs(money.amount)
    number = _short(size, exponent(money.currency))
    return _dress(number, money, signed=signed)


def exact_money(money: Money) -> str:
    """Return the label of a tick: nothing rounded, and without the currency's letters, which the subtitle has."""
    if money.minor == 0:
        return "0"
    size = abs(money.amount)
    power, suffix = next((p, s) for p, s in _UNITS if p == 0 or size >= Decimal(10) ** p)
    number = f"{size.scaleb(-power):,f}"
    number = number.rstrip("0").rstrip(".") if "." in number else number
    sign = MINUS if money.minor < 0 else ""
    return f"{sign}{SYMBOLS.get(money.currency, '')}{number}{suffix}"


def short_count(count: int) -> str:
    """Return a count: 7, 9,999, 12.3k, 4M."""
    return f"{count:,}" if abs(count) < 10_000 else _short(Decimal(count), 0)  # noqa: PLR2004 - as the docstring says


def counted(count: int, noun: str, several: str | None = None) -> str:
    """Return a count with its noun: 1 deal, 12 deals; `several` is the plural where no s makes it."""
    return f"{short_count(count)} {noun if count == 1 else several or f'{noun}s'}"


def words(key: str) -> str:
    """Return a key as words: proposal_sent, Proposal sent."""
    text = key.replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def percent(rate: float) -> str:
    """Return a rate of three decimals as percent: 38%, 0.5%, 120%."""
    tenths = round(rate * 1000)
    if tenths % 10 == 0 or tenths >= 100:  # noqa: PLR2004 - from ten percent on, whole ones
        return f"{short_count((tenths + 5) // 10)}%"
    return f"{tenths / 10:.1f}%"


def long_day(day: date) -> str:
    """Return a day: 5 May 2031."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def days_between(first: date, last: date) -> str:
    """Return days from `first` to `last`, saying nothing twice: 2 to 31 May 2031."""
    if first == last:
        return long_day(last)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}{DASH}{long_day(last)}"
    if first.year == last.year:
        return f"{first.day} {MONTHS[first.month - 1]} {DASH} {long_day(last)}"
    return f"{long_day(first)} {DASH} {long_day(last)}"


def _short(size: Decimal, places: int) -> str:
    # What rounds up to a thousand is one of the next larger unit.
    power, suffix = next((p, s) for p, s in _UNITS if p == 0 or size.scaleb(-p) >= Decimal("0.9995"))
    number = size.scaleb(-power)
    decimals, below = (1, _TENTHS_BELOW) if power else (places, _CENTS_BELOW)
    rounded = number.quantize(Decimal(1).scaleb(-decimals if number < below else 0), ROUND_HALF_UP)
    text = f"{rounded:,f}"
    return (text.split(".", maxsplit=1)[0] if rounded == rounded.to_integral_value() else text) + suffix


def _dress(number: str, money: Money, *, signed: bool) -> str:
    sign = MINUS if money.minor < 0 else "+" if signed else ""
    symbol = SYMBOLS.get(money.currency)
    return f"{sign}{symbol}{number}" if symbol else f"{sign}{number} {money.currency}"
