"""Amounts of money as people write them: $40k, 1.2m EUR, 45.000,50 EUR, CHF 1'200.50."""

import re
from decimal import Decimal

from crmbot.domain.money import CURRENCIES, Money, exponent
from crmbot.errors import BadInput
from crmbot.language.context import Context
from crmbot.language.tokens import SYMBOLS

EXAMPLE = "$40k"
_SIGNS = {
    "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₩": "KRW", "₽": "RUB", "₺": "TRY", "₪": "ILS", "₫": "VND",
    "₱": "PHP", "₦": "NGN", "₴": "UAH", "฿": "THB", "us$": "USD", "c$": "CAD", "ca$": "CAD", "a$": "AUD", "au$": "AUD",
    "nz$": "NZD", "hk$": "HKD", "s$": "SGD", "sg$": "SGD", "r$": "BRL", "mx$": "MXN", "nt$": "TWD", "euro": "EUR",
    "euros": "EUR", "zł": "PLN", "kč": "CZK",
}  # fmt: skip
_DOLLARS = frozenset("USD CAD AUD NZD HKD SGD MXN TWD".split())
_POUNDS = frozenset({"pound", "pounds"})
_COMMON = frozenset("usd eur gbp chf jpy cad aud nzd sek nok dkk pln czk inr brl cny sgd hkd zar mxn".split())
# Codes that are words in capitals: “ALL 5 sites”, “TOP 10 accounts”.
_ENGLISH = frozenset({"ALL", "TOP"})
_TIMES = {"k": 3, "thousand": 3, "m": 6, "mm": 6, "mn": 6, "mio": 6, "million": 6, "b": 9, "bn": 9, "billion": 9}
_TIMES |= {"tsd": 3, "t": 3, "mrd": 9}
_PLACES_OF_A_THOUSAND = 3
_SURE_DIGITS = 4
"""So many digits are below the largest amount in billions of any currency."""
_GAP_IN_DECIMALS = re.compile(r"[.,][^.,]* [^.,]*$")

_UNIT = rf"(?:[a-z]{{0,3}}[{SYMBOLS}]|[^\W\d_]{{2,7}})"
_WORDED = r"(?:thousand|million|billion|bn|mn)(?!\w)|(?:mio|mrd|tsd)(?:\.|(?!\w))"
# “40 k EUR”, “40 k” at the end of what is said, “5 M€”, “100 TEUR”.
_SPACED = rf"k(?=\s?(?:[A-Z]{{3}}(?!\w)|[{SYMBOLS}])|\s*(?:$|[,;]))|m(?=\s?[{SYMBOLS}])|t(?=(?:EUR|€)(?!\w))"
_AMOUNT = re.compile(
    rf"""
    (?P<minus>[-\u2212\u2013]\s?)?
    (?: (?P<before>[a-z]{{0,3}}[{SYMBOLS}]|[a-z]{{3}})\s?(?P<sign>[-\u2212\u2013])? )?
    (?P<number> \d{{1,3}}(?:[ \u00a0\u202f]\d{{3}})+(?:[.,]\d{{1,2}})?(?![\d.,'\u2019]) | \d+(?:[.,'\u2019]\d+)* )
    (?P<even>[.,][-\u2013\u2014]{{1,2}}(?!\d))?
    (?: (?P<times>k|mm|mn|m|bn|b)(?!\w) | \s?(?P<worded>{_WORDED}|{_SPACED}) )?
    (?: \s?(?P<after>{_UNIT})(?!\w) )?
    (?![\w%/:])
    """,
    re.IGNORECASE | re.VERBOSE,
)


