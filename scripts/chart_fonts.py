"""Make the fonts of the charts, and the table of their widths, from Inter as Debian's fonts-inter has it.

    python scripts/chart_fonts.py /usr/share/fonts/opentype/inter

Needs fonttools, which nothing else of crmbot does. Kerning and ligatures are left out, so that the width of a text is
the sum of its characters' widths, and the shape for what the font lacks is a plain box.
"""
# ruff: noqa: INP001 - a script is no package

import json
import sys
from collections import defaultdict
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

HERE = Path(__file__).resolve().parent.parent / "templates" / "charts" / "fonts"
FACES = {"Regular": 400, "SemiBold": 600}
BOX = 0x25A1
FAMILY, STYLE, WHOLE, POSTSCRIPT = 1, 2, 4, 6
KEPT_NAMES = {0, 5, 13, 14}
"""Copyright, version, licence and its address."""

RANGES = (
    (0x20, 0x7E),  # Latin
    (0xA0, 0x24F),
    (0x1E00, 0x1EFF),
    (0x300, 0x304),  # marks that stand on letters
    (0x306, 0x30C),
    (0x327, 0x328),
    (0x370, 0x3FF),  # Greek
    (0x400, 0x52F),  # Cyrillic
    (0x259, 0x259),  # letters and signs between words
    (0x2BC, 0x2DD),
    (0x2010, 0x2027),
    (0x2030, 0x203A),
    (0x2044, 0x2044),
    (0x2070, 0x208E),
    (0x20A0, 0x20C0),  # currencies
    (0x2116, 0x2116),
    (0x2122, 0x2122),
    (0x2190, 0x2193),
    (0x2212, 0x2212),
    (0x2248, 0x2265),
    (BOX, BOX),
)


def subset(source: Path, style: str) -> TTFont:
    """Return the face with our characters only."""
    font = TTFont(source)
    options = Options()
    options.layout_features = []
    options.hinting = False
    options.notdef_outline = True
    options.recalc_timestamp = False
    worker = Subsetter(options)
    worker.populate(unicodes=[code for first, last in RANGES for code in range(first, last + 1)])
    worker.subset(font)
    draw_box_for_missing(font)
    rename(font, style)
    return font


def draw_box_for_missing(font: TTFont) -> None:
    """Let what the font lacks look like a box."""
    box = font.getBestCmap()[BOX]
    shapes = font["CFF "].cff.topDictIndex[0].CharStrings
    shapes[".notdef"] = shapes[box]
    font["hmtx"].metrics[".notdef"] = font["hmtx"].metrics[box]


def rename(font: TTFont, style: str) -> None:
    """Name both faces as one family, which weights tell apart."""
    names = font["name"]
    names.names = [record for record in names.names if record.nameID in KEPT_NAMES]
    for number, text in ((FAMILY, "Inter"), (STYLE, style), (WHOLE, f"Inter {style}"), (POSTSCRIPT, f"Inter-{style}")):
        names.setName(text, number, 3, 1, 0x409)


def widths(font: TTFont) -> dict[str, object]:
    """Return the width of a missing character, and every other's: width -> the characters that have it."""
    metrics = font["hmtx"].metrics
    found = defaultdict(list)
    for code, glyph in sorted(font.getBestCmap().items()):
        found[metrics[glyph][0]].append(chr(code))
    return {
        "missing": metrics[".notdef"][0],
        "widths": {str(width): "".join(characters) for width, characters in sorted(found.items())},
    }


def main(folder: str) -> None:
    """Write the fonts and their table."""
    table: dict[str, object] = {}
    for style, weight in FACES.items():
        font = subset(Path(folder) / f"Inter-{style}.otf", style)
        font.save(HERE / f"Inter-{style}.otf")
        table["units"] = font["head"].unitsPerEm
        table[str(weight)] = widths(font)
    (HERE / "widths.json").write_text(json.dumps(table, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
