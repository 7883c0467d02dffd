"""What mail brings to an activity, as frozen values: its files, and the meeting that a calendar tells of."""

from dataclasses import dataclass
from datetime import date, datetime

CANCELLED = "Cancelled"
"""The outcome of a meeting that was called off; it counts as done, for nobody has to do it any more."""


@dataclass(frozen=True, slots=True)
class FileView:
    """A file that a mail carried; `type` is what its bytes show, `kept` whether it can be fetched."""

    id: str
    name: str
    type: str
    size: int
    kept: bool


@dataclass(frozen=True, slots=True)
class MeetingView:
    """A meeting as a calendar tells of it; `attendees` are pairs of a name and the answer in words."""

    starts_at: datetime | None
    ends_at: datetime | None
    starts_on: date | None
    ends_on: date | None
    place: str | None
    organizer: str | None
    repeats: str | None
    attendees: tuple[tuple[str, str], ...]
    cancelled_at: datetime | None
