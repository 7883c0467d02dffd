"""Mail out: what arrives at a real server, and what its answers mean."""

import dataclasses
import email

import pytest
from clocks import SettableClock
from servers.smtp import DROP, SmtpServer

from crmbot.config.settings import SmtpSettings
from crmbot.domain.intake import is_marked
from crmbot.errors import SendFailed
from crmbot.mail.letters import render_letter
from crmbot.mail.outgoing import Letter, Outgoing
from crmbot.mail.reading import read_mail
from crmbot.playground.ports import free_port

KEY = b"a key for mail tests only"
LETTER = Letter(
    to="anna@acme.example", to_name="Anna Lind", subject="Größe & Preis", text="Hallo Anna\n", html="<p>Hallo</p>"
)


def outgoing(server: SmtpServer, clock: SettableClock, **settings: object) -> Outgoing:
    chosen = SmtpSettings(host=server.host, port=server.port, tls="none")
    return Outgoing(
        dataclasses.replace(chosen, **settings),  # type: ignore[arg-type] # the settings check themselves
        sender="crm@ours.example",
        secret_key=KEY,
        clock=clock,
        timeout=2,
    )


def test_letter_arrives_as_written_and_marked_as_automatic(smtp_server: SmtpServer, clock: SettableClock) -> None:
    message_id = outgoing(smtp_server, clock).send_letter(LETTER, "01abc")
    (got,) = smtp_server.received
    assert (got.sender, got.recipients) == ("crm@ours.example", ("anna@acme.example",))
    assert message_id == got.message["Message-ID"] == "<01abc@ours.example>"
    assert got.message["Auto-Submitted"] == "auto-generated"
    assert is_marked(KEY, got.message["X-Crmbot-Id"])
    mail = read_mail(got.raw)
    assert (mail.subject, mail.text, mail.to[0].name) == ("Größe & Preis", "Hallo Anna", "Anna Lind")


def test_log_in_is_done_when_a_user_is_set(smtp_server: SmtpServer, clock: SettableClock) -> None:
    outgoing(smtp_server, clock, user="crm", password="letter box").send_letter(LETTER, "01abc")
    assert len(smtp_server.received) == 1
    with pytest.raises(SendFailed, match="refused the log-in") as failed:
        outgoing(smtp_server, clock, user="crm", password="wrong").send_letter(LETTER, "01abc")
    assert not failed.value.permanent
    assert failed.value.retry_after == 600


ANSWERS = [
    ("RCPT", "550 5.1.1 nobody here", True, False),
    ("RCPT", "451 4.3.0 later", False, False),
    ("DATA", "554 5.7.1 no", True, False),
    ("DATA", "451 4.3.0 later", False, False),
    ("DATA", DROP, False, True),
]


@pytest.mark.parametrize(("command", "answer", "permanent", "unknown"), ANSWERS)
def test_answers_of_the_server_say_what_became_of_the_mail(
    smtp_server: SmtpServer, clock: SettableClock, command: str, answer: str, permanent: bool, unknown: bool
) -> None:
    smtp_server.script(command, answer)
    with pytest.raises(SendFailed) as failed:
        outgoing(smtp_server, clock).send_letter(LETTER, "01abc")
    assert (failed.value.permanent, failed.value.unknown) == (permanent, unknown)


def test_server_that_is_not_there_is_worth_another_try(smtp_server: SmtpServer, clock: SettableClock) -> None:
    with pytest.raises(SendFailed, match="can't be reached") as failed:
        outgoing(smtp_server, clock, port=free_port()).send_letter(LETTER, "01abc")
    assert (failed.value.permanent, failed.value.unknown) == (False, False)


def test_server_without_encryption_is_not_spoken_to_in_the_clear(smtp_server: SmtpServer, clock: SettableClock) -> None:
    with pytest.raises(SendFailed):
        outgoing(smtp_server, clock, tls="starttls").send_letter(LETTER, "01abc")
    assert smtp_server.received == []


ENDS = ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\0", "\r\n\r\n", "\ud800", "\u202e"]
INJECTED = [f"a{end}Bcc: eve@evil.example{tail}" for end in ENDS for tail in ("", end, f"{end}{end}body")]


