"""The lines of an offer as people type them: 40 x Seat, yearly @ $100 -10% +20%."""

import re
from decimal import Decimal

from crmbot.domain.line_items import MOST_ITEMS, LineItem
from crmbot.domain.money import Money
from crmbot.errors import BadInput
from crmbot.language.amounts import read_amount
from crmbot.language.context import Context
from crmbot.language.nearest import shortened

EXAMPLE = "40 x Seat @ $100 -10% +20%"
_ENDS_OF_LINES = re.compile(r"[\n;]")
QUANTITY = re.compile(r"(?P<number>\d{1,9}(?:[.,]\d{1,4})?)\s*[x×*]\s+", re.IGNORECASE)  # noqa: RUF001 - as typed
"""How a line begins that says how many."""
_LESS, _MORE = "discount|less|off|rabatt|remise", "tax|vat|gst|mwst|ust|tva|iva"
_PERCENT = re.compile(
    rf"""(?:^|[\s,]+)
    (?P<before>[-+\u2212\u2013]|{_LESS}|{_MORE})?[\s:]*
    (?P<number>\d{{1,3}}(?:[.,]\d{{1,4}})?)\s?%
    (?:\s*(?P<after>{_LESS}|{_MORE}))?\s*,?\s*$""",
    re.IGNORECASE | re.VERBOSE,
)
_DISCOUNT = frozenset({"-", "\u2212", "\u2013", *_LESS.split("|")})
_AT = re.compile(r"(?:\s+(?:at|à|je|for)|\s*[@:=\u2013-]|,)\s*$", re.IGNORECASE)
_EACH, _EACH_OF = (
    re.compile(r",?\s+(?:each|apiece)$", re.IGNORECASE),
    re.compile(r"(?:@|\s(?:à|je))\s*$", re.IGNORECASE),
)
_COUNT = re.compile(r"(?P<number>\d{1,9}(?:[.,]\d{1,2})?)\s+(?=[^\W\d])")
_LONGEST = 300
_TOO_LONG = f"a line has {_LONGEST} letters at most"
_MOST_QUANTITY, _WHOLE = 1_000_000, Decimal(100)


def read_items(text: str, context: Context) -> tuple[LineItem, ...]:
    """Return the lines of a text, one a line or with semicolons between them.

    Raises:
        BadInput: a line has no price or no words, or the lines are in several currencies.
    """
    # Runs of spaces say nothing, and would be tried at every length.
    lines = [" ".join(line.split()) for line in _ENDS_OF_LINES.split(text) if line.strip()]
    if len(lines) > MOST_ITEMS:
        raise BadInput(f"These are {len(lines)} lines; a proposal has {MOST_ITEMS} at most.", example=EXAMPLE)
    items = tuple(_read_item(line, context) for line in lines)
    currencies = list(dict.fromkeys(item.unit_price.currency for item in items))
    if len(currencies) > 1:
        raise BadInput(f"The lines are in {' and '.join(currencies)}; a proposal is in one currency.", example=EXAMPLE)
    return items


def _read_item(line: str, context: Context) -> LineItem:
    if len(line) > 2 * _LONGEST:
        raise _wrong(line, _TOO_LONG)
    counted = QUANTITY.match(line)
    rest, percents = _without_percents(line, line[counted.end() :] if counted else line)
    each = _EACH.search(rest)
    words, price = _priced(line, rest[: each.start()] if each else rest, context)
    if counted is None and (each or _EACH_OF.search(words)):
        # “40 seats @ $100” are forty at that price, “40 seats $4000” is one line that says how many.
        counted = _COUNT.match(words)
        words = words[counted.end() :] if counted else words
    quantity = _number(counted["number"]) if counted else Decimal(1)
    description = _AT.sub("", words).strip(" ,")
    if not description:
        raise _wrong(line, "it says no words for what is offered")
    if not 0 < quantity <= _MOST_QUANTITY:
        raise _wrong(line, f"a quantity is more than 0 and at most {_MOST_QUANTITY:,}")
    if len(description) > _LONGEST:
        raise _wrong(line, _TOO_LONG)
    return LineItem(description, price, quantity, percents.get("discount", Decimal(0)), percents.get("tax", Decimal(0)))


def _without_percents(line: str, text: str) -> tuple[str, dict[str, Decimal]]:
    """Take discount and tax from the end of a line."""
    percents: dict[str, Decimal] = {}
    while found := _PERCENT.search(text):
        word = (found["before"] or found["after"] or "").lower()
        if not word:
            said = found["number"]
            raise _wrong(line, f"“{said}%” may be either: -{said}% is a discount, +{said}% is tax")
        what = "discount" if word in _DISCOUNT else "tax"
        if what in percents:
            raise _wrong(line, f"it has two percents for the {what}")
        percents[what] = _number(found["number"])
        if percents[what] > _WHOLE:
            raise _wrong(line, f"a {what} is 100 % at most")
        text = text[: found.start()]
    return text.strip(), percents


def _priced(line: str, text: str, context: Context) -> tuple[str, Money]:
    """Divide a line into what stands before the price and the price: as much of the end as is one amount."""
    starts = [0, *(match.end() for match in re.finditer(r"[\s@:=]+", text))]
    for start in starts:
        found = _amount(text, start, context) if start < len(text) else None
        if found is None:
            continue
        return text[:start], found
    for start in starts[:0:-1]:
        # No amount ends the line: where something tries to be one, it is told what is wrong with that.
        read_amount(text, start, context, asked=True)
    raise _wrong(line, "it ends without a price")


def _amount(text: str, at: int, context: Context) -> Money | None:
    try:
        found = read_amount(text, at, context, asked=True)
    except BadInput:
        return None
    return found[0] if found and not text[found[1] :].strip(" ,.") else None


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def _wrong(line: str, why: str) -> BadInput:
    return BadInput(f"“{shortened(line)}” is no line of a proposal: {why}.", example=EXAMPLE)
