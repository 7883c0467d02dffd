"""The own reader of Authentication-Results agrees with authres wherever the standard is followed, and doubts more."""

import time

import pytest
from authres import AuthResError, FeatureContext, dmarc
from authres.core import AuthenticationResultsHeader
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crmbot.mail.results import read_results, server_of

SERVER = "mx.example.com"
ORDINARY = [
    "none",
    "dmarc=pass header.from=acme.com",
    "spf=pass smtp.mailfrom=acme.com",
    "spf=pass smtp.mailfrom=jane+tag@acme.com",
    'spf=pass smtp.mailfrom="jane doe"@acme.com',
    "dkim=pass (2048-bit key) header.d=acme.com header.i=@acme.com header.s=s1 header.b=k3Jd92aB",
    "dkim=pass (good (nested) signature) header.d=acme.com",
    'dkim=fail reason="signature verification failed" header.d=acme.com',
    "dkim=pass header.d=acme.com; dkim=pass header.d=other.example; spf=none smtp.helo=mail.acme.com",
    "auth=pass (cram-md5) smtp.auth=sender@example.net; iprev=pass policy.iprev=192.0.2.200",
    "dkim/1=pass header.d=acme.com",
    "dmarc = pass ( p = reject ) header . from = acme.com",
    "DMARC=PASS header.From=acme.com",
    "x-spam=pass policy.score=1.5",
]
# Gmail, Fastmail, OpenDKIM with OpenDMARC, Rspamd, Exchange as a relay, Yahoo.
SERVERS = """\
mx.google.com;
 dkim=pass header.i=@acme.com header.s=google header.b="NQ/0qr7W";
 spf=pass (google.com: domain of jane@acme.com designates 192.0.2.1 as permitted sender) smtp.mailfrom=jane@acme.com;
 dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=acme.com

mx1.messagingengine.com;
 dkim=pass (2048-bit rsa key sha256) header.d=acme.com header.i=@acme.com header.b=AbCd1234 header.a=rsa-sha256
 header.s=fm1 x-bits=2048;
 dmarc=pass policy.published-domain-policy=none policy.applied-disposition=none (p=none) header.from=acme.com;
 iprev=pass smtp.remote-ip=192.0.2.1 (mail.acme.com)

mx.example.com; dmarc=pass (p=none dis=none) header.from=acme.com

mx.example.com;
 dkim=pass header.d=acme.com header.s=2026 header.b=Qx1;
 spf=pass (mx.example.com: domain of jane@acme.com designates 2001:db8::1 as permitted sender)
 smtp.mailfrom=jane@acme.com; dmarc=pass (policy=quarantine) header.from=acme.com

mx.example.com 1; spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=acme.com; dkim=pass (signature was verified)
 header.d=acme.com;dmarc=pass action=none header.from=acme.com;compauth=pass reason=100

atlas.mail.yahoo.com;
 dkim=pass header.i=@acme.com header.s=s1;
 spf=pass smtp.mailfrom=acme.com;
 dmarc=pass(p=REJECT) header.from=acme.com;
""".split("\n\n")


def by_authres(value: str) -> list[tuple[str, str, dict[str, str]]] | None:
    try:
        header = AuthenticationResultsHeader.parse_value(FeatureContext(dmarc), value)
    except (AuthResError, RecursionError):
        return None
    return [
        (
            found.method.lower(),
            found.result.lower(),
            {f"{one.type}.{one.name}".lower(): str(one.value) for one in found.properties},
        )
        for found in header.results
    ]


def by_us(value: str) -> list[tuple[str, str, dict[str, str]]] | None:
    found = read_results(value)
    return None if found is None else [(one.method, one.result, dict(one.properties)) for one in found]


@pytest.mark.parametrize("results", ORDINARY)
def test_ordinary_results_are_read_as_authres_reads_them(results: str) -> None:
    value = f"{SERVER}; {results}"
    assert server_of(value) == SERVER
    assert by_us(value) == by_authres(value)
    assert by_us(value) is not None


def test_a_quoted_value_may_stand_before_others() -> None:
    assert by_us(f'{SERVER}; dkim=pass header.b="a/b+c=" header.d=acme.com') == [
        ("dkim", "pass", {"header.b": "a/b+c=", "header.d": "acme.com"})
    ]


@pytest.mark.parametrize("value", SERVERS)
def test_what_well_known_servers_write_is_read(value: str) -> None:
    found = {(one.method, one.result): one.properties for one in read_results(value) or ()}
    assert found["dmarc", "pass"]["header.from"] == "acme.com"


