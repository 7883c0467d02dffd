import pytest

from crmbot.mail.message.decoding import clean_text, decode_bytes, decode_header, decode_transfer


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"plain", "plain"),
        (b"a\r\n b", "a b"),
        (b"=?utf-8?Q?Pr=C3=A4sentation?=", "Präsentation"),
        (b"=?UTF-8?B?UHLDpHNlbnRhdGlvbg==?=", "Präsentation"),
        (b"=?UTF-8?B?UHLDpHNlbnRhdGlvbg?=", "Präsentation"),
        (b"=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
        (b"=?utf-8?q?a?= and =?utf-8?q?b?=", "a and b"),
        (b"Re: =?utf-8?q?a_b?=", "Re: a b"),
        (b"=?utf-8?q?=C3?=\r\n =?utf-8?q?=A4?=", "ä"),
        (b"=?iso-8859-1*de?q?=E4?=", "ä"),
        (b"=?gb2312?B?1tDOxA==?=", "中文"),
        (b"=?iso-2022-jp?B?GyRCJCIbKEI=?=", "あ"),
        (b"=?ks_c_5601-1987?B?x9E=?=", "한"),
        (b"=?nonsense?q?=C3=A4?=", "ä"),
        (b"=?utf-8?q?broken", "=?utf-8?q?broken"),
        ("raw ä".encode(), "raw ä"),
        (b"raw \xe4", "raw ä"),
        (b"a\x00b=?utf-8?q?=00c?=", "abc"),
    ],
)
def test_headers_are_decoded(raw: bytes, expected: str) -> None:
    assert decode_header(raw) == expected


def test_an_encoded_comma_stays_inside_its_name() -> None:
    assert decode_header(b"=?utf-8?q?Doe=2C_Jane?= <j@a.com>", quoting=True) == '"Doe, Jane" <j@a.com>'


@pytest.mark.parametrize(
    ("data", "charset", "expected"),
    [
        (b"\x93hi\x94", "iso-8859-1", "\u201chi\u201d"),
        (b"\xe4", "us-ascii", "ä"),
        (b"\xe4", "", "ä"),
        ("ä".encode(), "us-ascii", "ä"),
        (b"\xe4", "utf-8", "\ufffd"),
        (b"\xd0\xcf", "koi8-r", "по"),
        (b"x", "zlib", "x"),
        (b"x", "idna", "x"),
        (b"x", "no\0such", "x"),
    ],
)
def test_character_sets(data: bytes, charset: str, expected: str) -> None:
    assert decode_bytes(data, charset) == expected


def test_no_character_is_left_that_a_store_or_screen_should_not_get() -> None:
    assert clean_text("a\0b\ud800c\u202ed\ufeffe\r\nf\rg\x1b[0m") == "abcde\nf\ng[0m"
    assert clean_text("ä\0\u200b") == "ä"


@pytest.mark.parametrize(
    ("data", "encoding", "expected"),
    [
        (b"aGk=", "base64", b"hi"),
        (b"aG\r\nk=\r\n", "base64", b"hi"),
        (b"aGk", "base64", b"hi"),
        (b"!aG!k", "base64", b"hi"),
        (b"a", "base64", b""),
        (b"a=3Db=\r\nc", "quoted-printable", b"a=bc"),
        (b"x", "8bit", b"x"),
    ],
)
def test_transfer_encodings(data: bytes, encoding: str, expected: bytes) -> None:
    assert decode_transfer(data, encoding) == expected
