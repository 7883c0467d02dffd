"""Outlook's `winmail.dat`: its text, its files, and streams that are broken."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tnefs import HTML, PLAIN, RTF, Packed, package, uncompressed_rtf

from crmbot.mail.reading import read_mail
from crmbot.mail.tnef.compression import decompress
from crmbot.mail.tnef.reading import read_tnef
from crmbot.mail.tnef.rtf import read_rtf

# The example of [MS-OXRTFCP] 3.1.1
COMPRESSED = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a00726370673132354232 0af32068656c09002062770 5b06c647d0a800fa0".replace(
        " ", ""
    )
)
PDF = b"%PDF-1.4 nothing else"


def test_the_specifications_example_is_decompressed() -> None:
    assert decompress(COMPRESSED) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"


def test_text_and_files_with_their_long_names() -> None:
    found = read_tnef(package({PLAIN: "Grüße aus Köln\n"}, [Packed("ANGEBO~1.PDF", PDF, "Angebot für Acme.pdf")]))
    assert found.text.strip() == "Grüße aus Köln"
    assert [(file.name, file.content) for file in found.files] == [("Angebot für Acme.pdf", PDF)]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (package(body="Schöne Grüße".encode("cp1252") + b"\0"), "Schöne Grüße"),
        (package(body="Привет".encode("cp1251") + b"\0", codepage=1251), "Привет"),
        (package({HTML: b"<p>Hello <b>you</b></p><p>Bye</p>"}), "Hello you\n\nBye"),
        (package({RTF: uncompressed_rtf(rb"{\rtf1\ansi{\fonttbl{\f0 Arial;}}Hello\par \'fcber {\b all} \u8364?}")}),
         "Hello\nüber all €"),
        (package({RTF: COMPRESSED}), "hello world"),
        (package({RTF: uncompressed_rtf(
            rb"{\rtf1\ansi\fromhtml1 {\*\htmltag64 <p>}Hello\htmlrtf\par\htmlrtf0 {\*\htmltag72 </p>}"
            rb"{\*\htmltag64 <p>}Bye{\*\htmltag72 </p>}}")}), "Hello\n\nBye"),
    ],
    ids=["old body", "code page", "html", "rtf", "compressed rtf", "html in rtf"],
)  # fmt: skip
def test_text_in_each_form(raw: bytes, text: str) -> None:
    assert read_tnef(raw).text.strip() == text


def mail_with(raw: bytes, text: str = "") -> bytes:
    head = b"From: a@b.c\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
    plain = b"Content-Type: text/plain\n\n" + text.encode() + b"\n--b\n"
    part = b'Content-Type: application/ms-tnef; name="winmail.dat"\nContent-Transfer-Encoding: 8bit\n\n'
    return head + plain + part + raw + b"\n--b--\n"


def test_package_stands_for_its_contents() -> None:
    raw = package({PLAIN: "From Outlook"}, [Packed("a.pdf", PDF), Packed("image001.png", b"\x89PNG", inline=True)])
    mail = read_mail(mail_with(raw))
    assert mail.text == "From Outlook"
    listed = [(one.name, one.size) for one in mail.attachments]
    assert listed[0] == ("a.pdf", len(PDF))
    content = mail.attachments[0].content
    assert content is not None
    assert content(10_000) == PDF


def test_text_of_the_mail_itself_goes_before_that_of_the_package() -> None:
    assert read_mail(mail_with(package({PLAIN: "inside"}), text="outside")).text == "outside"


def test_what_is_no_package_is_listed_as_a_file() -> None:
    mail = read_mail(mail_with(b"just bytes"))
    assert [one.name for one in mail.attachments] == ["winmail.dat"]
    assert mail.failed == (("winmail.dat", "it is not what Outlook makes, listed as a file"),)


WHOLE = package(
    {PLAIN: "text", HTML: b"<p>x", RTF: COMPRESSED}, [Packed("a.txt", b"abc" * 50, "längerer Name.txt", inline=True)]
)


def test_streams_that_break_off_give_what_was_read() -> None:
    for end in range(len(WHOLE)):
        read_tnef(WHOLE[:end])


@settings(max_examples=300, deadline=None)
@given(
    places=st.lists(st.tuples(st.integers(0, len(WHOLE)), st.binary(min_size=1, max_size=8)), min_size=1, max_size=6)
)
def test_mutations_never_raise(places: list[tuple[int, bytes]]) -> None:
    raw = bytearray(WHOLE)
    for at, put in places:
        raw[at : at + len(put)] = put
    found = read_tnef(bytes(raw))
    found.text.encode()
    for file in found.files:
        file.name.encode()


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_decompressed_or_not(raw: bytes) -> None:
    decompress(COMPRESSED[:8] + b"LZFu" + raw)
    read_rtf(raw, "cp1252").encode()


@pytest.mark.parametrize(
    "raw",
    [
        package({RTF: b"\xff\xff\xff\xff" * 2 + b"LZFu" + b"\0" * 4 + b"\xff" + b"\x0c\xff" * 500_000}),
        package({RTF: uncompressed_rtf(rb"{\rtf1" + b"{" * 500_000 + rb"\b" * 300_000)}),
        package(files=[Packed(f"{n}", b"x") for n in range(20_000)]),
        package({HTML: b"<div>" * 200_000}),
        b"\x78\x9f\x3e\x22\0\0" + b"\x01\x03\x90\x06\x00\xf0\xff\xff\x00" + b"\xff" * 1_000_000,
    ],
    ids=["endless window", "braces", "files", "tags", "lengths"],
)
def test_bombs_are_stopped(raw: bytes) -> None:
    started = time.process_time()
    assert len(read_tnef(raw).files) <= 100
    assert time.process_time() - started < 3


def test_samples_hold_packages() -> None:
    assert list((Path(__file__).parent / "samples").glob("tnef_*.eml"))
