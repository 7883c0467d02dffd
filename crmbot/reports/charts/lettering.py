"""How wide a text is in the bundled font, and how it is cut where it has no room."""

import json
import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from crmbot.paths import TEMPLATES

FONTS = TEMPLATES / "charts" / "fonts"
ELLIPSIS = "…"
_ROUNDING = 0.01
_LONGEST = 400
"""No chart has room for more characters than this."""


@dataclass(frozen=True, slots=True)
class Style:
    """Size (in the chart's units), weight (400 or 600) and colour of a text."""

    size: float
    weight: int
    fill: str


def clean(text: str, longest: int = _LONGEST) -> str:
    """Return a text as one line that XML can hold: composed letters, no control characters, single spaces."""
    composed = unicodedata.normalize("NFC", text[:longest])
    shown = (c if c.isprintable() else "" if unicodedata.category(c) == "Cf" else " " for c in composed)
    return " ".join("".join(shown).split())


def measure(text: str, style: Style) -> float:
    """Return the width of a cleaned text; what the font lacks counts as a square of the text's size."""
    known = _widths(style.weight)
    return sum(known.get(c, 1.0) for c in text) * style.size


def ellipsise(text: str, style: Style, room: float) -> str:
    """Return the cleaned text, cut with … where it is wider than `room`; empty when not even that has room."""
    text = clean(text)
    if measure(text, style) <= room + _ROUNDING:
        return text
    known = _widths(style.weight)
    left = room - measure(ELLIPSIS, style)
    if left < 0:
        return ""
    ends = accumulate(known.get(c, 1.0) * style.size for c in text)
    return text[: sum(end <= left for end in ends)].rstrip(" .,;:-·") + ELLIPSIS


@cache
def _widths(weight: int) -> dict[str, float]:
    """Return each character's width in a text of size 1."""
    table = json.loads((FONTS / "widths.json").read_text("utf-8"))
    return {c: int(width) / table["units"] for width, found in table[str(weight)]["widths"].items() for c in found}
