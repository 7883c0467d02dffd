"""Every sample mail is understood as the values beside it say."""

import json
from pathlib import Path
from typing import Any

import pytest

from crmbot.mail.reading import read_mail

SAMPLES = Path(__file__).parent / "samples"
NAMES = sorted(path.stem for path in SAMPLES.glob("*.eml"))


def expected_of(name: str) -> dict[str, Any]:
    values: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))
    return values


@pytest.mark.parametrize("name", NAMES)
def test_sample_is_understood(name: str) -> None:
    expected = expected_of(name)
    mail = read_mail((SAMPLES / f"{name}.eml").read_bytes())
    understood = mail.as_json()
    assert {key: understood[key] for key in expected} == expected
    assert mail.failed == ()


def test_there_are_samples_of_every_kind() -> None:
    kinds = {expected_of(name)["kind"] for name in NAMES}
    assert kinds == {"direct", "reply", "forward", "bounce", "auto-reply", "list", "invite", "complaint"}
    assert len(NAMES) >= 150


def sample(name: str) -> bytes:
    return (SAMPLES / f"{name}.eml").read_bytes()


def test_copies_of_one_mail_have_one_content_hash() -> None:
    raw = sample("gmail_forward_de")
    delivered = b"Received: from a by b\r\nDelivered-To: other@example.com\r\nReturn-Path: <x@y.z>\r\n" + raw
    refolded = raw.replace(b"Subject: Fwd: Pricing", b"Subject: Fwd:\r\n Pricing").replace(b"\r\n", b"\n")
    hashes = {read_mail(copy).content_hash for copy in (raw, delivered, refolded)}
    assert len(hashes) == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"40 seats. Can", b"41 seats. Can"),
        (b"<sam@example.com>\r\nTo", b"<eve@example.com>\r\nTo"),
        (b"2026 10", b"2026 11"),
    ],
)
def test_another_mail_under_the_same_message_id_has_another_hash(old: bytes, new: bytes) -> None:
    raw = sample("gmail_forward_de")
    assert old in raw
    assert read_mail(raw.replace(old, new)).content_hash != read_mail(raw).content_hash


def test_an_other_attachment_makes_another_hash() -> None:
    raw = sample("attached_file_names")
    assert read_mail(raw.replace(b"JVBERi", b"JVBERj")).content_hash != read_mail(raw).content_hash


def test_what_the_pipeline_needs_is_kept() -> None:
    raw = b"Delivered-To: crm+d17.abc@example.com\r\nAuthentication-Results: mx; none\r\n" + sample("gmail_reply_en")
    mail = read_mail(raw)
    assert mail.header_values("delivered-to") == ("crm+d17.abc@example.com",)
    assert mail.header_values("authentication-results") == ("mx; none",)
    assert mail.in_reply_to == ("<q1@example.com>",)
    assert mail.references == ("<q0@example.com>", "<q1@example.com>")
    assert mail.size == len(raw)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Fri, 20 Nov 2026 10:15:00 +0100", "2026-11-20T10:15:00+01:00"),
        ("20 Nov 2026 10:15:00 -0000", "2026-11-20T10:15:00+00:00"),
        ("Fri, 20 Nov 2026 10:15:00", "2026-11-20T10:15:00+00:00"),
        ("tomorrow", None),
        ("", None),
    ],
)
def test_dates(written: str, expected: str | None) -> None:
    assert read_mail(f"Date: {written}\n\nx".encode()).as_json()["date"] == expected
