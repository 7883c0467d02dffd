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
    lines = _lines(table)
    # Figures are never cut, their headings and words may be.
    bodies = [max((text_width(row[n]) for row in table.rows), default=0) for n in range(len(table.right))]
    least = [body if to_right else _SMALLEST for body, to_right in zip(bodies, table.right, strict=True)]
    sizes = _fit(_natural_sizes(lines), least, width)
    drawn = [_join(line, sizes, table.right) for line in lines]
    if not table.heads:
        return drawn
    rule = "─" * min(width, max(text_width(line) for line in drawn))
    return [drawn[0], rule, *drawn[1:]]


def natural_width(table: TextTable) -> int:
    """Return how many columns a table takes when nothing is cut."""
    sizes = _natural_sizes(_lines(table))
    return sum(sizes) + len(_GAP) * (len(sizes) - 1)


def text_width(text: str) -> int:
    """Return how many columns a terminal gives the text."""
    return sum(map(_letter_width, text))


def cut(text: str, size: int) -> str:
    """Return text of at most `size` columns; where words were cut stands …."""
    if text_width(text) <= size:
        return text
    return f"{_beginning(text, size - 1)}…"


def wrap(text: str, width: int, lead: str = "") -> str:
    """Break text into lines of at most `width` columns, each led by `lead`; only a word of over a line is broken."""
    room = width - len(lead)
    lines = [""]
    for word in text.split():
        rest = word
        if lines[-1] and text_width(lines[-1]) + 1 + text_width(word) <= room:
            lines[-1] += f" {word}"
            continue
        while rest:
            piece = _beginning(rest, room)
            lines.append(piece)
            rest = rest[len(piece) :]
    return "\n".join(f"{lead}{line}" for line in lines if line)


def _letter_width(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _beginning(text: str, size: int) -> str:
    """Return as much of a text as `size` columns show."""
    left = size
    for place, letter in enumerate(text):
        left -= _letter_width(letter)
        if left < 0:
            return text[:place]
    return text


def _lines(table: TextTable) -> list[tuple[str, ...]]:
    return [*([table.heads] if table.heads else []), *table.rows]


def _natural_sizes(lines: list[tuple[str, ...]]) -> list[int]:
    return [max(map(text_width, cells)) for cells in zip(*lines, strict=True)]


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
