"""When something that is put off is due: counted from when it was due, never in the past."""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta

from crmbot.crm.requests import Due
from crmbot.crm.work import Work
from crmbot.errors import BadInput
from crmbot.models import Activity

_DISTANCE = re.compile(r"(\d{1,4})(min|h|d|w|mo)")
_A_DAY = "1d"
_MORNING = time(9)
"""The hour that a day without one is put off from."""


def put_off(work: Work, activity: Activity, distance: str | None = None) -> Due:
    """Return when an activity is due so much later (30min, 2h, 1d, 1w, 1mo), a day when nobody says.

    Counted from its own hour or day, or from now and today when that has passed; days keep the hour, and of a later
    day hours count from the morning.
    """
    zone = work.actor.zone
    match = _DISTANCE.fullmatch(distance or _A_DAY)
    if match is None:
        raise BadInput(f"“{distance}” is no distance.", field="later", example="/task snooze A-12 +1w")
    count, unit = int(match[1]), match[2]
    if unit in ("min", "h"):
        length = timedelta(minutes=count) if unit == "min" else timedelta(hours=count)
        now = work.now.replace(second=0, microsecond=0)
        stood = activity.due_at
        if activity.due_on is not None and activity.due_on > work.today:
            stood = datetime.combine(activity.due_on, _MORNING, zone).astimezone(UTC)
        return Due(at=max(stood or now, now) + length)
    local = activity.due_at.astimezone(zone) if activity.due_at is not None else None
    day = _shifted(max(work.today, (local.date() if local else activity.due_on) or work.today), count, unit)
    if local is None:
        return Due(on=day)
    return Due(at=datetime.combine(day, local.time(), zone).astimezone(UTC))


def _shifted(day: date, count: int, unit: str) -> date:
    try:
        if unit != "mo":
            return day + timedelta(days=count * (7 if unit == "w" else 1))
        year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
        return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    except (OverflowError, ValueError):
        raise BadInput("That is too far away.", field="later", example="/task snooze A-12 +1w") from None
