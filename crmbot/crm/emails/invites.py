"""Invitations that come by mail: kept with the mail that waits, made a meeting where it is placed."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from crmbot.crm.emails.matching import Match
from crmbot.crm.meetings import hear, is_known, start_meeting
from crmbot.crm.work import Work
from crmbot.domain.meetings import Answer, Attendee, Invitation, Method
from crmbot.models import Activity, Email

_KEY = "invite"
_MOMENTS = ("stamped_at", "starts", "ends", "next_starts")


def remember_invite(email: Email, invite: Invitation | None) -> None:
    """Keep an invitation with its mail, so that whoever places the mail makes the meeting."""
    if invite is not None and invite.method is Method.REQUEST:
        email.detail = {**email.detail, _KEY: _encode(invite)}


def add_invited_meeting(
    work: Work, email: Email, match: Match, *, owner_id: str | None, notes: str | None
) -> Activity | None:
    """Make the mail's activity the meeting that it invites to, and return it; None when it invites to none.

    A meeting that another mail has brought meanwhile is taken, wherever it is.
    """
    kept = email.detail.get(_KEY)
    if kept is None:
        return None
    invite = _decode(kept)
    if work.actor.user_id is None and is_known(work, invite):
        # It came by a deal's address from somebody who may not say this; the mail itself is logged.
        return None
    heard = hear(work, invite)
    activity: Activity = (
        heard.activity if heard else start_meeting(work, invite, match.about, owner_id=owner_id, notes=notes)
    )
    email.activity_id = activity.id
    return activity


def _encode(invite: Invitation) -> dict[str, Any]:
    moments = {name: _written(getattr(invite, name)) for name in _MOMENTS}
    return {
        **{name: getattr(invite, name) for name in ("uid", "occurrence", "sequence", "title", "place", "repeats")},
        **moments,
        "notes": "",
        "organizer": _attendee(invite.organizer) if invite.organizer else None,
        "attendees": [_attendee(one) for one in invite.attendees],
    }


def _decode(kept: Mapping[str, Any]) -> Invitation:
    values = dict(kept) | {name: _moment(kept[name]) for name in _MOMENTS}
    values["organizer"] = _person(kept["organizer"]) if kept["organizer"] else None
    values["attendees"] = tuple(_person(one) for one in kept["attendees"])
    return Invitation(method=Method.REQUEST, **values)


def _written(moment: datetime | date | None) -> str | None:
    return moment.isoformat() if moment is not None else None


def _moment(text: str | None) -> datetime | date | None:
    if text is None:
        return None
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def _attendee(one: Attendee) -> list[str]:
    return [one.name, one.email, str(one.answer)]


def _person(kept: list[str]) -> Attendee:
    return Attendee(kept[0], kept[1], Answer(kept[2]))
