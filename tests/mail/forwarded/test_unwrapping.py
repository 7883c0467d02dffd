import pytest

from crmbot.mail.forwarded.signatures import strip_signature
from crmbot.mail.forwarded.unwrapping import chain, unwrap
from crmbot.mail.forwarded.wording import Prefix

BLOCK = "From: Jane Doe <jane@acme.com>\nSent: Monday\nTo: Sam <sam@example.com>\nSubject: x\n\nbody"


def test_a_chain_of_forwards_ends_where_it_began() -> None:
    inner = (
        "---------- Forwarded message ---------\nFrom: Carl <carl@c.example>\nDate: 1\nSubject: x\nTo: b@c.d\n\nhelp"
    )
    middle = f"see below\n\n{BLOCK}".replace("body", inner)
    outer = unwrap(
        f"top\n\n-------- Forwarded Message --------\n{BLOCK}".replace("body", middle), Prefix.FORWARD, frozenset()
    )
    assert outer.forwarded is not None
    found = chain(outer.forwarded)
    assert [message.sender and message.sender.email for message in found][-1] == "carl@c.example"
    assert found[-1].body == "help"
    assert outer.own == "top"


@pytest.mark.parametrize(
    ("prefix", "recipients", "forwards"),
    [
        (Prefix.FORWARD, {"jane@acme.com"}, True),
        (Prefix.REPLY, set(), False),
        (Prefix.NONE, {"crm@example.com"}, True),
        (Prefix.NONE, {"jane@acme.com"}, False),
        (Prefix.EITHER, {"jane@acme.com"}, False),
        (Prefix.EITHER, {"crm@example.com"}, True),
    ],
)
def test_headers_below_a_text_are_a_forward_or_a_reply(prefix: Prefix, recipients: set[str], forwards: bool) -> None:
    found = unwrap(f"words\n\n{BLOCK}", prefix, frozenset(recipients))
    assert (found.forwarded is not None) is forwards
    assert found.own == "words"


@pytest.mark.parametrize(
    "text",
    [
        "Call jane@acme.com about it.",
        "From: Berlin\nTo: Munich\nDate: 3 May",
        "From now on: all mails go to x@y.z\nTo: do",
        "TO: All staff\nFROM: Bob\nDATE: Monday\nSUBJECT: Memo\n\ntext",
        "She wrote:\nplease call jane@acme.com",
        "---\nFrom: jane@acme.com\n---",
    ],
)
def test_addresses_and_words_in_a_text_are_no_forward(text: str) -> None:
    found = unwrap(text, Prefix.NONE, frozenset())
    assert found.forwarded is None
    assert found.own.splitlines()[-1] in text


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("hi\n\n-- \nSam\nExample", "hi"),
        ("hi\n--\nSam", "hi"),
        ("hi\n\nBest regards,\nSam Rep\n+1 555", "hi"),
        ("hi\n\nMit freundlichen Grüßen\n\nSam Rep", "hi"),
        ("hi\n\nよろしくお願いいたします。\nサム", "hi"),
        ("hi\n\nSent from my iPhone", "hi"),
        ("hi\n\nEnvoyé de mon iPad", "hi"),
        ("hi\n\n发自我的iPhone", "hi"),
        ("hi\n\nGet Outlook for iOS<https://aka.ms/o0ukef>", "hi"),
        ("hi\n\nSent from my iPhone\n\nBest,\nSam", "hi"),
        ("Thanks!", "Thanks!"),
        ("Thank you for the call.\n\nIt was good.", "Thank you for the call.\n\nIt was good."),
        ("Best regards from Rome, we are well.", "Best regards from Rome, we are well."),
        ("one\n\n-----\n\ntwo", "one\n\n-----\n\ntwo"),
        ("Sent from my iPhone", ""),
        ("/task call back fri\n\nThanks,\nSam", "/task call back fri"),
    ],
)
def test_signatures_are_cut(written: str, kept: str) -> None:
    assert "\n".join(strip_signature(written.split("\n"))) == kept
