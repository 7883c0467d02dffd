"""Bounces: who and why from reports and words; delays and absences are none; hostile notices cost little."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmbot.mail.bounces.wording import WORDINGS
from crmbot.mail.reading import read_mail
from crmbot.mail.values import Kind, Mail

HEAD = "From: MAILER-DAEMON@mx.example\nSubject: Undelivered Mail Returned to Sender\n"


def words(text: str) -> Mail:
    return read_mail((HEAD + "\n" + text).encode())


def report(fields: str) -> Mail:
    head = 'Content-Type: multipart/report; report-type=delivery-status; boundary="r"\n\n--r\n\nSorry\n--r\n'
    return read_mail(f"{HEAD}{head}Content-Type: message/delivery-status\n\n{fields}\n--r--\n".encode())


@pytest.mark.parametrize(
    ("text", "recipient", "status", "permanent"),
    [
        ("<a@b.example>: host mx said: 450 4.2.0 try later", "a@b.example", "4.2.0", False),
        ("<a@b.example>:\nuser does not exist", "a@b.example", None, True),
        ("   ----- The following addresses had permanent fatal errors -----\n<a@b.example>\n    (reason: 550 5.1.1 no)",
         "a@b.example", "5.1.1", True),
        ("The following recipient(s) cannot be reached:\n\n   'a@b.example' on 05.03.2031\n       550 no such user",
         "a@b.example", "5.0.0", True),
        ("Failed recipient: a@b.example\nno such account", "a@b.example", None, True),
        ("Recipient address: a@b.example\nReason: unknown or illegal alias", "a@b.example", None, True),
        ("Delivery has failed to these recipients or groups:\n\nAnna (A@B.example)<mailto:a@b.example>\nNot found.\n",
         "a@b.example", None, True),
        ("Your message wasn't delivered to **a@b.example** because the domain is gone.", "a@b.example", None, True),
    ],
)  # fmt: skip
def test_words_of_servers_without_a_report(text: str, recipient: str, status: str | None, permanent: bool) -> None:
    bounce = words(text).as_json()["bounce"]
    assert (bounce["recipient"], bounce["status"], bounce["permanent"]) == (recipient, status, permanent)


def test_delay_is_no_failure_for_good() -> None:
    mail = report("Final-Recipient: rfc822; a@b.example\nAction: delayed\nStatus: 4.4.7\n")
    assert mail.rule == "bounce.delayed"
    assert mail.bounce is not None
    assert not mail.bounce.failures[0].permanent


@pytest.mark.parametrize("fields", ["", "Action: failed\n", "Final-Recipient: rfc822; nobody\nAction: failed\n"])
def test_report_that_names_nobody_is_a_bounce_of_nobody(fields: str) -> None:
    mail = report(fields)
    assert (mail.kind, mail.bounce, mail.as_json()["bounce"]) == (Kind.BOUNCE, None, None)


def test_absence_of_a_postmaster_is_no_bounce() -> None:
    raw = "From: postmaster@acme.example\nReturn-Path: <>\nAuto-Submitted: auto-generated\n"
    raw += (
        "X-Auto-Response-Suppress: All\nSubject: Automatic reply: Offer\n\nI am away. Write to deputy@acme.example.\n"
    )
    mail = read_mail(raw.encode())
    assert (mail.kind, mail.rule, mail.bounce) == (Kind.AUTO_REPLY, "auto.subject", None)


def test_mail_that_talks_of_a_bounce_is_none() -> None:
    raw = b"From: jane@acme.example\nSubject: Undelivered?\n\n<a@b.example>: host mx said: 550 5.1.1 no such user\n"
    assert read_mail(raw).bounce is None


def test_every_wording_has_a_name_of_its_own() -> None:
    assert len({name for name, _ in WORDINGS}) == len(WORDINGS)


@pytest.mark.parametrize(
    "text",
    [
        "<a@b.example>:\n" * 50_000,
        "<" + "a" * 200_000 + "@" + "b" * 200_000,
        "was not delivered to:\n" + " " * 200_000,
        "Delivery has failed to these" + "\n" * 100_000,
        "a@" * 200_000,
        "550 " * 200_000,
        "Message-ID: <" * 50_000,
        "following addresses failed:\n" * 10_000,
    ],
)
def test_hostile_words_cost_little(text: str) -> None:
    started = time.process_time()
    words(text)
    assert time.process_time() - started < 2


@settings(max_examples=200, deadline=None)
@given(fields=st.lists(st.sampled_from(
    ["Final-Recipient: rfc822; ", "Original-Recipient:", "a@b.example", "\n", "\n\n", "Action: failed", "Status: 5.1.1",
     "Diagnostic-Code: smtp;", ";", " ", "Status: 99.999.9999", "<>", "\t", "Action: relayed"]
) | st.text(max_size=12), max_size=20))  # fmt: skip
def test_any_report_is_read(fields: list[str]) -> None:
    mail = report("".join(fields))
    assert mail.bounce is None or all("@" in one.recipient for one in mail.bounce.failures)
