"""Why mail came back, in words that anybody understands."""

import pytest

from crmbot.domain.bounces import Failure

SAID = [
    ("5.1.1", "550 5.1.1 <jo@x.example>: rejected (in reply to RCPT TO command)", "the address does not exist"),
    ("5.1.2", "", "its domain does not exist"),
    ("5.1.10", "", "its domain takes no mail"),
    ("4.2.2", "452 4.2.2 over quota", "the mailbox is full"),
    ("5.2.2", "", "the mailbox is full"),
    ("5.2.9", "", "the mailbox takes no mail"),
    ("5.3.4", "", "the mail is too big"),
    ("4.4.1", "timed out", "its mail server can't be reached"),
    ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied", "the address does not exist"),
    ("5.7.26", "", "refused as unwanted"),
    ("5.0.0", "550 user unknown", "the address does not exist"),
    ("", "550 No such user here", "the address does not exist"),
    ("", "554 the mailbox is full", "the mailbox is full"),
    ("5.0.0", "554 no", "its mail server refused it"),
    ("", "", ""),
]


@pytest.mark.parametrize(("status", "reason", "why"), SAID)
def test_a_bounce_says_in_words_why(status: str, reason: str, why: str) -> None:
    assert Failure("jo@x.example", status, permanent=True, reason=reason).why == why


def test_the_servers_words_are_the_detail() -> None:
    assert Failure("jo@x.example", "5.1.1", permanent=True, reason="550 5.1.1 no").detail == "550 5.1.1 no"
    assert Failure("jo@x.example", "5.1.1", permanent=True, reason="no").detail == "5.1.1 no"
