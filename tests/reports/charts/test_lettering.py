import pytest
from reports.charts.pixels import read_png

from crmbot.reports.charts import png_of
from crmbot.reports.charts.lettering import Style, clean, ellipsise, measure

SIZE = 20
PAGE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="340" height="28" viewBox="0 0 340 28">'
    '<rect width="340" height="28" fill="#fff"/>'
    '<text x="5" y="21" font-family="Inter" font-size="20" font-weight="{weight}">{text}</text></svg>'
)


def drawn_edge(text: str, weight: int) -> int:
    return read_png(png_of(PAGE.format(text=text, weight=weight), 340)).right_edge()


@pytest.mark.parametrize("weight", [400, 600])
@pytest.mark.parametrize(
    "text",
    [
        "AVAToWaffle fi",
        "1234567.89%",
        "$€£¥₹₩\N{MINUS SIGN}+…·\N{EN DASH}",
        "Παπαδόπουλος",
        "Привет, Ёж",
        "éñüßøłŞ",
        "Phạm Thị Ngọc",
    ],
)
def test_a_text_is_as_wide_as_measured(text: str, weight: int) -> None:
    drawn = drawn_edge(f"{text}|", weight) - drawn_edge("|", weight)
    assert drawn == pytest.approx(measure(text, Style(SIZE, weight, "#000")), abs=1)


@pytest.mark.parametrize("text", ["田中太郎", "😀🎉", "שלום", "नमस्ते"])
def test_what_the_font_lacks_is_measured_as_wide_as_its_boxes_or_wider(text: str) -> None:
    drawn = drawn_edge(f"{text}|", 400) - drawn_edge("|", 400)
    assert SIZE < drawn <= measure(text, Style(SIZE, 400, "#000")) + 1


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  Acme \t\n Corp ", "Acme Corp"),
        ("a\x00b\x1b[31mc\ufffed\ue000", "a b [31mc d"),
        ("u\u202eevil\u200b", "uevil"),
        ("e\u0301", "é"),
        ("\ud83d lone", "lone"),
        ("x" * 100_000, "x" * 400),
    ],
)
def test_clean_texts_are_one_line_that_xml_can_hold(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@pytest.mark.parametrize(
    ("text", "room", "cut"),
    [
        ("Acme", 200.0, "Acme"),
        ("Acme Corporation", 64.0, "Acme Co…"),
        ("Acme, Corporation", 46.0, "Acme…"),
        ("Acme", 13.0, "…"),
        ("Acme", 2.0, ""),
        ("", 0.0, ""),
    ],
)
def test_texts_without_room_are_cut(text: str, room: float, cut: str) -> None:
    style = Style(12, 400, "#000")
    assert ellipsise(text, style, room) == cut
    assert measure(cut, style) <= room
