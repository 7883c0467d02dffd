"""Tables of text, and how they stand in columns where every letter is as wide as the next."""

import unicodedata
from dataclasses import dataclass

_GAP = "  "
_SMALLEST = 8


@dataclass(frozen=True, slots=True)
class TextTable:
    """Cells as they are read; `right` says which columns hold figures. There may be no `heads`."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[bool, ...]


def draw(table: TextTable, width: int) -> list[str]:
    """Return a table's lines, each of at most `width` columns: figures to the right, long words cut with …."""
    lines = [*([table.heads] if table.heads else []), *table.rows]
    places = range(len(table.right))
    wide = [max(text_width(line[n]) for line in lines) for n in places]
    # Figures are never cut, their headings and words may be.
    bodies = [max((text_width(row[n]) for row in table.rows), default=0) for n in places]
    least = [body if to_right else _SMALLEST for body, to_right in zip(bodies, table.right, strict=True)]
    sizes = _fit(wide, least, width)
    drawn = [_join(line, sizes, table.right) for line in lines]
    if not table.heads:
        return drawn
    rule = "─" * min(width, max(text_width(line) for line in drawn))
    return [drawn[0], rule, *drawn[1:]]


def text_width(text: str) -> int:
    """Return how many columns a terminal gives the text."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def cut(text: str, size: int) -> str:
    """Return text of at most `size` columns; where words were cut stands …."""
    if text_width(text) <= size:
        return text
    while text_width(text) > size - 1:
        text = text[:-1]
    return f"{text}…"


def _fit(sizes: list[int], least: list[int], width: int) -> list[int]:
    """Shorten the widest columns until the line fits, none below what it needs at least."""
    sizes = list(sizes)
    while sum(sizes) + len(_GAP) * (len(sizes) - 1) > width:
        widest = max(range(len(sizes)), key=lambda n: (sizes[n] > least[n], sizes[n]))
        if sizes[widest] <= least[widest]:
            break
        sizes[widest] -= 1
    return sizes


def _join(texts: tuple[str, ...], sizes: list[int], right: tuple[bool, ...]) -> str:
    cells = []
    for text, size, to_right in zip(texts, sizes, right, strict=True):
        shown = cut(text, size)
        pad = " " * (size - text_width(shown))
        cells.append(pad + shown if to_right else shown + pad)
    return _GAP.join(cells).rstrip()
