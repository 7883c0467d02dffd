"""Mail made to break a reader: bombs stop in time, mutations of real mail never raise."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crmbot.mail.authentication import authenticate
from crmbot.mail.forwarded.unwrapping import chain
from crmbot.mail.guarded.reader import GuardedReader
from crmbot.mail.message.limits import MAX_ADDRESSES, MAX_TEXT
from crmbot.mail.reading import read_mail

SAMPLES = [path.read_bytes() for path in sorted((Path(__file__).parent / "samples").glob("*.eml"))]
HEAD = b"From: a@b.c\nSubject: Fwd: x\n"
MIXED = b"Content-Type: multipart/mixed; boundary=a\n\n"
HTML = b"Content-Type: text/html\n\n"
PLAIN = b"Content-Type: text/plain\n\n"
NESTED = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(2000))

BOMBS = {
    "200,000 parts": HEAD + MIXED + b"--a\n\nx\n" * 200_000,
    "depth 2,000": HEAD + NESTED,
    "one boundary at every depth": HEAD + MIXED + (b"--a\n" + MIXED) * 100_000,
    "message in message": (HEAD + b"Content-Type: message/rfc822\n\n") * 20_000,
    "5 MB header": b"Subject: " + b"a" * 5_000_000 + b"\n\nx",
    "2,000,000 headers": b"a:\n" * 2_000_000 + b"\nx",
    "folded header": b"Subject: a" + b"\n a" * 1_500_000 + b"\n\nx",
    "16,000 recipients": HEAD + b"To: " + b", ".join(b"a%d@b.c" % n for n in range(16_000)) + b"\n\nx",
    "open brackets": b"From: " + b"(" * 100_000 + b"\nTo: " + b"<" * 100_000 + b"\n\nx",
    "encoded words": b"Subject: " + b"=?utf-8?q?=41?= " * 15_000 + b"\n\nx",
    "parameters": HEAD + b"Content-Type: text/plain" + b"; a*1*=x" * 30_000 + b"\n\nx",
    "quoted parameter": HEAD + b'Content-Type: text/plain; a="' + b"\\" * 200_000 + b"\n\nx",
    "boundary look-alikes": HEAD + MIXED + b"--ab\n" * 1_000_000,
    "5 MB text": HEAD + PLAIN + b"lorem ipsum dolor sit amet\n" * 200_000,
    "lines with colons": HEAD + PLAIN + b"From:\n" * 200_000,
    "quoted headers": HEAD + PLAIN + b"To: b@c.d\nDate: x\n" * 100_000,
    "introductions": HEAD + PLAIN + b"On 1 On 1 On 1 schrieb schrieb On 1 On 1 On 1 On 1 wrot:\n" * 20_000,
    "glued headers": HEAD + PLAIN + b"----- Forwarded Message ----- " + b"From: a " * 100_000,
    "rules": HEAD + PLAIN + b"-------------------------\n" * 50_000,
    "quote marks": HEAD + PLAIN + b">" * 500_000 + b"\n" + b"> > > > >\n" * 40_000,
    "nested tags": HEAD + HTML + b"<div>" * 200_000 + b"x",
    "nested quotes": HEAD + HTML + b"<blockquote>x" * 60_000,
    "nested tables": HEAD + HTML + b"<table><tr><td>" * 60_000,
    "open tags": HEAD + HTML + b"<" * 1_000_000,
    "attributes": HEAD + HTML + b"<div " + b"a=b " * 250_000 + b">x",
    "punycode as character set": HEAD + b"Content-Type: text/plain; charset=punycode\n\n" + b"a" * 1_000_000,
    "flowed text": HEAD + b"Content-Type: text/plain; format=flowed\n\n" + b"a \n" * 300_000,
    "bad base64": HEAD + b"Content-Transfer-Encoding: base64\n\n" + b"A=A=" * 1_500_000,
    "comments in results": b"Authentication-Results: x " + b"(" * 200_000 + b"\n" + HEAD + b"\nx",
}


@pytest.mark.parametrize("name", BOMBS)
def test_bomb_is_stopped_in_time(name: str) -> None:
    started = time.process_time()
    mail = read_mail(BOMBS[name])
    authenticate(mail, authserv_id="x")
    assert time.process_time() - started < 3
    assert len(mail.text) <= MAX_TEXT
    assert len(mail.to) <= MAX_ADDRESSES


def test_no_bomb_needs_more_memory_than_a_mail_may_take() -> None:
    with GuardedReader() as read:
        for raw in BOMBS.values():
            read(raw)  # more than 256 MB or 3 seconds would end it


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("200,000 parts", "parts"),
        ("depth 2,000", "parts"),
        ("5 MB header", "headers"),
        ("16,000 recipients", "to"),
        ("5 MB text", "text"),
    ],
)
def test_what_was_left_out_is_listed(name: str, part: str) -> None:
    mail = read_mail(BOMBS[name])
    assert part in {what for what, _ in mail.failed}
    assert mail.sender is not None or name == "5 MB header"


def check_is_safe(raw: bytes) -> None:
    mail = read_mail(raw)
    texts = json.dumps(mail.as_json(), ensure_ascii=False)
    texts.encode("utf-8")
    assert "\\u0000" not in texts
    for text in (
        mail.calendar,
        mail.content_hash,
        *(value for pair in (*mail.headers, *mail.failed) for value in pair),
    ):
        assert "\0" not in text
        text.encode("utf-8")
    for message in (mail.forwarded, *mail.also_forwarded):
        assert message is None or chain(message)[0] == message
    authenticate(mail, authserv_id="mx.example.com")


SPLICES = st.lists(
    st.tuples(st.integers(0, 8_000), st.integers(0, 60), st.binary(max_size=40) | st.sampled_from(SAMPLES)),
    min_size=1,
    max_size=6,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sample=st.sampled_from(SAMPLES), splices=SPLICES)
def test_mutations_of_real_mail_are_read(sample: bytes, splices: list[tuple[int, int, bytes]]) -> None:
    raw = sample
    for place, length, put in splices:
        at = place % (len(raw) + 1)
        raw = raw[:at] + put + raw[at + length :]
    check_is_safe(raw)


@settings(max_examples=100, deadline=None)
@given(raw=st.binary(max_size=600))
@example(raw=b"")
@example(raw=b"\0" * 2000)
@example(raw=b"From: a\x00b@c.d\nSubject: \xed\xa0\x80 =?utf-8?q?=00=ED=A0=80?=\n\n\x00\xff\xfe")
@example(raw=b"Date: Mon, 99 Foo 99999 99:99:99 +9999\n\n")
@example(raw=b"Date: Mon, 1 Jan 0001 00:00:00 +1400\n\n")
@example(raw="Subject: \u202egnp.exe\nFrom: \u202ex@y.z\n\n\u202e".encode())
@example(raw=b"Content-Type: multipart/mixed; boundary=\n\n--\n\n--\n")
@example(raw=b"Content-Type: text/plain; charset=zlib\n\nx")
@example(raw=b"Content-Type: text/plain; charset*=\x80'%zz'\xff\n\nx")
@example(raw=b"Content-Transfer-Encoding: base64\n\nA")
def test_any_bytes_are_read(raw: bytes) -> None:
    check_is_safe(raw)
