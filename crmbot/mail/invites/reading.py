"""iCalendar text to the one meeting that it is about."""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from crmbot.domain.identity import normalise_email
from crmbot.domain.meetings import Answer, Attendee, Invitation, Method
from crmbot.mail.invites.lines import Component, Line, read_components
from crmbot.mail.invites.recurrence import read_rule
from crmbot.mail.invites.times import read_length, read_moment

_METHODS = {
    "REQUEST": Method.REQUEST,
    "PUBLISH": Method.REQUEST,
    "ADD": Method.REQUEST,
    "CANCEL": Method.CANCEL,
    "REPLY": Method.REPLY,
    "COUNTER": Method.REPLY,
}
_ANSWERS = {answer.name: answer for answer in Answer if answer}
_MOST_ATTENDEES = 200
_MOST_EVENTS = 200
_MOST_TITLE, _MOST_PLACE, _MOST_NOTES, _MOST_NAME, _MOST_UID = 500, 500, 4_000, 200, 255
_MOST_SEQUENCE = 2**31 - 1
_LINK = re.compile(r"https://[^\s<>\"]{1,400}")


def read_invite(text: str, method: str, at: datetime | None) -> Invitation | None:
    """Return the meeting of a calendar's text, None when it holds none, or several.

    `method` is that of the part's Content-Type; the calendar's own counts before it. `at` is when the mail was sent,
    from which on the next time of a series is looked for.
    """
    root = read_components(text)
    event = _event(root)
    if event is None:
        return None
    calendar = next(iter(root.inside), root)
    said = (calendar.text("METHOD") or method).upper()
    wants = _METHODS.get(said) if said else Method.REQUEST
    uid = event.text("UID")
    if wants is None or not uid:
        return None
    if event.text("STATUS").upper() == "CANCELLED" and wants is Method.REQUEST:
        wants = Method.CANCEL
    zones = {block.text("TZID"): block for block in root.descendants("VTIMEZONE")}
    starts = read_moment(event.find("DTSTART"), zones)
    if starts is None and wants is Method.REQUEST:
        return None
    rule = read_rule(event.text("RRULE"))
    stamped = read_moment(event.find("DTSTAMP"), zones)
    return Invitation(
        method=wants,
        uid=uid if len(uid) <= _MOST_UID else hashlib.sha256(uid.encode()).hexdigest(),
        occurrence=_occurrence(event.find("RECURRENCE-ID"), zones),
        sequence=_sequence(event.text("SEQUENCE")),
        stamped_at=stamped if isinstance(stamped, datetime) and stamped.tzinfo else None,
        title=_one_line(event.text("SUMMARY"), _MOST_TITLE),
        place=_place(event),
        notes=event.text("DESCRIPTION")[:_MOST_NOTES],
        starts=starts,
        ends=_ends(event, starts, zones) if starts is not None else None,
        organizer=_person(event.find("ORGANIZER")),
        attendees=_attendees(event),
        repeats=rule.words if rule else "",
        next_starts=rule.first_from(starts, at, _left_out(event, zones)) if rule and at and starts else None,
    )


def _event(root: Component) -> Component | None:
    """Return the event that stands for all: the series before its exceptions. Several meetings are a calendar."""
    events = root.descendants("VEVENT")[:_MOST_EVENTS]
    if len({event.text("UID") for event in events}) != 1:
        return None
    return next((event for event in events if event.find("RECURRENCE-ID") is None), events[0])


def _ends(event: Component, starts: datetime | date, zones: Mapping[str, Component]) -> datetime | date | None:
    ends = read_moment(event.find("DTEND"), zones)
    length = read_length(event.text("DURATION"))
    if not isinstance(starts, datetime):
        last = ends if ends is not None else starts + (length or timedelta(days=1))
        day = last.date() if isinstance(last, datetime) else last
        # The end is the first day that is free again.
        return max(starts, day - timedelta(days=1))
    if not isinstance(ends, datetime) or (ends.tzinfo is None) != (starts.tzinfo is None):
        ends = starts + length if length else None
    return ends if ends is not None and ends >= starts else None


def _place(event: Component) -> str:
    """Return the location; of an online meeting without one, the address where it is held."""
    named = _one_line(event.text("LOCATION"), _MOST_PLACE)
    for name in ("X-GOOGLE-CONFERENCE", "X-MICROSOFT-SKYPETEAMSMEETINGURL", "CONFERENCE"):
        link = _LINK.match(event.text(name))
        if link and link[0] not in named:
            return f"{named}, {link[0]}" if named else link[0]
    return named


def _occurrence(line: Line | None, zones: Mapping[str, Component]) -> str:
    moment = read_moment(line, zones)
    if isinstance(moment, datetime) and moment.tzinfo:
        # Each program writes the same moment in the zone it likes.
        return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    return moment.isoformat()[:40] if moment else ""


def _left_out(event: Component, zones: Mapping[str, Component]) -> set[date | datetime]:
    lines = [
        Line(line.name, line.parameters, value) for line in event.all("EXDATE") for value in line.value.split(",")[:500]
    ]
    return {moment for line in lines[:2_000] if (moment := read_moment(line, zones)) is not None}


def _attendees(event: Component) -> tuple[Attendee, ...]:
    found: dict[str, Attendee] = {}
    for line in event.all("ATTENDEE")[:_MOST_ATTENDEES]:
        who = _person(line)
        if who and line.parameters.get("CUTYPE", "").upper() not in ("ROOM", "RESOURCE"):
            found[who.email or who.name.casefold()] = who
    return tuple(found.values())


def _person(line: Line | None) -> Attendee | None:
    if line is None:
        return None
    address = re.sub(r"^mailto:", "", line.value.strip(), flags=re.IGNORECASE)
    if "@" not in address:
        address = line.parameters.get("EMAIL", "")
    try:
        email = normalise_email(address)
    except ValueError:
        email = ""
    name = _one_line(line.parameters.get("CN", ""), _MOST_NAME)
    if "@" in name and name.casefold().strip("'") == email:
        name = ""
    answer = _ANSWERS.get(line.parameters.get("PARTSTAT", "").upper(), Answer.NONE)
    return Attendee(name, email, answer) if name or email else None


def _sequence(text: str) -> int:
    return min(int(text), _MOST_SEQUENCE) if text.isascii() and text.isdigit() and len(text) < 12 else 0  # noqa: PLR2004 - digits


def _one_line(text: str, most: int) -> str:
    return " ".join(text.split())[:most]