@pytest.mark.parametrize("text", INJECTED)
def test_nothing_in_a_letter_adds_a_header(text: str, clock: SettableClock) -> None:
    sender = outgoing(SmtpServer(1), clock)
    mail = sender.compose(Letter("anna@acme.example", text, text, to_name=text, html=text), f"id{text}"[:40])
    raw = mail.as_bytes()
    names = [
        line.partition(b":")[0].lower() for line in raw.split(b"\r\n\r\n")[0].split(b"\r\n") if line[:1] not in b" \t"
    ]
    assert b"bcc" not in names
    assert b"\n\n" not in raw.split(b"\r\n\r\n")[0]
    for bad in (f"anna@acme.example{text}", f"{text}@acme.example"):
        with pytest.raises(SendFailed, match="not an e-mail address"):
            sender.compose(Letter(bad, "s", "t"), "id")


RECEIPT = {
    "subject": "Offer <b>",
    "from": "Anna",
    "state": "logged",
    "why": "the address of a contact",
    "where": [["D-1", "Acme"], ["C-1", "Anna"]],
    "activity": "A-1",
    "asks": [],
    "problem": False,
    "repeated": False,
}


def test_receipt_letter_says_where_and_why_and_escapes_only_html() -> None:
    letter = render_letter("receipt", **RECEIPT)
    assert letter["subject"] == "Logged: Offer <b>"
    assert "Where:   D-1 Acme, C-1 Anna" in letter["text"]
    assert "Because: the address of a contact" in letter["text"]
    assert "Offer &lt;b&gt;" in letter["html"]


def test_receipt_letter_asks_which_deal_and_tells_what_waits() -> None:
    asking = render_letter("receipt", **{**RECEIPT, "asks": [["D-2", "Two"], ["D-3", "Three"]], "problem": True})
    assert asking["subject"] == "Which deal? Offer <b>"
    assert "  D-2 Two\n  D-3 Three" in asking["text"]
    waiting = {**RECEIPT, "activity": None, "state": "triage", "why": "nobody in it is known", "problem": True}
    letter = render_letter("receipt", **waiting)
    assert letter["subject"] == "Needs you: Offer <b>"
    assert "waits for a person: nobody in it is known." in letter["text"]


@pytest.mark.parametrize(
    "hostile", ["Eve\r\nBcc: all@evil.example", "Eve\nX: y", "=?utf-8?q?Eve=0D=0ABcc=3A_x?=", "E\u2028v\0e"]
)
def test_written_mail_carries_its_names_and_addresses_and_no_header_more(
    smtp_server: SmtpServer, clock: SettableClock, hostile: str
) -> None:
    letter = dataclasses.replace(
        LETTER,
        from_name=hostile,
        reply_to=("jane@ours.example", "crm+d1.abcdefghijklmnop@ours.example"),
        message_id=f"<chosen@ours.example>{hostile}",
        automatic=False,
    )
    outgoing(smtp_server, clock).send_letter(letter, "01abc")
    (got,) = smtp_server.received
    assert set(got.message) == {
        "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "X-Crmbot-Id", "MIME-Version", "Content-Type"
    }  # fmt: skip
    assert got.message["From"].endswith("<crm@ours.example>")
    assert got.message["Reply-To"] == "jane@ours.example, crm+d1.abcdefghijklmnop@ours.example"
    assert got.message["Message-ID"].startswith("<chosen@ours.example>")


BREAKS = (
    "\r\n",
    "\n",
    "\r",
    "\r\n ",
    "\n\t",
    "\0",
    "\v",
    "\f",
    "\x1c",
    "\x85",
    "\u2028",
    "\u2029",
    "=?utf-8?q?=0D=0A?=",
    "=?utf-8?b?DQo=?=",
    "=?us-ascii?Q?=0A?=",
    "=?utf-8?q?a=0D=0AX: y?=",
    "%0d%0a",
    "\\r\\n",
    "\u560d\u560a",
    "\ud800",
)
ADDED = ("Bcc: all@evil.example", "X: y", "Subject: other", "\r\nbody", "Content-Type: text/html")
FIELDS = ("subject", "to_name", "from_name", "message_id", "identity")


@pytest.mark.parametrize("field", FIELDS)
def test_five_hundred_ways_to_add_a_header_add_none(smtp_server: SmtpServer, clock: SettableClock, field: str) -> None:
    sender = outgoing(smtp_server, clock)
    plain = set(sender.compose(dataclasses.replace(LETTER, from_name="J"), "01abc"))
    for hostile in (f"Eve{cut}{added}" for cut in BREAKS for added in ADDED):
        letter = LETTER if field == "identity" else dataclasses.replace(LETTER, **{field: hostile})  # type: ignore[arg-type] # texts
        raw = sender.compose(letter, hostile if field == "identity" else "01abc").as_bytes()
        parsed = email.message_from_bytes(raw)
        assert set(parsed) == plain
        assert len(parsed.keys()) == len(plain)
