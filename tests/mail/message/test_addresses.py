import pytest

from crmbot.mail.forwarded.blocks import parse_sender
from crmbot.mail.message.addresses import parse_address, parse_addresses

JANE = [("Jane Doe", "jane@acme.com")]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Jane Doe <jane@acme.com>", JANE),
        ('"Jane Doe" <JANE@Acme.com>', JANE),
        ("'Jane Doe' <jane@acme.com>", JANE),
        ("\u201eJane Doe\u201c <jane@acme.com>", JANE),
        ("Jane Doe [mailto:jane@acme.com]", JANE),
        ("Jane Doe <mailto:jane@acme.com>", JANE),
        ("Jane Doe [jane@acme.com]", JANE),
        ("Jane Doe (jane@acme.com)", JANE),
        ("jane@acme.com (Jane Doe)", JANE),
        ("Jane Doe <jane@acme.com<mailto:jane@acme.com>>", JANE),
        ("Jane Doe jane@acme.com", JANE),
        ("*Jane Doe* <jane@acme.com>", JANE),
        ("jane@acme.com", [("", "jane@acme.com")]),
        ("<jane@acme.com>", [("", "jane@acme.com")]),
        ("jane@acme.com <mailto:jane@acme.com>", [("", "jane@acme.com")]),
        ("'jane@acme.com' <jane@acme.com>", [("", "jane@acme.com")]),
        ("Jane Doe", [("Jane Doe", "")]),
        ("Jane Doe </O=EXCH/OU=FIRST/CN=JANE>", [("Jane Doe", "")]),
        ("Doe, Jane <jane@acme.com>", [("Doe, Jane", "jane@acme.com")]),
        ('"Doe, Jane" <jane@acme.com>, x@y.z', [("Doe, Jane", "jane@acme.com"), ("", "x@y.z")]),
        ("Doe, Jane <jane@acme.com>; Roe, Rik <rik@y.z>", [("Doe, Jane", "jane@acme.com"), ("Roe, Rik", "rik@y.z")]),
        ("Jane Doe; Rik Roe", [("Jane Doe", ""), ("Rik Roe", "")]),
        ("Jane Doe, Rik Roe <rik@y.z>", [("Jane Doe", ""), ("Rik Roe", "rik@y.z")]),
        ("Jane (Acme, Inc.) <jane@acme.com>, b@c.d", [("Jane (Acme, Inc.)", "jane@acme.com"), ("", "b@c.d")]),
        (" , ;", []),
        ("", []),
    ],
)
def test_mailboxes_of_every_client(written: str, expected: list[tuple[str, str]]) -> None:
    assert [(found.name, found.email) for found in parse_addresses(written)] == expected


@pytest.mark.parametrize(
    ("written", "name", "email"),
    [
        ("office@acme.com on behalf of Jane Doe <jane@acme.com>", "Jane Doe", "jane@acme.com"),
        ("list@acme.com [mailto:list@acme.com] On Behalf Of Jane Doe", "Jane Doe", ""),
        ("Sekretariat <s@acme.com> im Auftrag von Jane Doe <jane@acme.com>", "Jane Doe", "jane@acme.com"),
        ("Secrétariat <s@acme.com> de la part de Jane Doe", "Jane Doe", ""),
        ("Doe, Jane [mailto:jane@acme.com]", "Doe, Jane", "jane@acme.com"),
    ],
)
def test_on_behalf_of_is_the_person(written: str, name: str, email: str) -> None:
    found = parse_sender(written)
    assert found is not None
    assert (found.name, found.email) == (name, email)


@pytest.mark.parametrize("written", ["  ", "<>", ", ;", "''"])
def test_what_is_no_mailbox_is_none(written: str) -> None:
    assert parse_address(written) is None
