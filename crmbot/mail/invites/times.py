"""Moments and lengths as calendars write them."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from crmbot.mail.invites.lines import Component, Line
from crmbot.mail.invites.zones import find_zone

_MOMENT = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:T(\d{2}):?(\d{2})(?::?(\d{2}))?(?:\.\d+)?(Z)?)?")
_LENGTH = re.compile(r"\+?P(?:(\d{1,3})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?)?")
_EARLIEST, _LATEST = 1990, 2200


def read_moment(line: Line | None, zones: Mapping[str, Component]) -> datetime | date | None:
    """Return an aware instant, a day, or a naive time when its zone is not known; None when it is none of these."""
    found = _MOMENT.fullmatch(line.value.strip().upper()) if line else None
    if line is None or found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    if not _EARLIEST <= year <= _LATEST:
        return None
    try:
        if found[4] is None:
            return date(year, month, day)
        local = datetime(year, month, day, hour, minute, min(second, 59))  # noqa: DTZ001 - its zone follows
    except ValueError:
        return None
    if found[7]:
        return local.replace(tzinfo=UTC)
    name = line.parameters.get("TZID", "")
    zone = find_zone(name, zones, local) if name else None
    return local.replace(tzinfo=zone) if zone else local


def read_length(text: str) -> timedelta | None:
    """Return P1DT2H as a duration; None when it is none."""
    found = _LENGTH.fullmatch(text.strip().upper())
    if found is None or not any(found.groups()):
        return None
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
