import pytest

from crmbot.crm.turns import in_turn


@pytest.mark.parametrize(
    ("waits", "order"),
    [
        ([], []),
        ([("1", "a"), ("2", "a"), ("3", "a")], ["1", "2", "3"]),
        ([("1", "a"), ("2", "a"), ("3", "a"), ("4", "b"), ("5", "c"), ("6", "b")], ["1", "4", "5", "2", "6", "3"]),
    ],
)
def test_each_sender_has_a_turn_before_anybody_has_the_next(waits: list[tuple[str, str]], order: list[str]) -> None:
    assert in_turn(waits) == order
