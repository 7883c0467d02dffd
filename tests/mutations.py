"""Mails broken by chance, from a seed: what transport, clients and attackers do to real mail, and worse."""

from collections.abc import Callable, Sequence
from random import Random

_WRITTEN = r"""
\x00
\r
\n\n
\r\n\r\n
\xff\xfe
\xed\xa0\x80
\xe2\x80\xae
=?utf-8?q?=00?=
=?x?b?/?=
--a
--a--
--b1\r\n
<
>
"
\\
((((((((((((((((((((((((((((((
>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>
;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;
==============================
From: a@b.c\r\n
From: Eve <eve@x.y>, jane@acme.com\r\n
To: a@b.c,a@b.c,a@b.c,a@b.c,a@b.c,a@b.c,a@b.c,
Subject: Re: Fwd: AW:
Date: 99
Content-Type: multipart/mixed; boundary=a\r\n
Content-Type: text/html\r\n\r\n
Content-Type: message/rfc822\r\n\r\n
Content-Transfer-Encoding: base64\r\n
charset=utf-7
charset=hz
format=flowed; delsp=yes
name*1*=
BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n
RRULE:FREQ=SECONDLY;COUNT=99999999\r\n
DTSTART;TZID=x:20260101T000000\r\n
\x78\x9f\x3e\x22
Action: failed\r\n
---------- Forwarded message ---------\r\n
On 1/1/26, a wrote:\r\n
<div><blockquote><div><blockquote><div><blockquote>
</div></div></div></div></div></div></div></div>
<!--
<style>
&#x110000;
-- \r\n
Best regards,\r\n
"""
TOKENS = [line.encode().decode("unicode_escape").encode("latin-1") for line in _WRITTEN.split("\n") if line]


def mutate(raw: bytes, others: Sequence[bytes], chance: Random) -> bytes:
    """Return the mail after one to six accidents."""
    for _ in range(chance.randint(1, 6)):
        raw = chance.choice(ACCIDENTS)(raw, others, chance)
    return raw[:400_000]


def _place(raw: bytes, chance: Random) -> int:
    # Headers and what stands at the top of the text decide the most.
    return chance.randint(0, min(len(raw), 1_500) if chance.random() < 0.6 else len(raw))


def _insert(raw: bytes, _others: Sequence[bytes], chance: Random) -> bytes:
    at = _place(raw, chance)
    return raw[:at] + chance.choice(TOKENS) * chance.choice((1, 1, 1, 2, 30)) + raw[at:]


def _overwrite(raw: bytes, _others: Sequence[bytes], chance: Random) -> bytes:
    at = _place(raw, chance)
    return raw[:at] + chance.randbytes(chance.randint(1, 12)) + raw[at + chance.randint(0, 12) :]


def _cut(raw: bytes, _others: Sequence[bytes], chance: Random) -> bytes:
    at = _place(raw, chance)
    return raw[:at] + raw[at + chance.randint(1, 400) :] if chance.random() < 0.8 else raw[:at]


def _repeat(raw: bytes, _others: Sequence[bytes], chance: Random) -> bytes:
    at = _place(raw, chance)
    end = at + chance.randint(1, 300)
    return raw[:end] + raw[at:end] * chance.choice((1, 1, 5, 60)) + raw[end:]


def _splice(raw: bytes, others: Sequence[bytes], chance: Random) -> bytes:
    other = chance.choice(others)
    return raw[: _place(raw, chance)] + other[_place(other, chance) :]


def _swap_lines(raw: bytes, _others: Sequence[bytes], chance: Random) -> bytes:
    lines = raw.split(b"\n")
    a, b = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]
    return b"\n".join(lines)


def _change_line_ends(raw: bytes, _others: Sequence[bytes], chance: Random) -> bytes:
    return raw.replace(b"\r\n", chance.choice((b"\n", b"\r", b"\r\r\n", b"\n\r")))


ACCIDENTS: tuple[Callable[[bytes, Sequence[bytes], Random], bytes], ...] = (
    _insert,
    _insert,
    _overwrite,
    _overwrite,
    _cut,
    _repeat,
    _splice,
    _swap_lines,
    _change_line_ends,
)
