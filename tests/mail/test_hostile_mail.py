"""Mail made to break a reader: bombs stop in time, mutations of real mail never raise."""

import json
import time
from pathlib import Path

import pytest
from bombs import BOMBS
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crmbot.mail.authentication import authenticate
from crmbot.mail.forwarded.unwrapping import chain
from crmbot.mail.guarded.reader import GuardedReader
from crmbot.mail.message.limits import MAX_ADDRESSES, MAX_TEXT
from crmbot.mail.reading import read_mail

SAMPLES = [path.read_bytes() for path in sorted((Path(__file__).parent / "samples").glob("*.eml"))]


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
