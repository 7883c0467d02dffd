"""Programs that answer programs: receipts by mail and out-of-office notes never keep each other going."""

import dataclasses
from datetime import timedelta

import pytest
from mails import INTAKE, JANE, POLICY, Raw
from posts import Post

from crmbot.config.settings import SmtpSettings
from crmbot.mail.letters import render_letter
from crmbot.mail.outgoing import Letter, Outgoing
from crmbot.models import Outbox

AWAY = (
    "Auto-Submitted: auto-replied",
    "X-Autoreply: yes",
    "X-Auto-Response-Suppress: All\r\nAuto-Submitted: auto-generated",
    "Precedence: bulk",
    "List-Id: <news.ours.example>",
)


@pytest.mark.parametrize("mark", AWAY)
def test_an_hour_of_out_of_office_notes_gets_no_answer(any_post: Post, mark: str) -> None:
    for n in range(60):
        any_post.crm.clock.advance(timedelta(minutes=1))
        note = Raw(to=INTAKE, subject="Away", body=f"/task call {n}\nI am away.", message_id=f"<away{n}@ours.example>")
        assert any_post.take(note.but(extra=mark)).state == "noise"
    assert any_post.crm.rows(Outbox) == []


def test_receipt_that_comes_back_is_crmbots_own(any_post: Post) -> None:
    any_post.take(Raw(sender=JANE, to=INTAKE, body="/task call Gus"))
    (receipt,) = any_post.receipts()
    letter = render_letter("receipt", **receipt)
    sender = Outgoing(SmtpSettings(), sender=INTAKE, secret_key=POLICY.secret_key, clock=any_post.crm.clock)
    mail = sender.compose(Letter("jane@ours.example", letter["subject"], letter["text"], letter["html"]), "01abc")
    assert mail["Auto-Submitted"] == "auto-generated"
    raw = mail.as_bytes()
    for _ in range(3):
        assert any_post.take(raw).state in {"noise", "duplicate"}
    assert len(any_post.receipts()) == 1


def test_own_copy_of_a_written_mail_is_not_automatic(any_post: Post) -> None:
    sender = Outgoing(SmtpSettings(), sender=INTAKE, secret_key=POLICY.secret_key, clock=any_post.crm.clock)
    letter = Letter(to="anna@acme.example", subject="Hello", text="Hello")
    assert "Auto-Submitted" not in sender.compose(dataclasses.replace(letter, automatic=False), "01abc")
