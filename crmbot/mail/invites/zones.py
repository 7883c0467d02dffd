"""The zone that a calendar means: an IANA name, one of Windows, an offset, or the rules that it brings along."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crmbot.mail.invites.lines import Component
from crmbot.mail.invites.onsets import offset_at
from crmbot.mail.invites.windows import WINDOWS

_NAME = re.compile(r"[A-Za-z_]+(?:/[A-Za-z0-9_+-]+){0,2}")
_OFFSET = re.compile(r"(?:UTC|GMT)\s*([+-])(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)
_SEGMENTS = 3


class BroughtZone(tzinfo):
    """A zone by the rules that a calendar brings along."""

    def __init__(self, name: str, block: Component) -> None:
        self._name, self._block = name, block

    def __reduce__(self) -> tuple[type["BroughtZone"], tuple[str, Component]]:
        """Return how it travels from the process that reads mail."""
        return BroughtZone, (self._name, self._block)

    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        """Return the offset at a local time."""
        return offset_at(self._block, dt.replace(tzinfo=None)) if dt else None

    def dst(self, dt: datetime | None) -> timedelta:
        """Return nothing: what part of the offset is the summer's, nobody asks."""
        del dt
        return timedelta(0)

    def tzname(self, dt: datetime | None) -> str:
        """Return the name that the calendar gives it."""
        del dt
        return self._name


def find_zone(name: str, brought: Mapping[str, Component], local: datetime) -> tzinfo | None:
    """Return the zone of a TZID at a local time; None when nobody knows it.

    `brought` are the calendar's own VTIMEZONE blocks by their TZID.
    """
    known = _by_name(WINDOWS.get(name.strip().casefold(), name.strip()))
    if known is not None:
        return known
    block = brought.get(name)
    if block is not None:
        # Some write “Customized Time Zone” and say its IANA name beside it.
        located = _by_name(block.text("X-LIC-LOCATION"))
        return located or (BroughtZone(name, block) if offset_at(block, local) is not None else None)
    written = _OFFSET.search(name)
    if written is None:
        return None
    offset = timedelta(hours=int(written[2]), minutes=int(written[3] or 0))
    return timezone(-offset if written[1] == "-" else offset) if offset < timedelta(hours=24) else None


def _by_name(name: str) -> ZoneInfo | None:
    """Return the zone of an IANA name, also one behind a vendor's path: /mozilla.org/20050126_1/Europe/Berlin."""
    segments = name.strip("/ ").split("/")
    for length in range(min(_SEGMENTS, len(segments)), 0, -1):
        tail = "/".join(segments[-length:])
        if _NAME.fullmatch(tail) and len(tail) < 60:  # noqa: PLR2004 - no zone's name is longer
            try:
                return ZoneInfo(tail)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                continue
    return None
