"""Phone, role and company below a mail, in the forms and languages people use."""

# ruff: noqa: RUF001 - each language is written in its own letters

import time

import pytest

from crmbot.domain.signatures import SignatureFacts, is_company, is_role, signature_facts

SIGNATURES = {
    "english": (
        "Could we have 40 seats?\n\nBest regards,\nJane Doe\nHead of Purchasing\nAcme Ltd.\nPhone: +44 20 7946 0123",
        SignatureFacts("+44 20 7946 0123", "Head of Purchasing", "Acme Ltd."),
    ),
    "american, one line": (
        "Thanks\n-- \nJane Doe | VP Operations | Acme Inc. | (415) 555-0132 | jane@acme.com",
        SignatureFacts("(415) 555-0132", "VP Operations", "Acme Inc."),
    ),
    "german": (
        """Mit freundlichen Grüßen

i. A. Anna Lind
Leiterin Einkauf

Acme Maschinenbau GmbH & Co. KG
Hauptstr. 5, 10115 Berlin
Tel.: 030 / 1234-56, Fax: 030 / 1234-99
Amtsgericht Berlin HRB 12345""",
        SignatureFacts("030 / 1234-56", "Leiterin Einkauf", "Acme Maschinenbau GmbH & Co. KG"),
    ),
    "french": (
        "Cordialement,\nClaire Petit\nResponsable des achats, Acme SARL\nTél. : +33 1 23 45 67 89",
        SignatureFacts("+33 1 23 45 67 89", "Responsable des achats", "Acme SARL"),
    ),
    "spanish": (
        "Un saludo,\nLucía Ramos\nDirectora de Compras\nAcme S.L.\nMóvil: +34 600 123 456",
        SignatureFacts("+34 600 123 456", "Directora de Compras", "Acme S.L."),
    ),
    "italian": (
        "Cordiali saluti\nMarco Rossi\nUfficio Acquisti\nAcme S.p.A.\nTel. +39 02 1234567",
        SignatureFacts("+39 02 1234567", "Ufficio Acquisti", "Acme S.p.A."),
    ),
    "dutch": (
        "Met vriendelijke groet,\nPiet de Vries\nInkoper bij Acme\nM 06-12345678",
        SignatureFacts("06-12345678", "Inkoper", "Acme"),
    ),
    "swedish": (
        "Med vänliga hälsningar\nEva Ek\nInköpschef\nAcme AB\nMobil 070-123 45 67",
        SignatureFacts("070-123 45 67", "Inköpschef", "Acme AB"),
    ),
    "polish": (
        "Pozdrawiam\nJan Nowak\nKierownik Zakupów\nAcme Sp. z o.o.\ntel. +48 22 123 45 67",
        SignatureFacts("+48 22 123 45 67", "Kierownik Zakupów", "Acme Sp. z o.o."),
    ),
    "russian": (
        "С уважением,\nИван Петров\nКоммерческий директор\nООО «Акме»\nТел.: +7 495 123-45-67",
        SignatureFacts("+7 495 123-45-67", "Коммерческий директор", "ООО «Акме»"),
    ),
    "japanese": (
        "よろしくお願いいたします。\n株式会社アクメ\n営業部 部長\n田中太郎\n電話: 03-1234-5678",
        SignatureFacts("03-1234-5678", "営業部 部長", "株式会社アクメ"),
    ),
    "chinese": (
        "此致\n王伟\n采购经理\n阿克米有限公司\n电话：+86 10 1234 5678",
        SignatureFacts("+86 10 1234 5678", "采购经理", "阿克米有限公司"),
    ),
    "nothing": ("Could we have 40 seats by 15.12.2026?\n\nJane", SignatureFacts()),
    "only a fax": ("Regards\nJane\nFax: +44 20 7946 0999", SignatureFacts()),
}


@pytest.mark.parametrize("name", SIGNATURES)
def test_facts_of_a_signature(name: str) -> None:
    text, expected = SIGNATURES[name]
    assert signature_facts(text) == expected


def test_what_stands_below_an_older_message_is_somebody_elses() -> None:
    text = (
        "Yes please.\nJane\n\nOn Wed, Mar 5, 2031 at 9:00 AM Sam Poe <sam@ours.example> wrote:\n> Hello\n> Sam Poe\n"
        "Sales Manager\n+1 415 555 0100"
    )
    assert signature_facts(text) == SignatureFacts()


@pytest.mark.parametrize(
    "text", ["Let us talk about the manager.", "Manager of 3 teams", "we need a lead", "", "Head!"]
)
def test_a_sentence_is_no_role(text: str) -> None:
    assert not is_role(text)


@pytest.mark.parametrize("text", ["see you as", "thanks, co", "", "Best regards", "Hello Ag and friends"])
def test_a_sentence_is_no_company(text: str) -> None:
    assert not is_company(text)


@pytest.mark.parametrize(
    "text", ["+" * 100_000, "1 " * 50_000, "Tel " * 20_000, "a, " * 30_000, "|" * 100_000, "x\n" * 50_000, "-" * 50_000]
)
def test_hostile_text_costs_little(text: str) -> None:
    started = time.process_time()
    signature_facts(text)
    assert time.process_time() - started < 0.5
