"""The own part reader sees what the standard library's parser sees."""

import email
from email.message import Message
from pathlib import Path

import pytest

from crmbot.mail.message.limits import Budget
from crmbot.mail.message.parts import Part, read_part

SAMPLES = sorted((Path(__file__).parents[1] / "samples").glob("*.eml"))


def leaves(part: Part) -> list[tuple[str, bytes]]:
    if part.children:
        return [leaf for child in part.children for leaf in leaves(child)]
    return [(part.type, part.content(10**6).rstrip())]


def library_leaves(message: Message) -> list[tuple[str, bytes]]:
    if message.get_content_type() == "message/rfc822":
        inner = message.get_payload(0)
        assert isinstance(inner, Message)
        return [("message/rfc822", inner.as_bytes().replace(b"\r", b"").rstrip())]
    if message.is_multipart() and message.get_content_maintype() == "multipart":
        return [leaf for part in message.get_payload() if isinstance(part, Message) for leaf in library_leaves(part)]
    payload = message.get_payload(decode=True)
    return [(message.get_content_type(), payload.rstrip() if isinstance(payload, bytes) else b"")]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_parts_and_contents_are_the_library_s(path: Path) -> None:
    raw = path.read_bytes()
    mine = leaves(read_part(raw, 0, len(raw), Budget()))
    library = library_leaves(email.message_from_bytes(raw))
    # The library gives a report's or an attached message's body re-made; its type is what can be compared.
    assert [kind for kind, _ in mine] == [kind for kind, _ in library]
    assert [data for kind, data in mine if kind.startswith("text/")] == [
        data for kind, data in library if kind.startswith("text/")
    ]


@pytest.mark.parametrize(
    ("raw", "types"),
    [
        (b"Content-Type: multipart/mixed; boundary=a\n\n--a\n\nx", ["text/plain"]),
        (b"Content-Type: multipart/mixed; boundary=a\n\n--a\n\nx\n--a\n\ny\n--a--\n--a\n\nz", ["text/plain"] * 2),
        (b'Content-Type: multipart/mixed; boundary="a b"\n\n--a b \n\nx\n--a b--', ["text/plain"]),
        (b"Content-Type: multipart/digest; boundary=a\n\n--a\n\nFrom: x@y.z\n\nhi\n--a--", ["message/rfc822"]),
        (b"Content-Type: multipart/mixed\n\nno boundary", ["text/plain"]),
        (b"Content-Type: multipart/mixed; boundary=a\n\nnone of it", ["text/plain"]),
        (b"From sam Mon Nov  2\nContent-Type: text/html\n\nx", ["text/html"]),
        (b"Content-Type: rubbish\n\nx", ["text/plain"]),
        (b"no header at all", ["text/plain"]),
    ],
)  # fmt: skip
def test_malformed_mail_still_has_parts(raw: bytes, types: list[str]) -> None:
    assert [kind for kind, _ in leaves(read_part(raw, 0, len(raw), Budget()))] == types


def test_a_size_is_known_without_decoding() -> None:
    raw = b"Content-Transfer-Encoding: base64\n\naGVsbG8g\r\nd29ybGQ=\r\n"
    assert read_part(raw, 0, len(raw), Budget()).size() == len(b"hello world")
