"""The offset that a calendar's own zone block gives at a local time (RFC 5545, 3.6.5)."""

import calendar
import re
from datetime import datetime, timedelta

from crmbot.mail.invites.lines import Component

_OFFSET = re.compile(r"([+-])(\d{2})(\d{2})(?:\d{2})?")
_RULE = re.compile(r"([A-Z]{2,12})=([^;]{1,60})")
_DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_LOCAL = re.compile(r"(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z?")
_MOST_BLOCKS = 40


def offset_at(zone: Component, local: datetime) -> timedelta | None:
    """Return the offset from UTC of the STANDARD or DAYLIGHT block that began last before a local time."""
    best: tuple[datetime, timedelta] | None = None
    first: timedelta | None = None
    for block in zone.inside[:_MOST_BLOCKS]:
        offset, onset = read_offset(block.text("TZOFFSETTO")), _last_onset(block, local)
        if offset is None:
            continue
        if first is None or block.name == "STANDARD":
            first = offset
        if onset is not None and (best is None or onset > best[0]):
            best = (onset, offset)
    return best[1] if best else first


def read_offset(text: str) -> timedelta | None:
    """Return +0130 as a duration; None when it is none."""
    found = _OFFSET.fullmatch(text)
    if found is None:
        return None
    length = timedelta(hours=int(found[2]), minutes=int(found[3]))
    if length >= timedelta(hours=24):
        return None
    return -length if found[1] == "-" else length


def _last_onset(block: Component, local: datetime) -> datetime | None:
    """Return when the block last began, at the local time or before."""
    begun = _local(block.text("DTSTART"))
    if begun is None or begun > local:
        return None
    rule = dict(_RULE.findall(block.text("RRULE").upper()))
    month, day = rule.get("BYMONTH", ""), _DAY.fullmatch(rule.get("BYDAY", ""))
    if rule.get("FREQ") != "YEARLY" or not month.isdigit() or not 1 <= int(month) <= 12 or day is None:  # noqa: PLR2004 - months
        return begun
    until = _local(rule.get("UNTIL", ""))
    onsets = [
        begun.replace(year=year, month=int(month), day=_day_of(year, int(month), int(day[1] or 1), day[2]))
        for year in (local.year - 1, local.year)
        if year > 0
    ]
    past = [onset for onset in onsets if begun <= onset <= local and (until is None or onset <= until)]
    return max(past, default=begun)


def _day_of(year: int, month: int, nth: int, weekday: str) -> int:
    """Return the day of the nth weekday of a month; counted from its end when negative, kept inside it."""
    first, length = calendar.monthrange(year, month)
    days = list(range((_DAYS.index(weekday) - first) % 7 + 1, length + 1, 7))
    place = nth - 1 if nth > 0 else nth
    return days[max(-len(days), min(place, len(days) - 1))]


def _local(text: str) -> datetime | None:
    found = _LOCAL.fullmatch(text)
    try:
        return datetime(*map(int, found.groups())) if found else None  # type: ignore[arg-type]  # noqa: DTZ001 - six numbers; a zone's own rules are local
    except ValueError:
        return None
