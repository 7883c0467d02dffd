import pytest

from crmbot.mail.reading import read_mail
from crmbot.mail.rules import RULES

HEAD = "From: {sender}\nTo: crm@example.com\nSubject: {subject}\n"


@pytest.mark.parametrize(
    ("sender", "subject", "headers", "kind", "noise"),
    [
        ("jane@acme.com", "Hello", "", "direct", False),
        ("jane@acme.com", "Hello", "Auto-Submitted: no\n", "direct", False),
        ("jane@acme.com", "Hello", "X-Auto-Response-Suppress: All\n", "direct", False),
        ("jane@acme.com", "On vacation next week", "", "direct", False),
        ("jane@acme.com", "Re: Automatic reply: Hello", "", "reply", False),
        ("jane@acme.com", "Undelivered parcels", "", "direct", False),
        ("jane@acme.com", "Hello", "Auto-Submitted: auto-replied (vacation)\n", "auto-reply", True),
        ("jane@acme.com", "Hello", "Auto-Submitted: auto-generated\n", "auto-reply", True),
        ("jane@acme.com", "Hello", "X-Autoreply: yes\n", "auto-reply", True),
        ("jane@acme.com", "Hello", "X-Autorespond: Hello\n", "auto-reply", True),
        ("jane@acme.com", "Hello", "Precedence: auto_reply\n", "auto-reply", True),
        ("jane@acme.com", "Out of Office: Hello", "", "auto-reply", True),
        ("jane@acme.com", "Abwesenheitsnotiz: Hallo", "Return-Path: <>\n", "auto-reply", True),
        ("jane@acme.com", "自動応答: こんにちは", "", "auto-reply", True),
        ("postmaster@acme.com", "Automatic reply: Hello", "Return-Path: <>\n", "auto-reply", True),
        ("postmaster@acme.com", "Undeliverable: Hello", "", "bounce", True),
        ("MAILER-DAEMON@acme.com", "Whatever", "", "bounce", True),
        ("Mail Delivery System <x@acme.com>", "Mail delivery failed: returning", "Return-Path: <>\n", "bounce", True),
        ("x@acme.com", "Warning", "X-Failed-Recipients: gone@acme.com\n", "bounce", True),
        ("jane@acme.com", "Unzustellbar: Hallo", "Return-Path: <>\n", "bounce", True),
        ("news@acme.com", "News", "List-Unsubscribe: <https://acme.com>\n", "list", True),
        ("news@acme.com", "News", "Precedence: bulk\n", "list", True),
        ("sam@example.com", "Fwd: News", "Precedence: list\n", "forward", False),
        ("sam@example.com", "Fwd: Undeliverable: Hello", "", "forward", False),
    ],
)
def test_kind_and_noise(sender: str, subject: str, headers: str, kind: str, noise: bool) -> None:
    raw = HEAD.format(sender=sender, subject=subject) + headers + "\nhi"
    mail = read_mail(raw.encode())
    assert str(mail.kind) == kind
    assert (mail.noise is not None) is noise


def test_every_rule_has_its_own_name_and_a_reason() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.reason and rule.name.count(".") == 1 for rule in RULES)
