import pytest

from crmbot.mail.authentication import authenticate
from crmbot.mail.reading import read_mail

SERVER = "mx.example.com"
PASS = f"{SERVER}; dkim=pass header.d=acme.com; dmarc=pass (p=reject) header.from=acme.com"
FROM = "From: Jane Doe <jane@acme.com>"


def judged(sender: str, *results: str, server: str | None = SERVER) -> tuple[bool, str | None]:
    lines = [f"Authentication-Results: {result}" for result in results]
    raw = "\r\n".join([*lines, sender, "To: crm@example.com", "", "hi"]).encode()
    found = authenticate(read_mail(raw), authserv_id=server)
    assert found.reason
    return found.passed, found.domain


@pytest.mark.parametrize(
    "result",
    [
        PASS,
        f"{SERVER} 1; dmarc=pass header.from=acme.com",
        f"{SERVER.upper()}; dmarc=pass header.from=ACME.com",
        f"{SERVER};\r\n\tspf=pass\r\n\tsmtp.mailfrom=bounce@acme.com;\r\n\tdmarc=none",
        f"{SERVER}; dkim=pass (2048-bit key) header.d=acme.com header.i=@acme.com header.s=s1",
        f"{SERVER}; dkim=fail header.d=acme.com; dkim=pass header.d=acme.com",
        f"{SERVER}; spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=acme.com",
        f"(a comment) {SERVER}; dmarc=pass header.from=acme.com",
        f"{SERVER}; dkim=pass header.i=@acme.com header.s=s1",
    ],
)
def test_the_configured_server_vouches(result: str) -> None:
    assert judged(FROM, result) == (True, "acme.com")


@pytest.mark.parametrize(
    "results",
    [
        [],
        [f"{SERVER}; none"],
        [f"{SERVER}; dmarc=fail header.from=acme.com"],
        [f"{SERVER}; dmarc=none header.from=acme.com"],
        [f"{SERVER}; dmarc=fail header.from=acme.com; dkim=pass header.d=acme.com"],
        [f"{SERVER}; dmarc=pass header.from=evil.com"],
        [f"{SERVER}; dmarc=pass header.from=acme.com; dmarc=fail header.from=acme.com"],
        [f"{SERVER}; spf=pass smtp.mailfrom=evil.com; dkim=pass header.d=evil.com"],
        [f"{SERVER}; spf=pass smtp.helo=acme.com"],
        [f"{SERVER}; spf=softfail smtp.mailfrom=acme.com"],
        [f"{SERVER}; dkim=pass header.d=com"],
        [f"{SERVER}; dkim=pass header.d=notacme.com"],
        [f"{SERVER}; dkim=pass header.d=sub.acme.com"],
        [f'{SERVER}; dkim=neutral reason="dmarc=pass" header.d=acme.com'],
        [f"{SERVER} (; dmarc=pass header.from=acme.com"],
        [f"{SERVER}; spf=fail (; dmarc=pass header.from=acme.com) smtp.mailfrom=acme.com"],
        ["evil.com; dmarc=pass header.from=acme.com"],
        [f"{SERVER}.evil.com; dmarc=pass header.from=acme.com"],
        [f"evil.com ({SERVER}); dmarc=pass header.from=acme.com"],
        [f"evil.com; x=pass {SERVER}; dmarc=pass header.from=acme.com"],
        [f"{SERVER}; dmarc=fail header.from=acme.com", PASS],
        [f"{SERVER}; this is no result", PASS],
        [f"{SERVER}; {'(' * 500}", PASS],
        [f"{SERVER} (open; dmarc=none", PASS],
        # Letters of a local part that would turn into results if a server's header were decoded as a name is.
        [f"{SERVER}; spf=pass smtp.mailfrom==?utf-8?q?acme.com_x.y=3D?=@evil.com"],
        [f"{SERVER}; dmarc=none; dkim=pass header.i==?utf-8?q?=40acme.com_x.y=3D?=@evil.com"],
        [f"{SERVER}; dkim=pass header.i=@acme.com.evil.com"],
        [f"{SERVER}; dkim=pass header.d=evil.com header.i=@acme.com"],
    ],
)  # fmt: skip
def test_nothing_else_counts(results: list[str]) -> None:
    assert judged(FROM, *results)[0] is False


def test_a_stranger_s_header_above_does_not_hide_the_own_one() -> None:
    assert judged(FROM, "other.example; dmarc=fail header.from=acme.com", PASS) == (True, "acme.com")


def test_without_a_configured_server_nobody_passes() -> None:
    assert judged(FROM, PASS, server=None)[0] is False


@pytest.mark.parametrize(
    "sender",
    [
        "From: jane@acme.com",
        "From: <jane@acme.com>",
        'From: "Doe, Jane" <jane@acme.com>',
        'From: "jane@acme.com" <jane@acme.com>',
        "From: =?utf-8?q?M=C3=BCller=2C_Jane?= <jane@acme.com>",
        "From: Jane\r\n <jane@acme.com>",
    ],
)
def test_one_plain_mailbox_is_judged(sender: str) -> None:
    assert judged(sender, PASS) == (True, "acme.com")


@pytest.mark.parametrize(
    "sender",
    [
        "X: y",
        f"{FROM}\r\n{FROM}",
        "From: jane@acme.com, eve@evil.com",
        "From: Team: jane@acme.com;",
        "From: jane@acme.com (Jane)",
        "From: Jane <jane@acme.com> (comment)",
        'From: "ceo@acme.com" <eve@evil.com>',
        "From: ceo@acme.com <eve@evil.com>",
        "From: Jane <jane@acme.com> <eve@evil.com>",
        "From: =?utf-8?q?=3Cjane=40acme.com=3E?= <eve@evil.com>",
        "From: =?utf-8?q?jane=40acme.com=2C?= eve@evil.com",
        "From: a@b)c@acme.com",
        "From: a@evil.com@acme.com",
        "From: <jane@acme.com",
        "From: jane@[192.0.2.1]",
        'From: "jane"@acme.com',
        "From: <@evil.com:jane@acme.com>",
        "From: jane@\u0430cme.com",
        "From: jane@xn--cme-7cd.com",
        "From: jane@xn--80ak6aa92e.com",
        "From: Jane <>",
        "From:",
    ],
)
def test_what_two_readers_could_take_for_different_senders_fails(sender: str) -> None:
    broad = f"{SERVER}; dmarc=pass; dkim=pass header.d=acme.com; dkim=pass header.d=evil.com"
    assert judged(sender, broad)[0] is False


def test_a_latin_domain_with_accents_passes() -> None:
    result = f"{SERVER}; dmarc=pass header.from=xn--mller-kva.de"
    assert judged("From: max@xn--mller-kva.de", result) == (True, "xn--mller-kva.de")
