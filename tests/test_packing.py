import json

import pytest

from crmbot.packing import packed


@pytest.mark.parametrize("text", ["Müller 😀", 'a "b" \\ \n', "half \ud83d", "\x00\x7f\u2028"])
def test_what_is_packed_is_unpacked_again(text: str) -> None:
    value = packed({"do": "deal.new", "title": text, "more": [text, None, True, 1.5, 2**80]})
    assert json.loads(value) == {"do": "deal.new", "title": text, "more": [text, None, True, 1.5, 2**80]}


def test_a_value_takes_no_more_room_than_its_text() -> None:
    assert packed({"do": "deal.new", "title": "Müller"}) == '{"do":"deal.new","title":"Müller"}'
