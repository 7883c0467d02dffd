"""A mail written in chat, all the way: out by SMTP, answered, home to its deal; bounced, and marked."""

import pytest
from clocks import SettableClock
from mails import ANNA, AUTHSERV
from posts import Post
from servers.smtp import Received, SmtpServer

from crmbot.config.settings import SmtpSettings
from crmbot.crm.outbox import OutboxMessage
from crmbot.crm.requests import ShowDeal, WriteEmail
from crmbot.mail.outgoing import Outgoing
from crmbot.models import ContactEmail, Outbox


@pytest.fixture
def sent(post: Post, clock: SettableClock, smtp_server: SmtpServer) -> Post:
    """A workspace from which Jane wrote to Anna about the deal; the mail arrived at the server."""
    post.crm.ask(WriteEmail("D-1", "Grüße aus Berlin. " * 20 + "\n\nCould we talk on Monday?", "Renewal"))
    (row,) = post.crm.rows(Outbox, Outbox.kind == "mail.send")
    out = Outgoing(
        SmtpSettings(host=smtp_server.host, port=smtp_server.port, tls="none"),
        sender="crm@ours.example", sender_name="Ours", secret_key=post.crm.policy.secret_key, clock=clock, timeout=2,
    )  # fmt: skip
    message = OutboxMessage(
        row.workspace_id, row.id, row.kind, row.destination, row.payload, row.key, row.created_at, 1, "lease"
    )
    receipt = out.send(message)

    def done(session: object) -> None:
        kept = session.get_one(Outbox, (row.workspace_id, row.id))  # type: ignore[attr-defined] # a session
        kept.state, kept.receipt = "sent", receipt

    post.crm.write(done)
    return post


def words(got: Received) -> str:
    """Return the text that a mail program shows."""
    content = got.message.get_content()
    assert isinstance(content, str)
    return content.replace("\r\n", "\n")


@pytest.mark.usefixtures("sent")
def test_mail_looks_as_if_its_writer_had_sent_it(smtp_server: SmtpServer) -> None:
    (got,) = smtp_server.received
    mail = got.message
    assert (mail["From"], mail["To"]) == ("Jane Roe <crm@ours.example>", "Anna Lind <anna@acme.example>")
    assert mail["Reply-To"].startswith("jane@ours.example, crm+d1.")
    assert "Auto-Submitted" not in mail
    text = words(got)
    assert text.endswith("Could we talk on Monday?\n\nJane Roe\n")
    assert max(map(len, got.raw.split(b"\r\n"))) < 998


def test_answer_comes_home_to_the_deal(sent: Post, smtp_server: SmtpServer) -> None:
    (got,) = smtp_server.received
    home = got.message["Reply-To"].rpartition(", ")[2]
    quoted = "\r\n".join(f"> {line}" for line in words(got).splitlines())
    answer = (
        f"Authentication-Results: {AUTHSERV}; dmarc=pass header.from=acme.example\r\nFrom: {ANNA}\r\n"
        f"To: Jane Roe <jane@ours.example>, {home}\r\nSubject: Re: Renewal\r\nMessage-ID: <a@acme.example>\r\n"
        f"In-Reply-To: {got.message['Message-ID']}\r\nReferences: {got.message['Message-ID']}\r\n"
        "Date: Wed, 05 Mar 2031 09:00:00 +0000\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        f"Monday at ten is fine.\r\n\r\nOn Wed, 5 Mar 2031 Jane Roe wrote:\r\n{quoted}\r\n"
    )
    taken = sent.take(answer.encode())
    assert (taken.state, sent.links(taken)[0]) == ("logged", "D-1")
    assert [one.text for one in sent.emails()][-1] == "Monday at ten is fine."
    texts = [entry.text for entry in sent.crm.ask(ShowDeal("D-1")).timeline if entry.what == "email"]
    assert sorted(texts) == ["E-mail: Re: Renewal", "E-mail: Renewal"]


def test_bounce_marks_the_mail_the_address_and_tells_its_writer(sent: Post, smtp_server: SmtpServer) -> None:
    (got,) = smtp_server.received
    report = (
        b"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.ours.example\r\nTo: crm@ours.example\r\nSubject: Undelivered\r\n"
        b'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="r"\r\n\r\n'
        b"--r\r\n\r\nSorry.\r\n--r\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
        b"Final-Recipient: rfc822; anna@acme.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        b"--r\r\nContent-Type: message/rfc822\r\n\r\n"
    )
    assert sent.take(report + got.raw + b"\r\n--r--\r\n").reason == "bounce.report"
    assert sent.activities()[0].outcome == "did not arrive at anna@acme.example"
    assert [row.email for row in sent.crm.rows(ContactEmail) if row.bounced_at] == ["anna@acme.example"]
    (row,) = sent.crm.rows(Outbox, Outbox.kind == "mail.send")
    assert (row.state, row.reason) == ("parked", "It came back: the address does not exist (5.1.1).")
    (notice,) = sent.crm.rows(Outbox, Outbox.kind == "notice.undelivered")
    assert notice.destination == sent.crm.user_id("jane")
