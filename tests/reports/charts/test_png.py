import re

import pytest
from reports.charts import samples
from reports.charts.pixels import read_png

from crmbot.reports.charts import chart_of, png_of
from crmbot.reports.charts.lettering import FONTS

FUNNEL = samples.conversion_funnel([(240, 0), (96, 0), (61, 183_000_000), (34, 112_000_000), (13, 40_200_000)])
TITLE = re.compile(r"<text [^>]*>Conversion funnel</text>")


def test_words_are_drawn() -> None:
    svg = chart_of(FUNNEL)
    assert svg is not None
    with_title, without = (read_png(png_of(text, 200)) for text in (svg, TITLE.sub("", svg)))
    changed = {y for y in range(with_title.height) if with_title.rows[y] != without.rows[y]}
    assert changed
    # The title stands on line 33, in letters of 17, which here are half as large.
    assert 8 < min(changed) < max(changed) < 20


def test_only_the_bundled_font_is_used() -> None:
    page = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30">{}</svg>'
    words = '<text x="5" y="20" font-family="{}">Acme</text>'
    inter, other, nothing = (
        png_of(page.format(body), 90) for body in (words.format("Inter"), words.format("DejaVu Sans, serif"), "")
    )
    assert inter != nothing
    assert other in {inter, nothing}


@pytest.mark.parametrize("width", [100, 250])
def test_a_picture_has_the_width_asked_for(width: int) -> None:
    svg = chart_of(FUNNEL)
    assert svg is not None
    picture = read_png(png_of(svg, width))
    assert picture.width == width
    assert picture.at(width // 2, picture.height - 3) == (255, 255, 255)


@pytest.mark.parametrize("name", ["田中太郎", "😀 Emoji", "שלום", "\ud800", "\x00"])
def test_names_beyond_the_font_do_not_break_a_chart(name: str) -> None:
    svg = chart_of(samples.lost_reasons([(name, 3, 100), ("Price", 1, 100)]))
    assert svg is not None
    assert png_of(svg).startswith(b"\x89PNG")


def test_fonts_are_small_and_come_with_their_licence() -> None:
    assert sum(path.stat().st_size for path in FONTS.iterdir()) < 250_000
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / "OFL.txt").read_text("utf-8")
