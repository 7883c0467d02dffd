"""Who wrote when, out of “On 3 May 2026 at 10:00, Jane Doe <jane@x> wrote:”."""
# ruff: noqa: RUF001 - the letters of other languages are meant

import re

from crmbot.domain.identity import Address
from crmbot.mail.forwarded.wording import WROTE_OPEN, WROTE_VERBS, fold
from crmbot.mail.message.addresses import parse_address

_MAILBOX = re.compile(r"[<(\[]+(?:mailto:)?([^\s<>()\[\]]+@[^\s<>()\[\]]+)[>)\]]+")
_NAME = re.compile(
    r"(?:^|[,:\d]|[\"\u201e\u201c\u00ab])\s*(?:[AaPp]\.?[Mm]\.?,?\s+)?"
    r"([^,:\d\"\u201e\u201c\u201d\u00ab\u00bb]{2,80}?)[\"\u201d\u201c\u00bb]?\s*$"
)
_MARKS = ' ,:\uff1a"\u201e\u201c\u201d\u00ab\u00bb'
_CONNECTORS = frozenset(
    {"um", "kl.", "at", "użytkownik", "odesílatel", "пользователь", "користувач", "tarihinde", "şunu"}
    | {"ο", "χρήστης", "następujące", "klo"}
)
_BEFORE_DATES = frozenset({"am", "den", "følgende"})


def read_introduction(text: str) -> tuple[Address | None, str]:
    """Return the author and the date as written; without a mailbox the author is a name alone."""
    text = text.strip(_MARKS)
    match = _MAILBOX.search(text)
    before, after = (text[: match.start()], "") if match else _cut_verb(text)
    named = None if after else _NAME.search(before.rstrip())
    name = _without_verbs(after or (named[1] if named else ""))
    date = before[: named.start(1)] if named else before
    opening = WROTE_OPEN.match(fold(date))
    if opening:
        date = " ".join(date.split()[len(opening[0].split()) :])
    if match and not date.strip(_MARKS):
        date = text[match.end() :]  # “Jane <jane@x> schrieb am 3. Mai”
    author = parse_address(f"{name} <{match[1]}>") if match else parse_address(name)
    return author, " ".join(_without_verbs(date).split()).strip(_MARKS)


def _cut_verb(text: str) -> tuple[str, str]:
    """Cut at the verb: “… schrieb Jane” has the name behind it, “…, Jane wrote” before."""
    for verb in WROTE_VERBS:
        at = text.casefold().rfind(verb)
        if at > 0:
            return text[:at], text[at + len(verb) :].strip(_MARKS)
    return text, ""


def _without_verbs(text: str) -> str:
    words = text.strip(_MARKS).split()
    while words and fold(words[0]) in _SMALL | _BEFORE_DATES:
        del words[0]
    while words and fold(words[-1]) in _SMALL:
        del words[-1]
    return " ".join(words)


_SMALL = frozenset(map(fold, _CONNECTORS)) | {verb for verb in WROTE_VERBS if " " not in verb}