def read_amount(text: str, at: int, context: Context, *, asked: bool) -> tuple[Money, int, bool] | None:
    """Read an amount that begins at `at`: the money, its end, and whether it names no currency.

    A number without currency or suffix is an amount only when `asked` for one.

    Raises:
        BadInput: it is negative, unclear, in two currencies, or too fine or too large for its currency.
    """
    match = _AMOUNT.match(text, at)
    if match is None:
        return None
    minus, before_said, sign, number, even, short, worded, after_said = match.groups()
    before = _currency(before_said, context) if before_said else None
    after = _currency(after_said, context) if after_said else None
    end = match.start("after") if after_said and after is None else match.end()
    said = text[at:end].rstrip()
    times = (short or worded or "").lower().removesuffix(".")
    if (before_said and before is None) or not (before or after or times or asked):
        return None
    if before is None and after is None and " " in number:
        return None
    if minus or sign:
        raise BadInput(f"“{said}” is negative; an amount is zero or more.", example=EXAMPLE)
    if before and after and after != before and not (before_said == "$" and after in _DOLLARS):
        raise BadInput(f"“{said}” names two currencies, {before} and {after}.", example=EXAMPLE)
    if even:
        # Of “45.000,-” the sign for no cents says which mark parts its thousands.
        number = number.replace("." if even[0] == "," else ",", "")
    named = after or before
    return _money(said, number, times, named or context.currency), at + len(said), not named


def _money(said: str, number: str, times: str, currency: str) -> Money:
    if len(number) <= _SURE_DIGITS and number.isdigit():
        # most amounts: nothing has to be rounded, and none is too large
        return Money(int(number) * 10 ** (exponent(currency) + _TIMES.get(times, 0)), currency)
    digits = _decimal(said, number, currency, scaled=bool(times))
    try:
        return Money.of(f"{Decimal(digits).scaleb(_TIMES.get(times, 0)):f}", currency)
    except ValueError as error:
        raise BadInput(f"“{said}” cannot be an amount: {error}.", example=EXAMPLE) from error


def _currency(word: str, context: Context) -> str | None:
    if word == "$":
        return context.currency if context.currency in _DOLLARS else "USD"
    if word == "¥" and context.currency == "CNY":
        return "CNY"
    if word.lower() in _SIGNS:
        return _SIGNS[word.lower()]
    if word.lower() in _POUNDS:
        return "GBP"
    if word.lower() in ("dollar", "dollars"):
        return _currency("$", context)
    if (word.isupper() and word not in _ENGLISH) or word.lower() in _COMMON:
        return word.upper() if word.upper() in CURRENCIES else None
    return None


def _decimal(said: str, number: str, currency: str, *, scaled: bool) -> str:
    """Return the number with a point for its decimals and nothing between its thousands."""
    if number.isdigit():
        return number
    plain = re.sub(r"[\s'\u2019]", " ", number)
    if _GAP_IN_DECIMALS.search(plain):
        raise _muddled(said)
    marks = [c for c in plain if c in ".,"]
    if len(set(marks)) > 1:
        if marks.count(marks[-1]) > 1:
            raise _muddled(said)
        whole, _, decimals = plain.rpartition(marks[-1])
        return f"{_grouped(said, whole.replace(marks[0], ' '))}.{decimals}"
    if not marks:
        return _grouped(said, plain)
    whole, _, decimals = plain.rpartition(marks[0])
    if len(marks) > 1:
        return _grouped(said, plain.replace(marks[0], " "))
    thousands = len(decimals) == _PLACES_OF_A_THOUSAND and len(whole) <= _PLACES_OF_A_THOUSAND and whole != "0"
    if not thousands or scaled:
        return f"{_grouped(said, whole)}.{decimals}"
    if marks[0] == ",":
        return _grouped(said, whole) + decimals
    raise BadInput(
        f"“{said}” is unclear: {whole},{decimals} {currency} or {whole}.{decimals[:2]} {currency}? "
        "Leave the point out, or write two decimals.",
        example=said.replace(number, whole + decimals, 1),
    )


def _grouped(said: str, whole: str) -> str:
    first, *groups = whole.split(" ")
    if groups and (
        not 1 <= len(first) <= _PLACES_OF_A_THOUSAND or any(len(g) != _PLACES_OF_A_THOUSAND for g in groups)
    ):
        raise _muddled(said)
    return first + "".join(groups)


def _muddled(said: str) -> BadInput:
    return BadInput(f"“{said}” is unclear: its thousands are not in groups of three.", example=EXAMPLE)
