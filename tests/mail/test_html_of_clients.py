"""Forwards and answers in every language as the clients' HTML: understood like the same mail as text."""

import json
import re
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import pytest

from crmbot.mail.forwarded.boundaries import find_boundary
from crmbot.mail.forwarded.wording import subject_prefix
from crmbot.mail.message.contents import read_contents
from crmbot.mail.message.limits import Budget
from crmbot.mail.message.parts import read_part
from crmbot.mail.reading import read_mail

SAMPLES = Path(__file__).parent / "samples"
CLIENTS = ("gmail", "outlook", "apple", "thunderbird", "yahoo", "zoho", "hubspot", "proton", "ionos", "qq")
Lines = list[str]
_QUOTE = re.compile(r"^(?:> ?)+")


def named(client: str, kind: str) -> list[str]:
    """Return the text samples of a client: of each language one."""
    paths = sorted(SAMPLES.glob(f"{client}_{kind}_??.eml")) + sorted(SAMPLES.glob(f"{client}_{kind}_zh_??.eml"))
    return [path.stem for path in paths if b"text/html" not in path.read_bytes()]


def taken_apart(name: str) -> tuple[Any, Lines, Lines, Lines]:
    """Return a sample as understood, and its lines: own ones, what introduces the other message, that one's."""
    raw = (SAMPLES / f"{name}.eml").read_bytes()
    mail, budget = read_mail(raw), Budget()
    lines = read_contents(read_part(raw, 0, len(raw), budget), budget).text.split("\n")
    found = find_boundary(lines, 0, subject_prefix(mail.subject))
    assert found is not None
    # HTML quotes by its elements, and marks no end; what somebody wrote below goes above here.
    quoted = [n for n, line in enumerate(lines) if n >= found.end and line.startswith(">")]
    end = quoted[-1] + 1 if quoted else len(lines)
    bare = [_QUOTE.sub("", line) for line in lines]
    body = [line for line in bare[found.end : end] if not line.startswith("====")]
    return mail, lines[: found.start] + lines[end:], bare[found.start : found.end], body


def parted(line: str) -> tuple[str, str, str]:
    """Return a header's name, its colon of either width, and its value."""
    found = re.search("[:\uff1a]", line)
    return (line[: found.start()], found[0], line[found.end() :]) if found else (line, "", "")


def divs(lines: Lines, kind: str = "div") -> str:
    """Return lines as their paragraphs, empty ones as clients make them."""
    return "".join(f"<{kind}>{escape(line) or '<br>'}</{kind.partition(' ')[0]}>" for line in lines)


def bold(line: str) -> str:
    """Return a header line with its name in bold."""
    name, colon, value = parted(line)
    return f"<b>{escape(name)}{colon}</b>{escape(value)}" if colon and value else escape(line)


def as_gmail(own: Lines, head: Lines, body: Lines) -> str:
    """Return what Gmail writes: everything of the other message in a gmail_quote."""
    headers = "<br>".join(escape(line) for line in head if line)
    attribution = f'<div class="gmail_quote"><div dir="ltr" class="gmail_attr">{headers}<br></div><br><br>'
    return f'<div dir="ltr">{divs(own)}</div><br>{attribution}<div dir="ltr">{divs(body)}</div></div>'


def as_outlook(own: Lines, head: Lines, body: Lines) -> str:
    """Return what Outlook on a desktop writes: a rule above bold names, paragraphs of its own class."""
    headers = "<br>".join(bold(line) for line in head if line.strip("-_ "))
    rule = "<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'>"
    above, below = divs(own, "p class=MsoNormal"), divs(body, "p class=MsoNormal")
    return (
        f"<html><body lang=EN><div class=WordSection1>{above}{rule}<p class=MsoNormal>{headers}</p></div>{below}</div>"
    )


def as_apple(own: Lines, head: Lines, body: Lines) -> str:
    """Return what Apple Mail writes: a quotation with a division for each header."""
    headers = "".join(
        f'<div style="margin: 0px"><span>{bold(line)}<br></span></div>' if line else "<br>" for line in head
    )
    quoted = f'<blockquote type="cite">{headers}<br><div>{divs(body)}</div></blockquote>'
    return f"<div>{divs(own)}</div><div><br>{quoted}</div>"


