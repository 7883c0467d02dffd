from crmbot.crm.requests import ShowDeal
from crmbot.slack.blocks.numbered import numbered
from crmbot.slack.message import Element
from crmbot.slack.press import Press, press_button


def test_buttons_are_made_once_for_the_same_facts_and_bear_each_record_s_own_number() -> None:
    made: list[str] = []

    @numbered
    def buttons(reference: str, label: str) -> list[Element | None]:
        made.append(label)
        return [press_button(label, ShowDeal(reference)), None]

    for label in ("Open", 'Öffnen "so" \\', "Open"):
        for reference in ("D-1", "D-1000"):
            (button,) = buttons(reference, label)
            assert (button["text"]["text"], Press.read(button["value"]).request) == (label, ShowDeal(reference))
    assert made == ["Open", 'Öffnen "so" \\']


def test_what_is_done_to_a_button_happens_to_no_other() -> None:
    @numbered
    def buttons(reference: str) -> list[Element | None]:
        return [press_button("Open", ShowDeal(reference))]

    buttons("D-1")[0]["text"]["text"] = "Closed"
    assert buttons("D-1") == [press_button("Open", ShowDeal("D-1"))]
