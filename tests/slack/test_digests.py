from collections.abc import Callable

import pytest
from digest_values import HOSTILE, aging, forecast, overdue

from crmbot.playground import message_tokens
from crmbot.playground.validation import message_verdict
from crmbot.reports.digests.base import Digest
from crmbot.slack.digests import change, render


@pytest.mark.parametrize("name", ["Acme", HOSTILE, "🎉" * 2000, "x" * 5000])
@pytest.mark.parametrize("make", [overdue, aging, forecast])
def test_every_digest_is_a_message_slack_takes(make: Callable[[str], Digest], name: str) -> None:
    message = render(make(name), late="Two hours late: crmbot was down.")
    verdict = message_verdict(message.payload)
    assert verdict.reasons + verdict.remarks == []
    assert {token.kind for token in message_tokens(message.payload)} <= {"date"}


def test_the_period_the_change_and_the_reason_of_lateness_are_printed() -> None:
    message = render(overdue(), late="Two hours late: crmbot was down.")
    words = str(message.payload)
    assert "Tue 4 Feb – Wed 5 Mar" in words  # noqa: RUF001 - a dash between days
    assert "as of 08:00 Europe/Berlin" in words
    assert "*10 activities* are overdue, 7 more than a week ago." in words
    assert "Two hours late" in words


@pytest.mark.parametrize("owners", [1, 4, 9, 30])
def test_what_does_not_fit_is_counted(owners: int) -> None:
    digest = overdue(owners=owners, items=5)
    message = render(digest)
    assert len(message.blocks) <= 50
    told = sum("task.done" in str(block) for block in message.blocks)
    assert f"{digest.overdue - told} more" in str(message.blocks[-1])


def test_numbers_have_their_plural() -> None:
    assert change(1, 1) == "as many as a week ago"
    assert change(1, 3) == "2 fewer than a week ago"
    words = str(render(overdue(owners=1, items=1)).payload)
    assert "1 day late" not in words


def test_an_empty_digest_is_kind() -> None:
    digest = overdue(owners=0)
    assert "Nothing is overdue" in render(digest).text
