"""What a calendar says of a meeting: when, where, who comes, and which version of it this is."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Method(StrEnum):
    """What an invitation wants (RFC 5546)."""

    REQUEST = "request"
    CANCEL = "cancel"
    REPLY = "reply"


class Answer(StrEnum):
    """What somebody answered."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    TENTATIVE = "tentative"
    DELEGATED = "delegated"
    NONE = ""


ANSWER_WORDS = {
    Answer.ACCEPTED: "accepted",
    Answer.DECLINED: "declined",
    Answer.TENTATIVE: "maybe",
    Answer.DELEGATED: "sends somebody else",
    Answer.NONE: "no answer yet",
}
"""Each answer as people are told it."""


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody invited; `name` may be empty, `email` normalised or "" when it is none."""

    name: str
    email: str
    answer: Answer = Answer.NONE


@dataclass(frozen=True, slots=True)
class Invitation:
    """One version of a meeting, or somebody's answer to it.

    Attributes:
        uid: the meeting's own name, the same in all its versions.
        occurrence: which one of a series is meant (RECURRENCE-ID as written), "" for all of it.
        sequence: counts the versions; an older one changes nothing.
        stamped_at: when this version was made, None when it doesn't say.
        starts, ends: aware instants; days when it takes whole days (`ends` is the last one); naive times when it
            holds in whichever zone one is (“floating”).
        repeats: how it comes again, in words, or "".
        next_starts: of a series the first time that is not before the mail, else None.
    """

    method: Method
    uid: str
    occurrence: str
    sequence: int
    stamped_at: datetime | None
    title: str
    place: str
    notes: str
    starts: datetime | date | None
    ends: datetime | date | None
    organizer: Attendee | None
    attendees: tuple[Attendee, ...]
    repeats: str = ""
    next_starts: datetime | date | None = None
