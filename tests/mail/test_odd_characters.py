"""Whatever characters a mail is made of, what is kept of it is text that both databases take and a screen can show."""

import pytest
from mails import AUTHSERV, INTAKE
from posts import Post

HEAD = f"Authentication-Results: {AUTHSERV}; dmarc=pass header.from=ours.example\r\nDelivered-To: {INTAKE}\r\n".encode()
FROM = b"From: Jane Roe <jane@ours.example>\r\nTo: Anna Lind <anna@acme.example>\r\n"
PLAIN = b"Content-Type: text/plain; charset=%s\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"

ODD = {
    "a character set that is none": FROM + b"Subject: a\r\n" + PLAIN % b"klingon-8" + b"gr\xfc\xdfe\r\n",
    "a character set that lies": FROM + b"Subject: a\r\n" + PLAIN % b"ascii" + "grüße 漢字".encode(),
    "NUL in the text": FROM + b"Subject: a\r\n" + PLAIN % b"utf-8" + b"one\0two\0\r\n",
    "NUL in the subject": FROM + b"Subject: a\0b =?utf-8?q?c=00d?=\r\n" + PLAIN % b"utf-8" + b"x",
    "surrogates": FROM + b"Subject: =?utf-8?q?=ED=A0=80=ED=B0=80?=\r\n" + PLAIN % b"utf-8" + b"\xed\xa0\x80 x",
    "surrogates of UTF-7 and UTF-16": FROM + b"Subject: =?utf-7?q?+2AA-?= a\r\n" + PLAIN % b"utf-16" + b"\x00\xd8a\x00",
    "bidirectional overrides": FROM
    + "Subject: \u202egnp.exe\u2066\r\n".encode()
    + PLAIN % b"utf-8"
    + "\u202ex".encode(),
    "a subject of a megabyte": FROM + b"Subject: " + b"word " * 200_000 + b"\r\n" + PLAIN % b"utf-8" + b"x",
    "a name of bytes": b"From: J\xfcrgen\xff\0 <jane@ours.example>\r\nTo: anna@acme.example\r\n"
    + PLAIN % b"utf-8"
    + b"x",
    "no From": b"To: anna@acme.example\r\nSubject: a\r\n" + PLAIN % b"utf-8" + b"x",
    "nothing but a body": b"\r\nx",
    "no body": FROM + b"Subject: a",
    "noncharacters and private ones": FROM
    + "Subject: \ufffe\uffff\U0010ffff\ue000\r\n".encode()
    + b"\r\n"
    + b"\xff\xfe",
    "control characters": FROM + b"Subject: a\x07\x1b[31m\x7f\r\n\r\n\x1b]0;title\x07 text \x85 end",
}
FORBIDDEN = {*map(chr, range(32)), *map(chr, range(0x7F, 0xA0)), *"\u202a\u202b\u202d\u202e\u2066\u2067\u2068"} - set(
    "\t\n"
)


@pytest.mark.parametrize("name", ODD)
def test_mail_of_odd_characters_is_kept_as_clean_text(any_post: Post, name: str) -> None:
    taken = any_post.take(HEAD + ODD[name])
    assert taken.state in {"logged", "triage"}
    (email,) = any_post.emails()
    kept = [email.subject, email.text, email.from_name, *(str(one[0]) for one in email.recipients)]
    kept += [text for row in any_post.activities() for text in (row.subject, row.notes or "")]
    assert not FORBIDDEN & set("".join(kept))
    "".join(kept).encode("utf-8")
    assert len(email.subject) <= 10_000
