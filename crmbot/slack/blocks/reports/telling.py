"""What a report's card says, before it is blocks: headline figures, tables of words, lines, warnings."""

from collections.abc import Sequence
from dataclasses import dataclass

from crmbot.domain.money import Money
from crmbot.reports.values import CountAndValue
from crmbot.slack.reader import count

NOTHING = "–"  # noqa: RUF001 - a dash
_UNSPECIFIED = "unspecified"


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Rows under headings; the first `words` columns are words, the others figures."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: int = 1


@dataclass(frozen=True, slots=True)
class Lines:
    """Sentences under a heading."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Telling:
    """A report in words; without `anything` counted, its figures say nothing."""

    anything: bool
    figures: Sequence[tuple[str, str]] = ()
    parts: Sequence[Breakdown | Lines] = ()
    warnings: Sequence[str] = ()


def percent(rate: float) -> str:
    """Return a ratio in percent with at most one decimal: 70.4%."""
    return f"{rate * 100:.1f}".removesuffix(".0") + "%"


def number(value: float) -> str:
    """Return a number with commas and at most two decimals."""
    return f"{value:,.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:,}"


def deals(found: CountAndValue) -> str:
    """Return how many deals, with their value: 3 deals, $42,000."""
    return f"{count(found.count, 'deal')}, {found.value}" if found.count else "none"


def amount(money: Money) -> str:
    """Return an amount; a dash for none."""
    return str(money) if money.minor else NOTHING


def said(key: str, unspecified: str = "Not said") -> str:
    """Return a name that may be a key as words: web_form is Web form."""
    if key == _UNSPECIFIED:
        return unspecified
    text = key.replace("_", " ")
    return text[:1].upper() + text[1:]
