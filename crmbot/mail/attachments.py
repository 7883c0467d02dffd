"""What a mail carries beside its text: packages opened, pictures of signatures left out, files made ready to keep."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from crmbot.crm.requests import Participant
from crmbot.domain.files import MailFile
from crmbot.domain.meetings import Invitation
from crmbot.mail.invites.lines import MAX_TEXT as MAX_CALENDAR
from crmbot.mail.message.contents import Contents
from crmbot.mail.message.decoding import clean_text, decode_bytes
from crmbot.mail.message.limits import MAX_MAIL, MAX_TEXT, Budget
from crmbot.mail.sniffing import UNKNOWN, sniff
from crmbot.mail.tnef.reading import read_tnef
from crmbot.mail.tnef.stream import SIGNATURE
from crmbot.mail.values import Attachment, Forwarded, Mail

DECORATION_BYTES = 64 * 1024
"""A picture that the text shows in its place counts as decoration up to here; a larger one is somebody's screenshot."""
MOST_FILES = 50
_MOST_INVITED = 100
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


@dataclass(frozen=True, slots=True)
class Carried:
    """What goes with one mail: names, types and sizes as written, the files to keep, the meeting."""

    listed: tuple[tuple[str, str, int], ...] = ()
    files: tuple[MailFile, ...] = ()
    invite: Invitation | None = None


NOTHING = Carried()


def carry(attachments: Sequence[Attachment], invite: Invitation | None, most_bytes: int, zone: ZoneInfo) -> Carried:
    """Return what is to be kept, decoded, with real types; a file over `most_bytes` without content, none at 0.

    The calendar file of a meeting is left out: it is shown as the meeting. A floating time is one of `zone`.
    """
    kept = [one for one in attachments if not (invite and _is_calendar(one))] if most_bytes else []
    return Carried(
        tuple((one.name, one.type, one.size) for one in attachments),
        tuple(_file(one, most_bytes) for one in kept[:MOST_FILES]),
        _anchored(invite, zone) if invite else None,
    )


def invited(invite: Invitation | None, mail: Mail | Forwarded) -> tuple[Participant, ...]:
    """Return the people of a meeting whom the mail's own headers leave out: calendars write to each one alone."""
    if invite is None:
        return ()
    there = {one.email for one in (mail.sender, *mail.to, *mail.cc) if one}
    people = (invite.organizer, *invite.attendees) if invite.organizer else invite.attendees
    others = {one.email: one for one in people if one.email and one.email not in there}
    return tuple(Participant(one.name, one.email, "to") for one in list(others.values())[:_MOST_INVITED])


def _anchored(invite: Invitation, zone: ZoneInfo) -> Invitation:
    def anchor(moment: datetime | date | None) -> datetime | date | None:
        floats = isinstance(moment, datetime) and moment.tzinfo is None
        return moment.replace(tzinfo=zone) if isinstance(moment, datetime) and floats else moment

    moments: dict[str, Any] = {name: anchor(getattr(invite, name)) for name in ("starts", "ends", "next_starts")}
    return replace(invite, **moments)


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
        Attachment(
            file.name,
            file.type or sniff(file.content, file.name),
            len(file.content),
            partial(_cut, file.content),
            inline=file.inline,
        )
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
