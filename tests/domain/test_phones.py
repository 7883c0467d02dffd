"""Two spellings of a phone number have the same digits, from the last one on."""

import pytest

from crmbot.domain.phones import phone_words, typed_phone


@pytest.mark.parametrize(
    "typed",
    [
        "+49 (0)30 123 45 67",
        "+49 30 1234567",
        "0049-30-1234567",
        "+49/30/123-45-67",
        "+49 30 1234567 ext. 12",
        "tel:+49-30-1234567;ext=12",
        "+49 030 1234567",
        "0049-030/1234567",
        "".join(chr(0xFF10 + int(digit)) for digit in "49301234567"),
    ],
)
def test_a_number_is_the_same_however_it_is_typed(typed: str) -> None:
    assert phone_words(typed) == ("76543210394",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("030/1234567", ("765432103",)),
        ("(415) 555-2671 x4", ("1762555514",)),
        ("030 1234567, 0170 7654321", ("765432103", "1234567071")),
        ("030 1234567; 030/1234567", ("765432103",)),
        ("+49 30 1234567 / +49 170 7654321", ("76543210394", "123456707194")),
        ("office 030 1234567 mobile 0170 7654321", ("765432103", "1234567071")),
        ("+39 06 1234567", ("76543216093",)),
        ("555 0012 0345", ("54302100555",)),
        ("110", ()),
        ("ask the front desk", ()),
        ("", ()),
        (None, ()),
    ],
)
def test_the_numbers_of_a_field(text: str | None, words: tuple[str, ...]) -> None:
    assert phone_words(text) == words


@pytest.mark.parametrize(
    "text",
    [
        "Bench 1234567",
        "D-1234567",
        "40 seats",
        "1234567 Ontario Inc",
        "030 1234567, 030 7654321",
        "2026-11-21",
        "2026 11 21",
        "21.11.2026",
        "11/21/26",
    ],
)
def test_what_is_more_than_a_number_is_none(text: str) -> None:
    assert typed_phone(text) == ""


@pytest.mark.parametrize(
    "text", ["tel: 030 1234567", "Mobile: 030 1234567", "030 1234567 Durchwahl 12", " 030.123.4567 "]
)
def test_a_number_by_itself_may_say_what_it_is(text: str) -> None:
    assert typed_phone(text) == "765432103"
