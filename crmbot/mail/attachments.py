"""What a mail carries beside its text: packages opened, pictures of signatures left out, files made ready to keep."""

import hashlib
from collections.abc import Iterable
from functools import partial

from crmbot.domain.files import MailFile
from crmbot.mail.invites.lines import MAX_TEXT as MAX_CALENDAR
from crmbot.mail.message.contents import Contents
from crmbot.mail.message.decoding import clean_text, decode_bytes
from crmbot.mail.message.limits import MAX_MAIL, MAX_TEXT, Budget
from crmbot.mail.sniffing import UNKNOWN, sniff
from crmbot.mail.tnef.reading import read_tnef
from crmbot.mail.tnef.stream import SIGNATURE
from crmbot.mail.values import Attachment

DECORATION_BYTES = 64 * 1024
"""A picture that the text shows in its place counts as decoration up to here; a larger one is somebody's screenshot."""
MOST_FILES = 50
_TNEF_TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_CALENDAR_TYPES = frozenset({"application/ics", "text/calendar", "application/calendar"})


def open_packages(contents: Contents, budget: Budget) -> None:
    """Put what stands in `winmail.dat` and in calendar files in its place, and leave decoration out."""
    listed: list[Attachment] = []
    for one in contents.attachments:
        if _is_tnef(one):
            listed += _open_tnef(one, contents, budget)
        elif not is_decoration(one):
            listed.append(one)
    contents.attachments = listed
    if not contents.calendar:
        contents.calendar = next((_decode_calendar(one) for one in listed if _is_calendar(one)), "")


def is_decoration(one: Attachment) -> bool:
    """Say whether it is a picture of the text itself: a logo below a signature, a pixel that counts readers."""
    return one.inline and one.type.startswith("image/") and one.size <= DECORATION_BYTES


def files_of(attachments: Iterable[Attachment], most_bytes: int, *, understood: bool = False) -> tuple[MailFile, ...]:
    """Return the files to be kept, decoded, with their real types; one that is too large comes without content.

    With `understood` the calendar file is left out: it is shown as the meeting that it holds.
    """
    kept = [one for one in attachments if not (understood and _is_calendar(one))]
    return tuple(_file(one, most_bytes) for one in kept[:MOST_FILES])


def _file(one: Attachment, most_bytes: int) -> MailFile:
    if one.content is None or one.size > most_bytes:
        return MailFile(one.name, UNKNOWN, one.size, "", None)
    content = one.content(MAX_MAIL)
    digest = hashlib.sha256(content).hexdigest()
    return MailFile(one.name, sniff(content, one.name), len(content), digest, content)


def _is_tnef(one: Attachment) -> bool:
    return one.type in _TNEF_TYPES or one.name.lower() == "winmail.dat"


def _open_tnef(one: Attachment, contents: Contents, budget: Budget) -> list[Attachment]:
    """Return the files inside; what is none stays a file of its own."""
    raw = one.content(MAX_MAIL) if one.content else b""
    if not raw.startswith(SIGNATURE):
        budget.fail(one.name or one.type, "it is not what Outlook makes, listed as a file")
        return [one]
    package = read_tnef(raw)
    if not contents.text.strip():
        contents.text = package.text[:MAX_TEXT]
    found = [
        Attachment(file.name, file.type or UNKNOWN, len(file.content), partial(_cut, file.content), inline=file.inline)
        for file in package.files
    ]
    return [file for file in found if not is_decoration(file)]


def _is_calendar(one: Attachment) -> bool:
    return one.type in _CALENDAR_TYPES or one.name.lower().endswith(".ics")


def _decode_calendar(one: Attachment) -> str:
    raw = one.content(2 * MAX_CALENDAR) if one.content else b""
    return clean_text(decode_bytes(raw))[:MAX_CALENDAR] if b"BEGIN:VCALENDAR" in raw[:1_000].upper() else ""


def _cut(content: bytes, most: int) -> bytes:
    return content[:most]