@pytest.mark.parametrize(
    ("value", "server"),
    [
        ("mx.example.com; none", "mx.example.com"),
        ("  MX.Example.COM ; none", "mx.example.com"),
        ("(comment (nested) \\) here) mx.example.com (v) ; none", "mx.example.com"),
        ('"mx.example.com"; none', "mx.example.com"),
        ("mx.example.com 1; none", "mx.example.com"),
        ("mx.example.com", "mx.example.com"),
        ("mx.example.com (open; none", "mx.example.com"),
        ('mx.example.com; x=pass y.z="open', "mx.example.com"),
        ("evil.com mx.example.com; none", "evil.com"),
        ("evil.com(mx.example.com); none", "evil.com"),
        ("(evil; mx.example.com; none", None),
        ("spf=pass smtp.mailfrom=x; none", None),
        ("", None),
        ("; none", None),
    ],
)
def test_whose_header_it_is(value: str, server: str | None) -> None:
    assert server_of(value) == server


@pytest.mark.parametrize(
    "results",
    [
        "",
        ";",
        "this is no result",
        "dmarc=pass header.from=acme.com header.from=evil.com",
        "dmarc=pass header.from=acme.com trailing",
        'dkim=pass header.d="acme.com',
        "dkim=pass (header.d=acme.com",
        "dkim=pass header.d=acme.com)",
        "dkim=pass header.d=acme.com \\",
        "dkim=pass header.d=a@b@acme.com",
        "dkim=pass header.d=<acme.com>",
        "dkim/2=pass header.d=acme.com",
        "dkim=pa(x)ss header.d=acme.com",
        "dkim=pass; none",
        "none; dmarc=pass header.from=acme.com",
        "spf=pass smtp.mailfrom=x,y@acme.com",
        "spf=pass smtp.mailfrom=acme.com\0",
        "(" * 30 + ")" * 30 + " dmarc=pass",
    ],
)
def test_what_is_in_doubt_is_not_read(results: str) -> None:
    assert read_results(f"{SERVER}; {results}") is None


def test_another_version_is_not_read() -> None:
    assert read_results(f"{SERVER} 2; dmarc=pass header.from=acme.com") is None


PIECES = st.sampled_from(
    [
        *';|; | |(|)|"|\\|=|@|.|/|1|none|dmarc=pass|dkim=pass|spf=fail|header.from=acme.com|header.d=evil.com'.split(
            "|"
        ),
        *'smtp.mailfrom=|"a b"|acme.com|evil.com|reason=|x|(comment)|\t|dmarc|header.from|mx.example.com'.split("|"),
        "; dmarc=pass header.from=acme.com",
    ]
)


@settings(max_examples=1_500, deadline=None)
@given(st.lists(PIECES, max_size=14).map("".join))
@example('; spf=pass smtp.mailfrom="; dmarc=pass header.from=acme.com"@evil.com')
@example("; dkim=pass (\\(; dmarc=pass) header.d=evil.com")
def test_whatever_is_read_authres_reads_too(rest: str) -> None:
    # Something at the end: servers close the last result with a semicolon, which authres refuses.
    value = f"{SERVER} {rest}; x=pass"
    mine = by_us(value)
    if mine is None:
        return
    theirs = by_authres(value)
    assert theirs is not None
    assert [(method, result) for method, result, _ in mine] == [(method, result) for method, result, _ in theirs]
    for (_, _, ours), (_, _, known) in zip(mine, theirs, strict=True):
        assert {name: known[name] for name in ours if name in known and ours[name]} == {
            name: ours[name] for name in ours if name in known and ours[name]
        }


SLOW = {
    "methods": "a; " + "x=" * 4_000,
    "open comments": "(" * 8_000,
    "comments": "a; " + "()" * 4_000,
    "open quotes": '"' * 8_000,
    "escapes": 'a; dkim=pass header.d="' + "\\a" * 4_000,
    "spaces": "a" + " " * 8_000,
    "properties": "a; dkim=pass " + "a.b=c " * 1_300,
    "empty properties": "a; d=p" + " x.y=" * 1_600,
    "labels": "a; dkim=pass header.d=" + "a." * 4_000 + "!",
    "hyphens": "a; dkim=" + "a-" * 4_000,
    "at signs": "a; dkim=pass x.y=" + "a@" * 3_000,
    "semicolons": "a;" + " ;" * 4_000,
}


@pytest.mark.parametrize("name", SLOW)
def test_a_header_made_to_be_slow_is_read_in_time(name: str) -> None:
    started = time.process_time()
    server_of(SLOW[name])
    read_results(SLOW[name])
    assert time.process_time() - started < 0.1
