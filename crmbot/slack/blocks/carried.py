"""What mail brought to a record, as facts of its card: a meeting's place and answers, files, addresses that bounced."""

from collections.abc import Iterable, Sequence
from typing import Any

from crmbot.crm.answers import ActivityView, ContactView
from crmbot.crm.carried import FileView, MeetingView
from crmbot.crm.entrances import WebLink
from crmbot.crm.files import FileLink
from crmbot.crm.requests import FetchFile
from crmbot.slack.blocks.primitives import context, section, stack
from crmbot.slack.message import Element, Message
from crmbot.slack.mrkdwn import Mrkdwn, escape, one_line
from crmbot.slack.press import press_button, press_menu
from crmbot.slack.reader import Reader

_MOST_PEOPLE = 12
_MOST_FILES = 10
_LONGEST_NAME = 40
_KILO = 1_000
_SIGNS = {"accepted": "✅", "declined": "❌", "maybe": "❔", "sends somebody else": "👤"}


def carried_facts(activity: ActivityView, reader: Reader) -> Iterable[tuple[str, Any]]:
    """Yield who takes part, where, and which files there are."""
    meeting = activity.meeting
    if meeting is None:
        yield "Attendees", one_line(", ".join(activity.attendees), 300)
    else:
        if meeting.cancelled_at:
            yield "Was planned for", _planned(meeting, reader)
        yield "Where", one_line(meeting.place or "", 200)
        if not meeting.cancelled_at:
            yield "Repeats", one_line(meeting.repeats or "", 120)
        yield "Attendees", _answers(meeting)
    yield "Files", _files(activity.files)


def file_menu(files: Sequence[tuple[str, FileView]]) -> Element | None:
    """Return what fetches one of these files, each with the number of its activity: a button, or a menu of several."""
    kept = [(reference, one) for reference, one in files if one.kept]
    if len(kept) == 1:
        name = kept[0][1].name
        shown = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
        return press_button(f"📎 Get {shown}", FetchFile(kept[0][1].id))
    several = len({reference for reference, _ in kept}) > 1
    choices = [
        (f"{f'{reference} ' if several else ''}{one.name} ({_size(one.size)})", FetchFile(one.id))
        for reference, one in kept
    ]
    return press_menu("📎 Get a file …", FetchFile.NAME, choices)


def link_message(answer: FileLink, _reader: Reader) -> Message:
    """Return the link to a file; whoever asked sees it alone."""
    head = Mrkdwn(f"📎 <{answer.url}|{one_line(answer.name, 150)}> ({_size(answer.size)})")
    told = f"For you alone, and good for {answer.minutes} minutes. Open only what you expected to get."
    return Message(escape(answer.said), stack(section(head), context(told)))


def entrance_message(answer: WebLink, _reader: Reader) -> Message:
    """Return the link that signs in to the web pages; whoever asked sees it alone."""
    head = Mrkdwn(f"🖥️ <{answer.url}|Open the web pages>: your day, the board, reports and records.")
    told = f"For you alone, once, within {answer.minutes} minutes."
    return Message(escape(answer.said), stack(section(head), context(told)))


def addresses(contact: ContactView) -> Mrkdwn:
    """Return a contact's addresses, those that mail came back from with why."""
    bounced = dict(contact.bounced)
    told = [f"{email} (bounced: {bounced[email]})" if email in bounced else email for email in contact.emails]
    return one_line(", ".join(told), 300)


def _planned(meeting: MeetingView, reader: Reader) -> Mrkdwn:
    if meeting.starts_at:
        return reader.moment(meeting.starts_at)
    return Mrkdwn(reader.day(meeting.starts_on)) if meeting.starts_on else Mrkdwn("")


def _answers(meeting: MeetingView) -> Mrkdwn:
    told = [f"{_SIGNS.get(answer, '▫️')} {name} ({answer})" for name, answer in meeting.attendees[:_MOST_PEOPLE]]
    more = len(meeting.attendees) - _MOST_PEOPLE
    return one_line(", ".join(told) + (f" and {more} more" if more > 0 else ""), 900)


def _files(files: tuple[FileView, ...]) -> Mrkdwn:
    told = [
        f"{one.name} ({_size(one.size)}{'' if one.kept else ', too large to be kept'})" for one in files[:_MOST_FILES]
    ]
    more = len(files) - _MOST_FILES
    return one_line(", ".join(told) + (f" and {more} more" if more > 0 else ""), 900)


def _size(size: int) -> str:
    if size < _KILO:
        return f"{size} B"
    return f"{size / _KILO:.0f} kB" if size < _KILO * _KILO else f"{size / _KILO / _KILO:.1f} MB"
