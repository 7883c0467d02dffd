import math
from itertools import combinations

import pytest

from crmbot.reports.charts import palette
from crmbot.reports.charts.lettering import Style
from crmbot.reports.charts.shapes import PAPER, Paint

# Machado, Oliveira and Fernandes 2009, at full severity, on linear light
SIGHTS = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.3039)),
}
TOGETHER = (
    (palette.STRONG, palette.PALE, palette.BAD),
    (palette.GOOD, palette.STRONG, palette.PALE),
    (palette.LEVEL, palette.STRONG, palette.BAD, palette.GOOD),
    (palette.STRONG, palette.REST),
)
WHITE_POINT = (0.95047, 1.0, 1.08883)
Light = tuple[float, float, float]


def linear(colour: str) -> Light:
    parts = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return red, green, blue


def times(matrix: tuple[tuple[float, ...], ...], light: Light) -> Light:
    red, green, blue = (sum(m * c for m, c in zip(row, light, strict=True)) for row in matrix)
    return red, green, blue


def luminance(light: Light) -> float:
    red, green, blue = light
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted(luminance(linear(colour)) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(light: Light) -> Light:
    clipped = [min(max(c, 0.0), 1.0) for c in light]
    rows = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    xyz = [sum(m * c for m, c in zip(row, clipped, strict=True)) for row in rows]
    x, y, z = (
        t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116
        for t in (part / white for part, white in zip(xyz, WHITE_POINT, strict=True))
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def difference(one: Light, other: Light) -> float:
    return math.dist(lab(one), lab(other))


STYLES = [name for name, value in vars(palette).items() if isinstance(value, Style)]
PAINTS = [name for name, value in vars(palette).items() if isinstance(value, Paint) and name != "ASLEEP"]


@pytest.mark.parametrize("name", STYLES)
def test_words_are_readable_on_paper(name: str) -> None:
    style: Style = getattr(palette, name)
    assert contrast(style.fill, PAPER) >= 4.5
    assert contrast(style.fill, palette.BRIDGE) >= 4.5
    assert style.size * 2 >= 20  # pixels of the picture


@pytest.mark.parametrize("name", PAINTS)
def test_bars_are_seen_on_paper(name: str) -> None:
    assert contrast(getattr(palette, name).stroke, PAPER) >= 3


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("paints", TOGETHER)
def test_colours_side_by_side_are_told_apart_by_every_sight(paints: tuple[Paint, ...], sight: str) -> None:
    seen = [times(SIGHTS[sight], linear(paint.fill)) for paint in paints]
    assert min(difference(one, other) for one, other in combinations(seen, 2)) > 18