def as_table(own: Lines, head: Lines, body: Lines) -> str:
    """Return what Thunderbird writes: the headers in a table."""
    rows = [parted(line) for line in head if line]
    cells = "".join(
        f'<tr><th align="RIGHT">{escape(name)}{colon} </th><td>{escape(value.strip())}</td></tr>'
        for name, colon, value in rows
        if value
    )
    marker = "".join(escape(name + colon) for name, colon, value in rows if not value)
    below = f'<div class="moz-forward-container">{marker}<table>{cells}</table><br>{divs(body)}</div>'
    return f"<p>{'<br>'.join(map(escape, own))}</p>{below}"


SHAPES: dict[str, Callable[[Lines, Lines, Lines], str]] = {
    "gmail": as_gmail,
    "outlook": as_outlook,
    "apple": as_apple,
    "thunderbird": as_table,
}
FORWARDS = [name for client in CLIENTS for name in named(client, "forward")]
ANSWERS = [name for client in CLIENTS for name in named(client, "reply")]


def in_html(mail: Any, html: str) -> Any:
    """Return the mail as understood when its text is that HTML."""
    head = f"From: {mail.sender.email}\r\nTo: crm@example.com\r\nMessage-ID: <h@example.com>\r\n"
    head += "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\nMIME-Version: 1.0\r\n"
    raw = head.encode() + b"Subject: " + mail.subject.encode() + b"\r\n\r\n" + html.encode()
    return read_mail(raw)


def words(text: str) -> list[str]:
    """Return the words of a text, however it is wrapped."""
    return text.split()


def test_every_language_is_there() -> None:
    languages = {name.split("_forward_")[1] for name in FORWARDS}
    assert len(languages) >= 20
    assert len(FORWARDS) >= 60


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", FORWARDS)
def test_forward_in_html_is_understood_as_in_text(name: str, shape: str) -> None:
    mail, *lines = taken_apart(name)
    found = in_html(mail, SHAPES[shape](*lines))
    expected = json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))["forwarded"]
    assert (found.kind, found.forwarded is None) == ("forward", False)
    told = found.forwarded.as_json()
    assert {key: told[key] for key in ("from", "to", "subject", "date")} == {
        key: expected[key] for key in ("from", "to", "subject", "date")
    }
    assert words(told["body"]) == words(expected["body"])
    assert words(found.text) == words(mail.text)


def as_gmail_answer(own: Lines, head: Lines, body: Lines) -> str:
    """Return what Gmail writes above what it answers."""
    quoted = divs(body)
    quote = f'<blockquote class="gmail_quote" style="margin:0 0 0 .8ex">{quoted}</blockquote>'
    attribution = f'<div dir="ltr" class="gmail_attr">{escape(" ".join(head))}<br></div>'
    return f'<div dir="ltr">{divs(own)}</div><br><div class="gmail_quote">{attribution}{quote}</div>'


def as_answer_below(own: Lines, head: Lines, body: Lines) -> str:
    """Return what somebody writes who answers below the quotation."""
    quoted = divs(body)
    attribution = f'<div class="moz-cite-prefix">{escape(" ".join(head))}<br></div>'
    return f'{attribution}<blockquote type="cite">{quoted}</blockquote><p>{"<br>".join(map(escape, own))}</p>'


@pytest.mark.parametrize("shape", [as_gmail_answer, as_answer_below])
@pytest.mark.parametrize("name", [name for name in ANSWERS if name.startswith("gmail")])
def test_answer_in_html_is_understood_as_in_text(name: str, shape: Callable[[Lines, Lines, Lines], str]) -> None:
    mail, *lines = taken_apart(name)
    found = in_html(mail, shape(*lines))
    assert (found.kind, found.forwarded) == ("reply", None)
    assert words(found.text) == words(mail.text)
