from copy import deepcopy

import pytest

from crmbot.crm.requests import ShowDeal
from crmbot.slack.blocks.limits import BUTTON_VALUE, SECTION_TEXT, Fitting, fit
from crmbot.slack.blocks.numbered import numbered
from crmbot.slack.blocks.primitives import actions, button, context, fields, section
from crmbot.slack.message import Block, Element, Message
from crmbot.slack.mrkdwn import Mrkdwn
from crmbot.slack.press import press_button

_LONG = "&" * SECTION_TEXT


def fitted(*blocks: Block | None) -> tuple[Block, ...]:
    return fit(Message("Hello", tuple(filter(None, blocks)))).blocks


def test_what_was_made_within_the_limits_passes_as_it_is() -> None:
    blocks = (section(_LONG), fields([("What", _LONG)]), context(_LONG), actions(button("Go", "go", "x")))
    assert all(type(block) is Fitting for block in blocks)
    message = Message("Hello", tuple(filter(None, blocks)))
    assert fit(message) is message
    assert fitted(*deepcopy(message.blocks)) == message.blocks


def test_a_block_with_one_part_that_was_not_is_measured() -> None:
    by_hand: Element = {"type": "button", "action_id": "go", "value": "x" * (BUTTON_VALUE + 1)}
    assert fitted(actions(by_hand)) == ()
    assert "accessory" not in fitted(section("What", accessory=by_hand))[0]


@pytest.mark.parametrize("text", ["", " ", "\n", Mrkdwn(""), Mrkdwn(" \t"), "\x00"])
def test_what_says_nothing_is_left_out(text: str) -> None:
    assert fitted(section(text), context(text), context(text, text)) == ()
    assert len(fitted(context(text, "x"))[0]["elements"]) == 1


def test_what_fits_can_not_be_changed_and_a_copy_of_it_is_measured_like_any_other() -> None:
    block = section("Hello")
    with pytest.raises(TypeError, match="copy it"):
        block["text"] = {"type": "mrkdwn", "text": _LONG}
    longer = {**block, "text": {"type": "mrkdwn", "text": _LONG}}
    (trimmed,) = fitted(longer)
    assert len(trimmed["text"]["text"]) <= SECTION_TEXT
    assert {type(copied) for copied in (longer, block | {}, deepcopy(block))} == {dict}


def test_a_button_whose_number_makes_it_too_long_is_left_out() -> None:
    around = len(str(press_button("Open", ShowDeal(""))["value"]))  # type: ignore[index] # it is short

    @numbered
    def buttons(reference: str) -> list[Element | None]:
        return [press_button("Open", ShowDeal(reference + "x" * (BUTTON_VALUE - around - len("D-1000"))))]

    for reference, number in (("D-1000", 1), ("D-10000", 0)):
        assert len(fitted(actions(*buttons(reference)))) == number
