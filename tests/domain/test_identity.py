import pytest

from crmbot.domain.identity import (
    Address,
    company_name_from,
    domain_of,
    fold_name,
    is_public_mailbox_domain,
    normalise_email,
    person_name_from,
    split_legal_suffix,
)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Jane.Doe@ACME.com", "jane.doe@acme.com"),
        ("  <jane@acme.com> ", "jane@acme.com"),
        ("'jane@acme.com'", "jane@acme.com"),
        ("jane+crm@acme.com.", "jane+crm@acme.com"),
        ("max@müller.de", "max@xn--mller-kva.de"),
        ("o'brien@acme.com", "o'brien@acme.com"),
        ("用户@例子.中国", "用户@xn--fsqu00a.xn--fiqs8s"),
    ],
)
def test_addresses_have_one_stored_form(written: str, expected: str) -> None:
    assert normalise_email(written) == expected
    assert normalise_email(expected) == expected


@pytest.mark.parametrize(
    "written",
    [
        "",
        "jane",
        "@acme.com",
        "jane@",
        "jane doe@acme.com",
        "a@b@c.com",
        "a@b..com",
        "a@-b.com",
        "a@" + "b" * 400,
        "a)b@c.com",
        "x" * 65 + "@acme.com",
        "a@b\x00.com",
    ],
)
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="e-mail address"):
        normalise_email(written)


@pytest.mark.parametrize(
    ("name", "email", "expected"),
    [
        ("Jane Doe", "x@acme.com", "Jane Doe"),
        ("Doe, Jane", "x@acme.com", "Jane Doe"),
        ("'Jane Doe'", "x@acme.com", "Jane Doe"),
        ("Jane Doe (Acme)", "x@acme.com", "Jane Doe"),
        ("Jane Doe via Support", "x@acme.com", "Jane Doe"),
        ("Acme, Inc.", "x@acme.com", "Acme, Inc."),
        ("", "jane.doe@acme.com", "Jane Doe"),
        ("jane_doe@acme.com", "jane_doe+x@acme.com", "Jane Doe"),
        ("", "info@acme.com", ""),
        ("", "sales-emea@acme.com", ""),
    ],
)
def test_person_names(name: str, email: str, expected: str) -> None:
    assert person_name_from(Address(name, email)) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("  Café   Zoë ", "cafe zoe"),
        ("O\u2019Brien-Smith", "obrien smith"),
        ("Łukasz Żółć", "lukasz zolc"),
        ("STRASSE Straße", "strasse strasse"),
        ("A.B.C. Corp.", "abc corp"),
        ("Søren", "soren"),
        ("株式会社", "株式会社"),
        ("Studio 54  No 7", "studio 54 no 7"),
        ("Zoë & " * 20, " ".join(["zoe"] * 20)),
    ],
)
def test_names_fold_to_comparable_words(written: str, expected: str) -> None:
    assert fold_name(written) == expected


@pytest.mark.parametrize(
    ("written", "name", "suffix"),
    [
        ("Acme, Inc.", "acme", "inc"),
        ("Müller GmbH & Co. KG", "muller", "gmbh co kg"),
        ("Acme S.A.", "acme", "sa"),
        ("Inc", "inc", ""),
        ("Inc Magazine", "inc magazine", ""),
    ],
)
def test_legal_forms_are_kept_apart(written: str, name: str, suffix: str) -> None:
    assert split_legal_suffix(written) == (name, suffix)


def test_public_mailboxes_name_no_company() -> None:
    assert is_public_mailbox_domain("GMX.de")
    assert not is_public_mailbox_domain(domain_of("jane@acme.com"))
    assert domain_of("jane") == ""


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("acme-corp.com", "Acme Corp"),
        ("xn--mller-shne-kcb9d.de", "Müller Söhne"),
        ("xn--fsqu00a.xn--fiqs8s", "例子"),
        ("xn--a.de", "Xn  A"),
    ],
)
def test_the_company_of_a_domain_is_named_in_its_own_letters(domain: str, expected: str) -> None:
    assert company_name_from(domain) == expected
